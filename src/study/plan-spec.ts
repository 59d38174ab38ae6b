import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { compile } from '../compile/compile.ts'
import { rulesIn } from '../compile/normalize/gates.ts'
import type { ModelSpec, TrainerSpec } from '../compile/normalized.ts'
import { warningsOf } from '../compile/warnings.ts'
import type { DataFinding } from '../data/checks/definition.ts'
import type { Locate, ParsedSpec, SpecPath } from '../dsl/parse.ts'
import { leverDifferences, leverNamesOf, withLevers, type Levers } from '../records/levers.ts'
import type { DataFacts, ModelWorkload, Plan, TrainerWorkload, Workload } from '../records/plan.ts'
import type { TrainerFacts } from '../records/trainer.ts'
import { requireDefined } from './defined-metrics.ts'
import type { KnownData } from './known-data.ts'
import type { SpecSource } from './options.ts'
import { powerChecksOf } from './power-checks.ts'
import { scriptPlan } from './prepare-script.ts'
import { unwrap, type ReadSpec } from './read-spec.ts'
import { alteredWarnings, type Alteration } from './rules.ts'

/** A plan, and what its spec and its data give reason to say. */
export interface PlannedSpec<Of extends Workload> {
  readonly plan: Plan<Of>
  /** Things to look at that stop nothing. */
  readonly warnings: readonly Diagnostic[]
  /** For each gate of the plan, the line of the spec that declares it. */
  readonly gateLines: readonly number[]
  /** Rules of another commit that the spec alters. They judge as that commit has them. */
  readonly altered: readonly Alteration[]
}

/** The plan of a model. Reads no data. Throws an `InputError` if a finding is an error. */
export async function planModel(
  spec: ModelSpec,
  known: KnownData,
  read: ReadSpec,
  source: SpecSource,
): Promise<PlannedSpec<ModelWorkload>> {
  const { locate } = read.parsed
  const warnings = judgeData(spec, locate, known.findings)
  const plan = planOf(spec, known.facts, locate, source.tuned)
  requireDefined(plan, known.undefinedMetrics, placesIn(plan, read), locate)
  return planned(plan, warnings, read, source)
}

/** The plan of a script. */
export function planScript(
  spec: TrainerSpec,
  facts: TrainerFacts,
  read: ReadSpec,
  source: SpecSource,
): Promise<PlannedSpec<TrainerWorkload>> {
  return planned(scriptPlanOf(spec, facts, read.parsed.locate, source.tuned), [], read, source)
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
): Promise<PlannedSpec<Of>> {
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
export function planOf(spec: ModelSpec, facts: DataFacts, locate: Locate, tuned: SpecSource['tuned']): Plan<ModelWorkload> {
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

/**
 * The checks' findings at the severity that the spec sets: an error stops, a warning or a note is shown, and a check that
 * is off is skipped.
 */
function judgeData(spec: ModelSpec, locate: Locate, findings: readonly DataFinding[]): Diagnostic[] {
  const said = (finding: DataFinding, severity: Diagnostic['severity']): Diagnostic => ({
    code: `data/${finding.check}`,
    severity,
    message: finding.message,
    at: locate(['data', 'checks', finding.check]),
    ...(severity === 'error' ? { hint: `fix the data, or set data.checks.${finding.check} to warn` } : {}),
  })
  const errors = findings.filter((f) => spec.checks[f.check] === 'error')
  if (errors.length > 0) throw new InputError(errors.map((f) => said(f, 'error')))
  return findings.map((f) => said(f, spec.checks[f.check] === 'note' ? 'note' : 'warning'))
}
