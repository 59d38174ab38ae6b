import { readFile } from 'node:fs/promises'
import { InputError } from '../base/diagnostics.ts'
import { studyEvidence } from '../gate/baseline.ts'
import type { BaselineEvidence, SeedEvidence } from '../gate/evidence.ts'
import { judgeAt } from '../gate/sequential.ts'
import type { VerifiedRun, VerifyFindings } from '../plan/decision.ts'
import type { RunTime } from '../plan/run.ts'
import type { Verdict } from '../plan/verdict.ts'
import { parseReport } from '../report/json.ts'
import { wasCutShort } from '../report/lock.ts'
import type { Report } from '../report/model.ts'
import { readLock } from './lock.ts'

export interface Rejudged { readonly verdict: Verdict; readonly against: string | null }

/**
 * Judges a finished study again: against the named lock, against its own retrained baseline (`retrain`), or, where nothing is
 * named, against what the study itself was held against. Another baseline is another question, so it is never chosen silently.
 */
export async function judgeAgain(reportPath: string, baseline: string | undefined): Promise<Rejudged> {
  const report = await readReport(reportPath)
  const fixed = baseline === undefined && report.base ? baseEvidence(report.base, report.timing) : await lockOf(report, baseline)
  const { fingerprints: { data: dataFingerprint, spec: specFingerprint }, engine, objective, parameters } = report.study
  const evidence = studyEvidence(timedVerification(report), fixed, { dataFingerprint, specFingerprint, engine, objective, tool: report.tool, parameters })
  return { verdict: judgeAt(report.verdict.gates.map((g) => g.rule), evidence, report.verification?.looks ?? [], wasCutShort(report.budget)), against: evidence.baseline?.source ?? null }
}

/** A report keeps times apart from what they belong to. */
function timedVerification({ verification, timing }: Report): VerifyFindings | null {
  if (verification === null) return null
  const times = new Map(timing.runs.map(({ id, stepsPerSecond: _, ...time }) => [id, time]))
  const timed = (run: VerifiedRun): VerifiedRun => {
    const time = run.status === 'complete' ? times.get(run.run) : undefined
    return time ? { ...run, time } : run
  }
  return { ...verification, seeds: verification.seeds.map(({ seed, baseline, candidate }) => ({ seed, baseline: timed(baseline), candidate: timed(candidate) })) }
}

function baseEvidence(base: NonNullable<Report['base']>, { base: times = [] }: Report['timing']): BaselineEvidence {
  const timed = (run: SeedEvidence, time: RunTime | null | undefined): SeedEvidence => (time ? { ...run, time } : run)
  return { ...base, runs: base.runs.map((run, i) => timed(run, times[i])) }
}

async function lockOf({ levers, study }: Report, baseline: string | undefined): ReturnType<typeof readLock> {
  if (baseline !== undefined) return readLock(study.specFile, baseline)
  // Only a study that was held against a lock knows what changed since it.
  if (levers.sinceLock === null) return null
  const found = await readLock(study.specFile)
  if (found) return found
  throw new InputError([{
    code: 'gate/lock-missing', severity: 'error', message: 'the run was held against a lock that is not beside its spec now', found: `no tuning.lock.json beside ${study.specFile}`,
    hint: 'name it by --baseline PATH, or judge against the declared levers by --baseline retrain',
  }])
}

export async function readReport(path: string): Promise<Report> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError([{ code: 'report/unreadable', severity: 'error', message: 'the report cannot be read', found: `${path}: ${error.code ?? error.message}`, hint: 'name the output folder of a finished run' }])
  })
  return parseReport(text, path)
}
