/** The part of the JSON Schema that a gate owns. `npm run generate` composes it into `schema/tuning.schema.json`. */
export interface GateSchema {
  /** What the gate tests, in one sentence. */
  readonly summary: string
  /** Settings that make a useful gate. Error hints show them too. */
  readonly example: object
  /** What the settings are, in one sentence. */
  readonly description: string
  readonly required: readonly string[]
  /** One JSON Schema for each setting. */
  readonly properties: Readonly<Record<string, object>>
}

const ref = (title: string, description: string, name: string, fallback: string): object => ({
  title,
  description,
  $ref: `#/$defs/${name}`,
  default: fallback,
})

/** Settings that several gates share. */
export const shared = {
  metric: ref('Metric', 'A metric of the task.', 'metric', 'accuracy'),
  split: ref('Split', 'The split that the metric is measured on.', 'measured', 'validation'),
  onInconclusive: ref('If inconclusive', 'Whether an inconclusive verdict blocks.', 'onInconclusive', 'fail'),
  paired: {
    title: 'Paired',
    description: 'Compare seed by seed: both sides share split, order and initialization.',
    type: 'boolean',
    default: false,
  },
} as const

/** A margin with its own default. */
export const marginOf = (fallback: number): object => ({
  title: 'Margin',
  description: 'How much worse than the baseline the mean may be, in units of the metric.',
  type: 'number',
  exclusiveMinimum: 0,
  default: fallback,
})
