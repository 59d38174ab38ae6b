import { entryNamed } from '../base/lists.ts'
import { bucketOf, type Bucket, type LeverName } from '../records/levers.ts'
import type { StageName, StageSettings } from '../records/plan.ts'
import { batch } from './batch/index.ts'
import type { StageDefinition } from './definition.ts'
import { lrRange } from './lr-range/index.ts'
import { regularize } from './regularize/index.ts'
import { schedule } from './schedule/index.ts'
import type { Stage } from './stage.ts'
import { verify, type VerifySettings } from './verify.ts'

/** Every stage, in process order. */
export const stageDefinitions = [lrRange, batch, regularize, schedule, verify] as const

/** The settings of any registered stage. */
export type AnyStageSettings = ReturnType<(typeof stageDefinitions)[number]['normalize']>

const definitions: readonly StageDefinition[] = stageDefinitions

/** In process order. */
export const stageNames: readonly StageName[] = definitions.map(({ name }) => name)

/** The stages that `init` writes to a new spec. */
export const initialStages = definitions.map(({ name, schema: { initial = null } }) => ({ name, settings: initial }))

/** The stage with this name. Throws if there is none. */
export const stageNamed = (name: StageName): StageDefinition => entryNamed(definitions, name, 'stage')

/** What executes each stage. A job has the settings of its own stage, because of how the plan is built. */
export const stages = Object.fromEntries(
  definitions.map((stage): [StageName, Stage] => [stage.name, (context) => stage.process(context, context.job.settings)]),
  // `fromEntries` loses the names; they are those of the list above.
) as Readonly<Record<StageName, Stage> & Record<AnyStageSettings['stage'], Stage>>

/** The stage that tunes this bucket of levers. Throws if there is none. */
export function stageFor(bucket: Bucket): StageDefinition {
  const found = definitions.find(({ tunes, tunesCustom }) => (bucket === 'custom' ? tunesCustom : tunes === bucket))
  if (!found) throw new Error(`no stage tunes ${bucket}`)
  return found
}

/** The stage that tunes a lever: the one of its bucket, unless another claims it. */
export function stageTuning(lever: LeverName): StageDefinition {
  return definitions.find(({ tunesToo }) => tunesToo?.includes(lever)) ?? stageFor(bucketOf(lever))
}

/**
 * The stage that retrains baseline and winner on seeds that no selection used. The gates rest on it, and the budget reserves
 * its runs before any other stage spends.
 */
export const confirmation = verify

/** The settings of that stage; undefined if it is not listed. */
export const confirmationIn = (listed: readonly StageSettings[]): VerifySettings | undefined => listed.find(isConfirmation)

export const isConfirmation = (settings: StageSettings): settings is VerifySettings => settings.stage === confirmation.name
