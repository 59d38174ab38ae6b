import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '../data/types.ts'
import { studyEvidence } from '../gate/baseline.ts'
import { judge } from '../gate/judge.ts'
import { verificationStatistics } from '../gate/verification.ts'
import type { VerifyFindings } from '../plan/decision.ts'
import type { Lock } from '../plan/lock.ts'
import type { Verdict } from '../plan/verdict.ts'
import { buildReport } from '../report/build.ts'
import type { Report } from '../report/model.ts'
import { summarizeRun } from '../report/runs.ts'
import type { Listener } from '../run/events.ts'
import { execute, runsOf, type StudyOutcome } from '../run/execute.ts'
import { Journal } from '../run/journal.ts'
import { WorkerPool } from '../run/pool.ts'
import { stages } from '../stages/index.ts'
import { readLock } from './lock.ts'
import { prepare, type Prepared, type SpecSource } from './prepare.ts'
import { toolName } from './version.ts'
import { writeReport, type WrittenFiles } from './write-report.ts'

export interface StudyOptions extends SpecSource {
  /** Where the report goes; `.tunegate/<name>` in the workspace where it is left out. */
  readonly outDir?: string
  readonly workers: number
  /** File that a worker process runs, and the folder with the wasm engine. */
  readonly workerScript: string
  readonly wasmFolder: string
  /** The lock to gate against; the one beside the spec where it is left out and there is one. */
  readonly baselinePath?: string
  /** Set an earlier journal aside. */
  readonly fresh?: boolean
  /** The command that repeats the study, as the report shows it. */
  readonly command: string
  readonly listener: Listener
  readonly signal?: AbortSignal
  /** Wall-clock time of the start, ISO 8601; null keeps it out of the report. */
  readonly startedAt: string | null
  /** Milliseconds from any origin. */
  readonly clock: () => number
}

export interface Study {
  readonly prepared: Prepared
  readonly report: Report
  readonly verdict: Verdict
  readonly lock: Lock
  readonly files: WrittenFiles
}

/** The whole path: spec → plan → runs → decisions → verdict → report. Used by the command line and by the action. */
export async function runStudy(options: StudyOptions): Promise<Study> {
  const prepared = await prepare(options)
  const { plan, dataset } = prepared
  const baseline = await readLock(options.specPath, options.baselinePath)
  const outDir = options.outDir ?? join(options.workspace, '.tunegate', plan.name)
  await mkdir(outDir, { recursive: true })
  for (const warning of prepared.warnings) options.listener({ type: 'notice', message: warning.message })

  const begun = options.clock()
  const notice = (message: string): void => options.listener({ type: 'notice', message })
  const pool = await WorkerPool.start({
    script: options.workerScript, workers: options.workers, notice,
    init: { type: 'init', engine: 'wasm', wasmFolder: options.wasmFolder, workload: plan.workload, data: trainingData(dataset) },
  })
  try {
    const journal = await Journal.open(join(outDir, 'journal.jsonl'), {
      journal: 1, plan: plan.fingerprint, spec: plan.specFingerprint, data: dataset.fingerprint, engine: pool.engine,
    }, { fresh: options.fresh ?? false })
    try {
      journal.notices.forEach(notice)
      const outcome = await execute(plan, {
        stages, runner: pool, journal, listener: options.listener, clock: options.clock, ...(options.signal ? { signal: options.signal } : {}),
      })
      pool.close()
      const verify = verifyFindings(outcome)
      const evidence = studyEvidence(verify, baseline, { dataFingerprint: dataset.fingerprint, engine: pool.engine })
      const verdict = judge(plan.gates, evidence)
      const runs = []
      for await (const run of runsOf(journal, outcome.decisions)) runs.push(summarizeRun(run, plan.baseline))
      const report = buildReport({
        plan, decisions: outcome.decisions, runs, verdict, against: evidence.baseline?.source ?? null, lock: baseline?.lock ?? null,
        statistics: verify ? verificationStatistics(verify, plan.workload.objective) : [],
        engine: pool.engine, tool: toolName, command: options.command, specFile: options.specPath,
        data: { source: prepared.spec.data.source, checks: checksOf(prepared), findings: prepared.findings, notes: dataset.notes },
        omissions: [], exhausted: outcome.exhausted,
        timing: {
          startedAt: options.startedAt, seconds: (options.clock() - begun) / 1000, stages: outcome.seconds,
          machine: { platform: `${process.platform} ${process.arch}`, cores: options.workers, workers: options.workers, node: process.version },
        },
      })
      const files = await writeReport(report, outDir, runsOf(journal, outcome.decisions))
      return { prepared, report, verdict, lock: files.lock, files }
    } finally {
      await journal.close()
    }
  } finally {
    pool.close()
  }
}

/** What workers need of a data set, and nothing more: it is copied to each. */
function trainingData({ inputs, inputShape, targets, targetScale, splits }: Dataset) {
  return { inputs, inputShape, targets, targetScale, splits }
}

function verifyFindings({ decisions }: StudyOutcome): VerifyFindings | null {
  const findings = decisions.find((d) => d.stage === 'verify')?.findings
  return findings?.stage === 'verify' ? findings.verify : null
}

const checksOf = ({ spec }: Prepared): string[] =>
  (['duplicates', 'imbalance', 'constant'] as const).filter((check) => spec.checks[check] !== 'off')
