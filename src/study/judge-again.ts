import { InputError } from '../base/diagnostics.ts'
import { readTextWithin, reasonOf } from '../base/files.ts'
import { studyEvidence, type WithoutBaseline } from '../gates/baseline.ts'
import type { BaselineEvidence, SeedEvidence } from '../gates/evidence.ts'
import { judgeAt } from '../gates/sequential.ts'
import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { GateRule } from '../records/plan.ts'
import type { RunTime } from '../records/run.ts'
import type { Verdict } from '../records/verdict.ts'
import { changeLines } from '../report/change-lines.ts'
import { mostReportBytes, parseReport } from '../report/json.ts'
import { lockNameOf } from '../report/lock-name.ts'
import { wasCutShort } from '../report/lock.ts'
import type { Report } from '../report/model.ts'
import { lockOf, type Baseline, type NamedLock } from './baseline.ts'
import { noBaseline } from './results-evidence.ts'
import { isResults } from '../report/sides.ts'

export interface Rejudged {
  readonly verdict: Verdict
  readonly against: string | null
  /** What a reader must know before the verdict. */
  readonly notes: readonly string[]
}

/**
 * Judges a finished study again: against a lock, against its own declared levers, or, if no baseline is given, against the
 * study's original baseline. Another baseline asks a different question, so it is never chosen silently.
 */
export async function judgeAgain(reportPath: string, baseline?: Baseline): Promise<Rejudged> {
  const report = await readReport(reportPath)
  const fixed =
    baseline === undefined && report.base ? baseEvidence(report.base, report.timing) : await againstOf(report, baseline)
  return judgeReport(
    report,
    report.verdict.gates.map((g) => g.rule),
    fixed,
    timedVerification(report),
  )
}

/** A lock with its name in sentences, the runs of another spec or why there are none, or null for the declared levers. */
export type Against = NamedLock | BaselineEvidence | WithoutBaseline | null

/**
 * Judges what a report measured, seed by seed, as the study does at its end.
 *
 * @param verify from the report, with times; if truncated to its first seeds, the verdict is that of an earlier look
 */
export function judgeReport(
  report: Report,
  rules: readonly GateRule[],
  fixed: Against,
  verify: VerifyFindings | null,
): Rejudged {
  const { study, tool, verification, data } = report
  const {
    fingerprints: { data: dataFingerprint, spec: specFingerprint },
    engine,
    objective,
    parameters,
  } = study
  const setting = { dataFingerprint, specFingerprint, engine, objective, tool, parameters, rows: data.rows }
  const evidence = studyEvidence(verify, fixed, setting)
  const verdict = judgeAt(rules, evidence, verification?.looks ?? [], wasCutShort(report.budget))
  return { verdict, against: evidence.baseline?.source ?? null, notes: changeLines(report) }
}

/** A report stores times apart from the runs that they belong to. */
export function timedVerification({ verification, timing }: Report): VerifyFindings | null {
  if (verification === null) return null
  const times = new Map(timing.runs.map(({ id, stepsPerSecond: _, ...time }) => [id, time]))
  const timed = (run: VerifiedRun): VerifiedRun => {
    const time = run.status === 'complete' ? times.get(run.run) : undefined
    return time ? { ...run, time } : run
  }
  return {
    ...verification,
    seeds: verification.seeds.map(({ seed, baseline, candidate }) => ({
      seed,
      baseline: timed(baseline),
      candidate: timed(candidate),
    })),
  }
}

/** The retrained runs of a base spec, with their times. */
export function baseEvidence(base: NonNullable<Report['base']>, { base: times = [] }: Report['timing']): BaselineEvidence {
  const timed = (run: SeedEvidence, time: RunTime | null | undefined): SeedEvidence => (time ? { ...run, time } : run)
  return { ...base, runs: base.runs.map((run, i) => timed(run, times[i])) }
}

/** Results of another tool have no declared levers to fall back to. */
async function againstOf(report: Report, baseline: Baseline | undefined): Promise<Against> {
  return (await lockFor(report, baseline)) ?? (isResults(report) ? noBaseline : null)
}

async function lockFor({ levers, study }: Report, baseline: Baseline | undefined): Promise<NamedLock | null> {
  const spec = { path: study.specFile, name: study.name }
  if (baseline !== undefined) return lockOf(spec, baseline)
  // Only a study that compared with a lock knows what changed since that lock.
  if (levers.sinceLock === null) return null
  const found = await lockOf(spec)
  if (found) return found
  throw new InputError([
    {
      code: 'gate/lock-missing',
      severity: 'error',
      message: 'the run was compared with a lock that is no longer next to its spec',
      found: `no ${lockNameOf(study.specFile)} next to ${study.specFile}`,
      hint: 'pass its path with --baseline PATH, or compare with the declared levers: --baseline retrain',
    },
  ])
}

export async function readReport(path: string): Promise<Report> {
  const text = await readTextWithin(path, mostReportBytes, 'report/too-large').catch((error: NodeJS.ErrnoException) => {
    if (error instanceof InputError) throw error
    throw new InputError([
      {
        code: 'report/unreadable',
        severity: 'error',
        message: 'the report cannot be read',
        found: `${path}: ${reasonOf(error)}`,
        hint: 'pass the output folder of a finished run',
      },
    ])
  })
  return parseReport(text, path)
}
