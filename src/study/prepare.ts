import { isTrainerSpec, type ModelSpec, type TrainerSpec } from '../compile/normalized.ts'
import { checkData } from '../data/check.ts'
import { checkNames } from '../data/checks/index.ts'
import type { CheckName, DataFinding } from '../data/checks/definition.ts'
import { loadDataset } from '../data/load.ts'
import { LIMITS } from '../data/source.ts'
import type { Dataset } from '../data/types.ts'
import { Watch } from '../data/watch.ts'
import type { ModelWorkload, TrainerWorkload, Workload } from '../records/plan.ts'
import type { Determinism, TrainerFacts } from '../records/trainer.ts'
import { augmentationsOf } from './augmentations.ts'
import { configOf, dataFiles, type DataFiles } from './data-files.ts'
import { knownData, type KnownData } from './known-data.ts'
import type { SpecSource } from './options.ts'
import { planModel, planScript, type PlannedSpec } from './plan-spec.ts'
import { describeScript } from './prepare-script.ts'
import { explained, readSpec, type ReadSpec } from './read-spec.ts'
import { requireSavable } from './savable.ts'

/** Everything that is known before training. */
export type Prepared = PreparedModel | PreparedScript

/** A model of our own layers, with its data. */
export interface PreparedModel extends PreparedBase<ModelWorkload>, DataFiles {
  readonly spec: ModelSpec
  readonly dataset: Dataset
  readonly findings: readonly DataFinding[]
}

/** A training script, with what it says about itself. */
export interface PreparedScript extends PreparedBase<TrainerWorkload> {
  readonly spec: TrainerSpec
  readonly facts: TrainerFacts
  /** How two equal runs of the script differed; omitted until somebody looked, null if it could not be seen. */
  readonly deterministic?: Determinism | null
}

export const isScript = (prepared: Prepared): prepared is PreparedScript => 'facts' in prepared

interface PreparedBase<Of extends Workload> extends PlannedSpec<Of> {
  /** Milliseconds that reading and checking the data took. They count toward the budget. */
  readonly took: number
}

/** A study that is being prepared. */
export interface Preparing {
  /** The spec, which is known first. */
  readonly read: Promise<ReadSpec>
  readonly prepared: Promise<Prepared>
}

/** Spec → normalized spec → data → plan. Throws one `InputError` with every problem that can be found. */
export const prepare = (source: SpecSource): Promise<Prepared> => startPreparing(source).prepared

/** The same, for a caller that goes on with the spec alone in the meantime. */
export function startPreparing(source: SpecSource): Preparing {
  const read = readSpec(source)
  return { read, prepared: prepareFrom(read, source) }
}

async function prepareFrom(reading: Promise<ReadSpec>, source: SpecSource): Promise<Prepared> {
  const read = await reading
  const { spec } = read
  return explained<Prepared>(read, async () =>
    isTrainerSpec(spec) ? prepareScript(spec, read, source) : prepareModel(spec, read, source),
  )
}

/** @param keep is handed what there is to know of the data before any of it is judged */
export async function prepareModel(
  spec: ModelSpec,
  read: ReadSpec,
  source: SpecSource,
  {
    findings,
    keep,
  }: { readonly findings?: readonly DataFinding[]; readonly keep?: (known: KnownData) => Promise<void> } = {},
): Promise<PreparedModel> {
  const files = await dataFiles(spec.data, read.parsed.locate, source)
  const watch = new Watch(spec.budget.minutes, source.clock ?? (() => performance.now()))
  const dataset = await loadDataset(configOf(spec.data, files), LIMITS, watch)
  const known = knownData(dataset, findings ?? checkData(dataset, checksMade(spec), augmentationsOf(spec, dataset), watch))
  const took = watch.elapsed
  await keep?.(known)
  const planned = await planModel(spec, known, read, source)
  requireSavable(planned.plan, dataset, source)
  return { spec, dataset, findings: known.findings, ...files, took, ...planned }
}

export async function prepareScript(spec: TrainerSpec, read: ReadSpec, source: SpecSource): Promise<PreparedScript> {
  const clock = source.clock ?? (() => performance.now())
  const begun = clock()
  const facts = await describeScript(spec, source, read.parsed.locate)
  const took = clock() - begun
  const planned = await planScript(spec, facts, read, source)
  requireSavable(planned.plan, null, source)
  return { spec, facts, took, ...planned }
}

/** Names of the checks to run: all except those that the spec turns off. */
export const checksMade = ({ checks }: ModelSpec): CheckName[] => checkNames.filter((name) => checks[name] !== 'off')
