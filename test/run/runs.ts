import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { patiently } from '../support/slowness.ts'
import { onTestFinished } from 'vitest'
import type { Plan, RunJob, StageJob, StageName } from '../../src/records/plan.ts'
import type { CompleteRun, RunRequest, RunResult } from '../../src/records/run.ts'
import type { JournalHeader } from '../../src/run/journal-line.ts'
import type { TrainingData } from '../../src/train/types.ts'
import type { VerifySettings } from '../../src/stages/verify.ts'
import { someLevers } from '../support/levers.ts'
import { someWorkload } from '../support/world.ts'

export const fullRun = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const satisfies RunJob
export const probe = (memoryMiB: number): RunJob => ({ kind: 'probe', steps: 5, memoryMiB })

export function request(label: string, seed = 1, over: Partial<RunRequest> = {}): RunRequest {
  return { stage: 'regularize', label, levers: someLevers, seed, job: fullRun, ...over }
}

/** A finished run of four steps; nll 0.5 on validation. */
export function complete(id: string, of = request(id)): CompleteRun {
  return {
    id,
    request: of,
    engine: 'none',
    status: 'complete',
    probe: null,
    weights: 'w'.repeat(64),
    evaluations: [],
    best: { step: 4, epoch: 1, validation: { nll: 0.5 }, test: null },
    steps: {
      loss: [2, 1, 0.6, 0.5],
      learningRate: [1, 1, 1, 1],
      gradientNorm: [1, 1, 1, 1],
      clipped: [false, false, false, true],
    },
    timing: { seconds: 0.4, stepsPerSecond: 10 },
  }
}

export function crashed(id: string, of = request(id)): RunResult {
  const { best: _best, probe: _probe, weights: _weights, ...base } = complete(id, of)
  return { ...base, status: 'crashed', reason: 'killed' }
}

export function plan(jobs: readonly StageName[], over: Partial<Plan['budget']> = {}): Plan {
  return {
    version: 1,
    name: 'toy',
    fingerprint: 'p',
    specFingerprint: 's',
    seed: 3,
    workload: someWorkload,
    baseline: someLevers,
    gates: [],
    jobs: jobs.map(job),
    budget: { minutes: null, trials: null, reservedForVerification: 0, ...over },
  }
}

/** The settings are never looked at by the executor; they are verification's because those are the smallest. */
export function job(id: StageName): StageJob {
  const settings: VerifySettings = { stage: 'verify', seeds: 2, looks: [2] }
  return { id, needs: [], fingerprint: id, settings, templates: [], estimate: { runs: 4, steps: 16 } }
}

export const header: JournalHeader = { journal: 1, workload: 'p', spec: 's', data: 'd', engine: 'none' }

/** A folder that is gone when the test is. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'run-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const journalIn = (path: string): string => join(path, 'journal.jsonl')

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** For workers that train nothing. */
export const noData: TrainingData = {
  inputs: new Float32Array(8),
  inputShape: [2],
  targets: new Float32Array(4),
  targetScale: null,
  splits: { train: new Int32Array(2), validation: new Int32Array(1), test: new Int32Array(1) },
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Killed, and its parent has not asked for it yet.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux'
  }
}

/** Waits for something that takes 20 seconds at most on a usual machine, unless `milliseconds` say otherwise. */
export async function until(what: () => boolean, milliseconds = 20_000): Promise<void> {
  for (const end = performance.now() + patiently(milliseconds / 1000); !what(); ) {
    if (performance.now() > end) throw new Error('it did not happen in time')
    await sleep(10)
  }
}
