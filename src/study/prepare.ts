import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { compile } from '../compile/compile.ts'
import { rulesIn } from '../compile/normalize/gates.ts'
import { warningsOf } from '../compile/warnings.ts'
import { isTrainerSpec, type ModelSpec, type TrainerSpec } from '../compile/normalized.ts'
import { checkData } from '../data/check.ts'
import { checkNames } from '../data/checks/index.ts'
import { loadDataset } from '../data/load.ts'
import { LIMITS } from '../data/source.ts'
import type { CheckName, DataFinding } from '../data/checks/definition.ts'
import { tokensOf } from '../data/token-ids.ts'
import type { Dataset } from '../data/types.ts'
import { Watch } from '../data/watch.ts'
import { leverDifferences, leverNamesOf, withLevers, type Levers } from '../records/levers.ts'
import type { DataFacts, ModelWorkload, Plan, TrainerWorkload, Workload } from '../records/plan.ts'
import type { Determinism, TrainerFacts } from '../records/trainer.ts'
import type { Locate, ParsedSpec, SpecPath } from '../dsl/parse.ts'
import type { SpecSource } from './options.ts'
import { findingsOf } from './kept-findings.ts'
import { powerChecksOf } from './power-checks.ts'
import { augmentationsOf } from './augmentations.ts'
import { configOf, dataFiles, type DataFiles } from './data-files.ts'
import { requireDefined } from './defined-metrics.ts'
import { describeScript, scriptPlan } from './prepare-script.ts'
import { readSpec, unwrap, type ReadSpec } from './read-spec.ts'
import { alteredWarnings, underRules, type Alteration } from './rules.ts'
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

interface PreparedBase<Of extends Workload> {
  readonly plan: Plan<Of>
  /** Things to look at that stop nothing. */
  readonly warnings: readonly Diagnostic[]
  /** For each gate of the plan, the line of the spec that declares it. */
  readonly gateLines: readonly number[]
  /** Rules of another commit that the spec alters. They judge as that commit has them. */
  readonly altered: readonly Alteration[]
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
  try {
    const { spec } = read
    return await (isTrainerSpec(spec) ? prepareScript(spec, read, source) : prepareModel(spec, read, source))
  } catch (error) {
    throw error instanceof InputError ? underRules(error, read.altered, read.parsed.locate) : error
  }
}

async function prepareModel(spec: ModelSpec, read: ReadSpec, source: SpecSource): Promise<PreparedModel> {
  const { parsed } = read
  const files = await dataFiles(spec.data, parsed.locate, source)
  const watch = new Watch(spec.budget.minutes, source.clock ?? (() => performance.now()))
  const dataset = await loadDataset(configOf(spec.data, files), LIMITS, watch)
  const { findings, warnings } = judgeData(spec, parsed, await checked(spec, dataset, watch, source))
  const took = watch.elapsed
  const plan = planOf(spec, dataset, parsed.locate, source.tuned)
  requireDefined(plan, dataset, placesIn(plan, read), parsed.locate)
  const model = await planned(plan, warnings, read, source)
  requireSavable(model.plan, dataset, source)
  return { spec, dataset, findings, ...files, took, ...model }
}

async function prepareScript(spec: TrainerSpec, read: ReadSpec, source: SpecSource): Promise<PreparedScript> {
  const clock = source.clock ?? (() => performance.now())
  const begun = clock()
  const facts = await describeScript(spec, source, read.parsed.locate)
  const took = clock() - begun
  const script = await planned(scriptPlanOf(spec, facts, read.parsed.locate, source.tuned), [], read, source)
  requireSavable(script.plan, null, source)
  return { spec, facts, took, ...script }
}

/** Whether the gates are those of the base commit, which the spec does not have. */
const hasForeignGates = ({ altered }: ReadSpec): boolean => altered.some(({ setting }) => setting === 'gates')

/** Where each gate of the plan is in the spec. */
const placesIn = ({ gates }: Pick<Plan, 'gates'>, read: ReadSpec): readonly SpecPath[] =>
  hasForeignGates(read) ? gates.map((): SpecPath => ['gates']) : gatePlaces(read.parsed)

/** What the plan of any spec brings with it: warnings, and where its gates are declared. */
async function planned<Of extends Workload>(
  plan: Plan<Of>,
  warnings: readonly Diagnostic[],
  read: ReadSpec,
  source: SpecSource,
): Promise<Omit<PreparedBase<Of>, 'took'>> {
  const { parsed, spec, altered } = read
  const foreign = hasForeignGates(read)
  const places = placesIn(plan, read)
  const powerChecks = await powerChecksOf(plan, source, (gate, key) =>
    parsed.locate([...(places[gate] ?? ['gates']), ...(foreign ? [] : [key])]),
  )
  const general = warningsOf(spec, plan, parsed.locate)
  const said = [...warnings, ...general, ...powerChecks, ...alteredWarnings(altered, parsed.locate)]
  const gateLines = places.map((path) => parsed.locate(path.slice(0, 2)).line)
  return { plan, warnings: said, gateLines, altered }
}

/**
 * Compiles the spec for its data. Whether the levers of a tuned lock replace those that the spec declares is only known from
 * the compiled levers, so such a spec is compiled twice.
 */
export function planOf(spec: ModelSpec, dataset: Dataset, locate: Locate, tuned: SpecSource['tuned']): Plan<ModelWorkload> {
  const facts = factsOf(dataset)
  const declared = unwrap(compile(spec, facts, locate))
  const levers = tuned && tunedLevers(tuned, declared.baseline)
  return levers ? unwrap(compile({ ...spec, levers }, facts, locate)) : declared
}

/** The same for a script. */
export function scriptPlanOf(
  spec: TrainerSpec,
  facts: TrainerFacts,
  locate: Locate,
  tuned: SpecSource['tuned'],
): Plan<TrainerWorkload> {
  const declared = scriptPlan(spec, facts, locate)
  const levers = tuned && tunedLevers(tuned, declared.baseline)
  return levers ? scriptPlan({ ...spec, levers, given: leverNamesOf(levers) }, facts, locate) : declared
}

/** Undefined if the lock was tuned from other levers than the spec declares now. The change itself is then the proposal. */
function tunedLevers({ levers: tuned, lineage }: NonNullable<SpecSource['tuned']>, declared: Levers): Levers | undefined {
  const origin = lineage.toReversed().reduce((levers, { lever, from }) => withLevers(levers, { [lever]: from }), tuned)
  return leverDifferences(origin, declared).length === 0 ? tuned : undefined
}

/** The place of each gate in the spec, including its kind. A gate with two limits counts as two in the plan. */
function gatePlaces({ spec }: ParsedSpec): SpecPath[] {
  return (spec.gates ?? []).flatMap((gate, i) =>
    new Array<SpecPath>(rulesIn(gate)).fill(['gates', i, Object.keys(gate)[0] ?? '']),
  )
}

function factsOf(dataset: Dataset): DataFacts {
  const { train, validation, test } = dataset.splits
  const tokens = tokensOf(dataset)
  return {
    fingerprint: dataset.fingerprint,
    inputShape: dataset.inputShape,
    classes: dataset.classes,
    ...(dataset.targetNames ? { targets: dataset.targetNames } : {}),
    ...(dataset.vocabulary ? { vocabulary: dataset.vocabulary.length } : {}),
    ...(tokens > 0 && tokens < dataset.features.length ? { tokens } : {}),
    rows: { train: train.length, validation: validation.length, test: test.length },
    ...(dataset.folds.length > 0 ? { folds: 1 + dataset.folds.length } : {}),
  }
}

/** Names of the checks to run: all except those that the spec turns off. */
export const checksMade = ({ checks }: ModelSpec): CheckName[] => checkNames.filter((name) => checks[name] !== 'off')

/** What the checks find, or what they found before if the caller keeps that. */
async function checked(
  spec: ModelSpec,
  dataset: Dataset,
  watch: Watch,
  { keptFindings }: SpecSource,
): Promise<readonly DataFinding[]> {
  const [checks, augmentations] = [checksMade(spec), augmentationsOf(spec, dataset)]
  const find = (): readonly DataFinding[] => checkData(dataset, checks, augmentations, watch)
  return await findingsOf(keptFindings, dataset, checks, augmentations, find)
}

/**
 * The checks' findings at the severity that the spec sets: an error stops, a warning or a note is shown, and a check that
 * is off is skipped.
 */
function judgeData(
  spec: ModelSpec,
  parsed: ParsedSpec,
  findings: readonly DataFinding[],
): { readonly findings: readonly DataFinding[]; readonly warnings: readonly Diagnostic[] } {
  const said = (finding: DataFinding, severity: Diagnostic['severity']): Diagnostic => ({
    code: `data/${finding.check}`,
    severity,
    message: finding.message,
    at: parsed.locate(['data', 'checks', finding.check]),
    ...(severity === 'error' ? { hint: `fix the data, or set data.checks.${finding.check} to warn` } : {}),
  })
  const errors = findings.filter((f) => spec.checks[f.check] === 'error')
  if (errors.length > 0) throw new InputError(errors.map((f) => said(f, 'error')))
  return { findings, warnings: findings.map((f) => said(f, spec.checks[f.check] === 'note' ? 'note' : 'warning')) }
}
