import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { printable, type Diagnostic } from '../base/diagnostics.ts'
import { explainFileError, makeFolder } from '../base/files.ts'
import { shellCommand } from '../base/shell.ts'
import { normalizeResults } from '../compile/normalize/results.ts'
import { rulesIn } from '../compile/normalize/gates.ts'
import type { ResultsSpec } from '../compile/normalized.ts'
import { requestedIn } from '../compile/compile.ts'
import { compileResults } from '../compile/results.ts'
import { parseSpec, type ParsedSpec } from '../dsl/parse.ts'
import { lockBaseline, type WithoutBaseline } from '../gates/baseline.ts'
import type { BaselineEvidence } from '../gates/evidence.ts'
import { judge } from '../gates/judge.ts'
import { verificationStatistics } from '../gates/verification.ts'
import type { StageDecision, VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { Plan } from '../records/plan.ts'
import { ownMetricNotes } from '../records/metrics.ts'
import { resultSplits, type ReadResults } from '../records/results.ts'
import type { RunResult } from '../records/run.ts'
import type { Verdict } from '../records/verdict.ts'
import { buildReport } from '../report/build.ts'
import type { ChangeSection, Report } from '../report/model.ts'
import { summarizer } from '../report/runs.ts'
import { readResults } from '../results/read-results.ts'
import { Journal } from '../run/journal.ts'
import { journalHeader } from '../run/journal-line.ts'
import { confirmation } from '../stages/index.ts'
import { defaultBaseline } from './baseline.ts'
import { studyDiagnostics } from './diagnostics.ts'
import { outFolder } from './out-folder.ts'
import { textOf, unwrap } from './read-spec.ts'
import { baselineOfResults, type FoundBaseline, type ResultsBaseline } from './results-baseline.ts'
import { baselineFrom, evidenceFor, noBaseline, runOf, verified } from './results-evidence.ts'
import { settingOf } from './judging.ts'
import { toolName } from './version.ts'
import { writeReport, type WrittenFiles } from './write-report.ts'

/** What is needed to judge results that another tool made. */
export interface ResultsOptions {
  /** Path of the spec as the user gave it; messages show it this way. */
  readonly specPath: string
  /** The spec's text if it is not the file's: that of the commit whose rules judge. */
  readonly specText?: string | undefined
  readonly workspace: string
  /** Files and folders with the results of the candidate. */
  readonly results: readonly string[]
  /** The lock beside the spec, if there is one, if omitted. */
  readonly baseline?: ResultsBaseline | undefined
  /** The name of the baseline in the command that repeats it; the path that was given. */
  readonly baselineWords?: string | undefined
  readonly outDir?: string | undefined
  /** What a change alters about how it is judged; omitted if nothing. */
  readonly change?: ChangeSection | undefined
  readonly startedAt: string | null
  /** Milliseconds from any origin. */
  readonly clock: () => number
}

/** Results, judged: what a finished study leaves as well. */
export interface JudgedResults {
  readonly report: Report
  readonly verdict: Verdict
  readonly lock: Lock
  readonly files: WrittenFiles
  readonly prepared: {
    readonly warnings: readonly Diagnostic[]
    /** For each gate of the plan, the line of the spec that declares it. */
    readonly gateLines: readonly number[]
  }
}

/** Spec and results → evidence → verdict → report → files. Nothing is trained. */
export async function gateResults(options: ResultsOptions): Promise<JudgedResults> {
  const begun = options.clock()

  // 1. What the names mean, and what they say on both sides.
  const parsed = unwrap(parseSpec(options.specText ?? (await textOf(options.specPath)), options.specPath))
  const spec = unwrap(normalizeResults(parsed))
  const meaning = { ...spec, requested: requestedIn(spec) }
  const candidate = await readResults({ kind: 'paths', paths: options.results }, meaning)
  const found = await baselineOfResults(
    { path: options.specPath, name: spec.name },
    options.baseline ?? defaultBaseline,
    meaning,
  )

  // 2. The evidence, and the verdict of the gates.
  const plan = compileResults(spec, candidate)
  const engine = `results (${candidate.tools.join(', ')})`
  const against = againstOf(found, plan, engine, candidate)
  const verdict = judge(plan.gates, evidenceFor(candidate, against))

  // 3. The report and its files.
  const runs = runsOf({ candidate, found, plan, engine })
  const ids = new Map(runs.flatMap((run) => (run.request.label === 'baseline' ? [[run.request.seed, run.id] as const] : [])))
  const verify = verified(candidate.seeds, 'runs' in against ? against.runs : [], plan, ids)
  const judged = { options, spec, plan, engine, candidate, found, against, verdict, verify, runs }
  const report = await reportOf(judged, (options.clock() - begun) / 1000)
  const outDir = outFolder(
    { outDir: options.outDir, workspace: options.workspace, stages: undefined, seeds: undefined },
    { plan },
  )
  await keepRuns(outDir, plan, engine, runs)
  const files = await writeReport(report, outDir, eachOf(runs))
  return { report, verdict, lock: files.lock, files, prepared: { warnings: [], gateLines: gateLinesOf(parsed) } }
}

interface Judged {
  readonly options: ResultsOptions
  readonly spec: ResultsSpec
  readonly plan: Plan
  readonly engine: string
  readonly candidate: ReadResults
  readonly found: FoundBaseline
  readonly against: BaselineEvidence | WithoutBaseline
  readonly verdict: Verdict
  readonly verify: VerifyFindings
  readonly runs: readonly RunResult[]
}

/** Results on other rows measure something else, and so do those of a study that trained itself. */
function againstOf(
  found: FoundBaseline,
  plan: Plan,
  engine: string,
  { rows }: ReadResults,
): BaselineEvidence | WithoutBaseline {
  switch (found.kind) {
    case 'none':
      return noBaseline
    case 'lock':
      return lockBaseline(found.lock, found.source, settingOf(plan, engine))
    case 'results': {
      const { results } = found
      const other = (['validation', 'test'] as const).find((split) => rows[split]?.labels !== results.rows[split]?.labels)
      if (other === undefined) return baselineFrom(results)
      return { reason: `${results.source} has other ${other} labels, so its metrics are not comparable` }
    }
  }
}

function runsOf({ candidate, found, plan, engine }: Pick<Judged, 'candidate' | 'found' | 'plan' | 'engine'>): RunResult[] {
  const base = found.kind === 'results' ? found.results.seeds.map((one) => runOf('baseline', one, plan, engine)) : []
  return [...base, ...candidate.seeds.map((one) => runOf('candidate', one, plan, engine))]
}

async function* eachOf(runs: readonly RunResult[]): AsyncGenerator<RunResult> {
  yield* runs
}

/** In the form of a study's journal, so that the report can be rendered and exported again. */
async function keepRuns(outDir: string, plan: Plan, engine: string, runs: readonly RunResult[]): Promise<void> {
  await makeFolder(outDir).catch((error: unknown) => {
    throw explainFileError(error, 'run/no-output-folder', 'the output folder cannot be created')
  })
  const journal = await Journal.open(join(outDir, 'journal.jsonl'), journalHeader(plan, engine))
  try {
    for (const run of runs) if (!journal.has(run.id)) await journal.append(run)
  } finally {
    await journal.close()
  }
}

async function reportOf(judged: Judged, seconds: number): Promise<Report> {
  const { options, plan, engine, candidate, against, verdict, verify, runs } = judged
  const base = 'runs' in against ? { base: against } : {}
  return buildReport({
    plan,
    decisions: [decisionOf(judged)],
    runs: runs.map(summarizer(plan.baseline)),
    verdict,
    against: 'runs' in against ? against.source : null,
    ...base,
    lock: null,
    engine,
    tool: toolName,
    statistics: verificationStatistics(verify, plan.workload.objective, plan.leastEffect),
    diagnostics: await studyDiagnostics(plan, verify, eachOf(runs), null),
    command: commandOf(options),
    specFile: options.specPath,
    data: { source: candidate.source, checks: [], findings: [], notes: notesOf(judged) },
    omissions: [],
    exhausted: null,
    ...(options.change ? { change: options.change } : {}),
    results: true,
    timing: {
      startedAt: options.startedAt,
      seconds,
      stages: [],
      machine: {
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        workers: 0,
        node: process.version,
      },
    },
  })
}

function decisionOf({ plan, candidate, verify, runs }: Judged): StageDecision {
  const n = candidate.seeds.length
  return {
    stage: confirmation.name,
    levers: plan.baseline,
    conclusion: 'verified',
    summary: `Results of ${n} ${n === 1 ? 'seed' : 'seeds'} were read from ${candidate.source}; nothing was trained.`,
    lineage: [],
    comparisons: [],
    omissions: [],
    findings: { stage: confirmation.name, verify },
    runs: runs.map(({ id }) => id),
  }
}

/** What a reader must know about numbers that this tool did not make, in sentences. */
function notesOf({ spec, candidate, found }: Judged): string[] {
  const { results } = spec
  const seeds = (of: ReadResults): string => of.seeds.map(({ seed }) => seed).join(', ')
  const base = found.kind === 'results' ? [found.results] : []
  const uneven = base.filter((one) => seeds(one) !== seeds(candidate))
  const diverged = [...base, candidate].flatMap((side) =>
    side.seeds.flatMap((one) =>
      one.diverged === null ? [] : [`Seed ${one.seed} of ${side.source} counts as diverged: ${one.diverged}.`],
    ),
  )
  return [
    results.predictions
      ? 'Metrics of splits with predictions were computed by tunegate, from the predictions and labels of the results.'
      : 'All metrics are self-reported by the results; nothing checks them.',
    ...new Set(resultSplits.flatMap((split) => ownMetricNotes(results.names[split]).map((note) => printable(note)))),
    results.value === 'best'
      ? `The value of a curve that counts is the one at the best validation ${spec.objective}.`
      : 'The value of a curve that counts is the last one.',
    ...uneven.map((one) => `The candidate has the seeds ${seeds(candidate)}, and the baseline ${seeds(one)}.`),
    ...diverged,
  ]
}

function commandOf({ specPath, results, baselineWords }: ResultsOptions): string {
  const compared = baselineWords === undefined ? [] : ['--baseline', baselineWords]
  return shellCommand('tunegate', 'gate', specPath, ...results.flatMap((path) => ['--results', path]), ...compared)
}

const gateLinesOf = ({ spec, locate }: ParsedSpec): number[] =>
  (spec.gates ?? []).flatMap((gate, i) => new Array<number>(rulesIn(gate)).fill(locate(['gates', i]).line))
