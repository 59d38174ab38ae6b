import { realpath, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep, isAbsolute } from 'node:path'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { readTextWithin, reasonOf } from '../base/files.ts'
import type { Result } from '../base/result.ts'
import { compile } from '../compile/compile.ts'
import { normalize } from '../compile/normalize.ts'
import { rulesIn } from '../compile/normalize/gates.ts'
import { warningsOf } from '../compile/warnings.ts'
import type { NormalizedSpec } from '../compile/normalized.ts'
import { checkData } from '../data/check.ts'
import { checkNames } from '../data/checks/index.ts'
import { loadDataset } from '../data/load.ts'
import { LIMITS } from '../data/source.ts'
import type { CheckName } from '../data/checks/definition.ts'
import type { DataFinding, Dataset } from '../data/types.ts'
import { Watch } from '../data/watch.ts'
import { leverDifferences, withLevers, type Levers } from '../records/levers.ts'
import type { Lock } from '../records/lock.ts'
import type { DataFacts, Plan, StageName } from '../records/plan.ts'
import { confirmation, confirmationIn, isConfirmation } from '../stages/index.ts'
import { withSeeds } from '../stages/verify.ts'
import { parseSpec, type ParsedSpec, type SpecPath } from '../dsl/parse.ts'
import type { Baseline } from './baseline.ts'
import { powerChecksOf } from './power-checks.ts'
import { augmentationsOf } from './augmentations.ts'
import { alterations, alteredWarnings, applyRules, underRules, type Alteration, type Rules } from './rules.ts'

export interface SpecSource {
  /** Path of the spec as the user gave it; messages show it this way. */
  readonly specPath: string
  /** The spec's text if it is not the file's, for example the text at another commit. */
  readonly specText?: string | undefined
  /** Nothing outside this folder is read. */
  readonly workspace: string
  /** Run only these of the spec's stages. */
  readonly stages?: readonly StageName[] | undefined
  /** What the gates compare with; `defaultBaseline` if omitted. */
  readonly baseline?: Baseline | undefined
  /** Verification seeds instead of the spec's. */
  readonly seeds?: number | undefined
  /** Limits in addition to the spec's budget; the lower one applies. */
  readonly trials?: number | undefined
  readonly minutes?: number | undefined
  /** Milliseconds from any origin. With this clock, reading and checking the data count toward the budget of minutes. */
  readonly clock?: (() => number) | undefined
  /** The rules that judge instead of the spec's own: those of the commit that a change is merged into. */
  readonly rules?: Rules | undefined
  /** A lock whose levers replace the spec's, if it was tuned from the levers that the spec declares. */
  readonly tuned?: Pick<Lock, 'levers' | 'lineage'> | undefined
}

/** Everything that is known before training. */
export interface Prepared {
  readonly spec: NormalizedSpec
  readonly plan: Plan
  readonly dataset: Dataset
  readonly findings: readonly DataFinding[]
  /** Things to look at that stop nothing. */
  readonly warnings: readonly Diagnostic[]
  /** For each gate of the plan, the line of the spec that declares it. */
  readonly gateLines: readonly number[]
  /** The data file, with all links resolved. */
  readonly dataFile: string
  /** Rules of another commit that the spec alters. They judge as that commit has them. */
  readonly altered: readonly Alteration[]
  /** Milliseconds that reading and checking the data took. They count toward the budget. */
  readonly took: number
}

/** A spec is small; a larger file is not a spec. */
const mostSpecBytes = 1024 * 1024

/** Spec → normalized spec → data → plan. Throws one `InputError` with every problem that can be found. */
export async function prepare(source: SpecSource): Promise<Prepared> {
  const read = await readSpec(source)
  try {
    return await prepareRead(read, source)
  } catch (error) {
    throw error instanceof InputError ? underRules(error, read.altered, read.parsed.locate) : error
  }
}

async function prepareRead({ parsed, spec, altered }: ReadSpec, source: SpecSource): Promise<Prepared> {
  const dataFile = await dataPath(spec, parsed, source)
  const watch = new Watch(spec.budget.minutes, source.clock ?? (() => performance.now()))
  const dataset = await loadDataset({ ...spec.data, source: dataFile }, LIMITS, watch)
  const { findings, warnings } = judgeData(spec, dataset, parsed, watch)
  const took = watch.elapsed
  const declared = unwrap(compile(spec, factsOf(dataset), parsed.locate))
  const levers = tunedLevers(source, declared.baseline)
  const plan = levers ? unwrap(compile({ ...spec, levers }, factsOf(dataset), parsed.locate)) : declared
  const foreign = altered.some(({ setting }) => setting === 'gates')
  const places = foreign ? plan.gates.map((): SpecPath => ['gates']) : gatePlaces(parsed)
  const powerChecks = await powerChecksOf(plan, source, (gate, key) =>
    parsed.locate([...(places[gate] ?? ['gates']), ...(foreign ? [] : [key])]),
  )
  const general = warningsOf(spec, plan, parsed.locate)
  const said = [...warnings, ...general, ...powerChecks, ...alteredWarnings(altered, parsed.locate)]
  const gateLines = places.map((path) => parsed.locate(path.slice(0, 2)).line)
  return { spec, plan, dataset, findings, took, warnings: said, gateLines, dataFile, altered }
}

/** Undefined if the lock was tuned from other levers than the spec declares now. The change itself is then the proposal. */
export function tunedLevers({ tuned }: Pick<SpecSource, 'tuned'>, declared: Levers): Levers | undefined {
  if (!tuned) return undefined
  const origin = tuned.lineage
    .toReversed()
    .reduce((levers, { lever, from }) => withLevers(levers, { [lever]: from }), tuned.levers)
  return leverDifferences(origin, declared).length === 0 ? tuned.levers : undefined
}

/** The place of each gate in the spec, including its kind. A gate with two limits counts as two in the plan. */
function gatePlaces({ spec }: ParsedSpec): SpecPath[] {
  return (spec.gates ?? []).flatMap((gate, i) =>
    new Array<SpecPath>(rulesIn(gate)).fill(['gates', i, Object.keys(gate)[0] ?? '']),
  )
}

/** The lower of two limits, if there are two. */
function lower(one: number | null, other: number | undefined): number | null {
  return other === undefined ? one : Math.min(one ?? other, other)
}

export interface ReadSpec {
  readonly parsed: ParsedSpec
  /** The spec with what another commit and the caller decide in its place. */
  readonly spec: NormalizedSpec
  readonly altered: readonly Alteration[]
}

/** The part of `prepare` that reads no data. */
export async function readSpec(source: SpecSource): Promise<ReadSpec> {
  const parsed = unwrap(parseSpec(source.specText ?? (await textOf(source.specPath)), source.specPath))
  const own = unwrap(normalize(parsed))
  const { rules } = source
  if (rules === undefined) return { parsed, spec: overridden(own, source), altered: [] }
  const altered = alterations(own, rules).filter(isHeld(source))
  return { parsed, spec: overridden(applyRules(own, rules, parsed.locate), source), altered }
}

/** Seeds from the caller replace both, so no warning reports a change of them. */
const isHeld =
  ({ seeds }: SpecSource) =>
  ({ setting }: Alteration): boolean =>
    seeds === undefined || setting !== `stages.${confirmation.name}.seeds`

export function unwrap<T>(result: Result<T, Diagnostic[]>): T {
  if (!result.ok) throw new InputError(result.error)
  return result.value
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) =>
    fail('spec/unreadable', `cannot read the spec ${path}`, reasonOf(error)),
  )
  if (!found.isFile())
    fail('spec/unreadable', `the spec ${path} is not a file`, 'a folder or a device', 'a YAML or JSON file')
  if (found.size > mostSpecBytes)
    fail('spec/too-large', `the spec ${path} is too large`, `${found.size} bytes`, `at most ${mostSpecBytes} bytes`)
  return readTextWithin(path, mostSpecBytes, 'spec/too-large')
}

function overridden(spec: NormalizedSpec, { stages, seeds, trials, minutes }: SpecSource): NormalizedSpec {
  const unknown = stages?.filter((name) => !spec.stages.some((s) => s.stage === name)) ?? []
  if (unknown.length > 0)
    fail(
      'run/unknown-stage',
      'the spec does not have all requested stages',
      unknown.join(', '),
      spec.stages.map((s) => s.stage).join(', '),
    )
  if (seeds !== undefined && confirmationIn(spec.stages) === undefined) {
    fail(
      'run/no-verify',
      '--seeds has no effect, because the spec has no verify stage',
      `--seeds ${seeds}`,
      'a spec with a verify stage',
    )
  }
  return {
    ...spec,
    budget: { trials: lower(spec.budget.trials, trials), minutes: lower(spec.budget.minutes, minutes) },
    stages: spec.stages
      .filter((s) => stages === undefined || stages.includes(s.stage))
      .map((s) => (isConfirmation(s) && seeds !== undefined ? withSeeds(s, seeds) : s)),
  }
}

/** The data file. It is relative to the spec unless it is absolute, and inside the workspace with all links resolved. */
async function dataPath(spec: NormalizedSpec, parsed: ParsedSpec, { specPath, workspace }: SpecSource): Promise<string> {
  const at = parsed.locate(['data', 'source'])
  const named = resolve(dirname(specPath), spec.data.source)
  const real = await realpath(named).catch(() => {
    throw new InputError([
      {
        code: 'data/unreadable',
        severity: 'error',
        message: 'the data file does not exist',
        at,
        found: spec.data.source,
        hint: 'write the path relative to the folder of the spec',
      },
    ])
  })
  const inside = relative(await realpath(workspace), real)
  if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) {
    throw new InputError([
      {
        code: 'data/outside-workspace',
        severity: 'error',
        message: 'the data file is outside of the workspace',
        at,
        found: spec.data.source,
        allowed: 'a file inside the workspace after links are resolved',
      },
    ])
  }
  return real
}

export function factsOf(dataset: Dataset): DataFacts {
  const { train, validation, test } = dataset.splits
  return {
    fingerprint: dataset.fingerprint,
    inputShape: dataset.inputShape,
    classes: dataset.classes,
    rows: { train: train.length, validation: validation.length, test: test.length },
  }
}

/** Names of the checks to run: all except those that the spec turns off. */
export const checksMade = ({ checks }: NormalizedSpec): CheckName[] => checkNames.filter((name) => checks[name] !== 'off')

/**
 * The checks' findings at the severity that the spec sets: an error stops, a warning is shown, and a check that is off is
 * skipped.
 */
function judgeData(
  spec: NormalizedSpec,
  dataset: Dataset,
  parsed: ParsedSpec,
  watch: Watch,
): { readonly findings: readonly DataFinding[]; readonly warnings: readonly Diagnostic[] } {
  const findings = checkData(dataset, checksMade(spec), augmentationsOf(spec, dataset), watch)
  const said = (finding: DataFinding, severity: Diagnostic['severity']): Diagnostic => ({
    code: `data/${finding.check}`,
    severity,
    message: finding.message,
    at: parsed.locate(['data', 'checks', finding.check]),
    ...(severity === 'error' ? { hint: `fix the data, or set data.checks.${finding.check} to warn` } : {}),
  })
  const errors = findings.filter((f) => spec.checks[f.check] === 'error')
  if (errors.length > 0) throw new InputError(errors.map((f) => said(f, 'error')))
  return { findings, warnings: findings.map((f) => said(f, 'warning')) }
}

function fail(code: string, message: string, found: string, allowed?: string): never {
  throw new InputError([{ code, severity: 'error', message, found, ...(allowed === undefined ? {} : { allowed }) }])
}
