/** The part of the JSON Schema that a stage owns. `npm run generate` composes it into `schema/tuning.schema.json`. */
export interface StageSchema extends SettingsSchema {
  /** What the stage does, in one sentence. */
  readonly summary: string
  /** Name of the settings under `$defs`. If absent, the stage's own name. */
  readonly key?: string
  /** Settings that `init` writes to a new spec. If absent, it writes only the name. */
  readonly initial?: Readonly<Record<string, number>>
  /** Definitions that the settings refer to, each by its name under `$defs`. */
  readonly definitions?: Readonly<Record<string, SettingsSchema & { readonly title: string }>>
}

interface SettingsSchema {
  /** What the settings are, in one sentence. */
  readonly description: string
  /** The schema of settings with other names. Absent if there are none. */
  readonly others?: object
  /** One JSON Schema for each setting. Every setting has a default. */
  readonly properties: Readonly<Record<string, object>>
}

/** A number of seeds; most stages have one such setting. */
export const seedsSchema = (description: string, fallback: number, title = 'Seeds'): object => ({
  title,
  description,
  $ref: '#/$defs/seeds',
  default: fallback,
})

/** What the seeds of a stage that explores are for. */
export const comparedSeeds = 'Seeds of the comparison of the best configurations. One that nearly wins has as many again.'

/** A number of configurations that a search tries once each. */
export const exploreSchema = (description: string, fallback: number): object => ({
  title: 'Configurations',
  description,
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: fallback,
})

/** A list of values. `more` sets the limits of its length. */
export const listSchema = (
  title: string,
  description: string,
  items: object,
  more: object,
  fallback: readonly unknown[],
): object => ({ title, description, type: 'array', items, ...more, default: fallback })
