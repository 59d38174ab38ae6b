// A study as a process of its own, to be killed: journal, pool and executor as the program wires them, with stages that ask
// for what the runs before told them. `node worker-study.ts CONFIG`, where CONFIG is a `StudyConfig` as v8 serializes it.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { deserialize } from 'node:v8'
import { InputError } from '../../src/base/diagnostics.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { StageName } from '../../src/records/plan.ts'
import type { RunRequest } from '../../src/records/run.ts'
import { execute, Interrupted } from '../../src/run/execute.ts'
import { Journal } from '../../src/run/journal.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import type { InitMessage } from '../../src/run/protocol.ts'
import type { RunOutcome, Stage } from '../../src/stages/stage.ts'
import { someLevers } from './levers.ts'

export interface StudyConfig {
  readonly journal: string
  /** Where the outcome goes. */
  readonly out: string
  /** Only takes the journal, for so many milliseconds. */
  readonly hold?: number
  readonly script: string
  readonly init: InitMessage
  /** The label of every run; the scripted worker obeys it. */
  readonly label: string
  readonly epochs: number
}

const names: readonly StageName[] = ['lr-range', 'regularize', 'schedule']

/** Eight values of weight decay around the incumbent's; the best by nll is the next incumbent's. */
function stageOf(stage: StageName, { label, epochs }: StudyConfig): Stage {
  return function* ({ incumbent }) {
    const request = (i: number): RunRequest => ({
      stage,
      label,
      seed: 5,
      job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false },
      // Epochs of its own, so that no stage asks for what another trained: results hang on ids, and so would their number.
      levers: withLevers(incumbent, {
        weightDecay: incumbent.regularization.weightDecay * (1 + i / 8),
        epochs: epochs + names.indexOf(stage),
      }),
    })
    const first = yield [0, 1, 2, 3].map(request)
    const second = yield [4, 5, 6, 7].map(request)
    const all = [...first, ...second]
    const best = all.reduce((a, b) => (nll(b) < nll(a) ? b : a))
    return {
      stage,
      levers: best.request.levers,
      conclusion: 'changed',
      summary: all.map(nll).join(' '),
      lineage: [],
      comparisons: [],
      omissions: [],
      findings: { stage: 'schedule' },
      runs: all.flatMap((o) => (o.status === 'not-run' ? [] : [o.id])),
    }
  }
}

function nll(outcome: RunOutcome): number {
  return outcome.status === 'complete' ? (outcome.best?.validation.nll ?? NaN) : NaN
}

async function study(config: StudyConfig): Promise<void> {
  const { init } = config
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const pool = await WorkerPool.start({ script: config.script, workers: 2, init, notice: console.error })
  try {
    const journal = await Journal.open(config.journal, {
      journal: 1,
      workload: 'p',
      spec: 's',
      data: 'd',
      engine: pool.engine,
    })
    try {
      await train(config, pool, journal, stop.signal)
    } finally {
      pool.close()
      await journal.close()
    }
  } finally {
    pool.close()
  }
}

async function train(config: StudyConfig, runner: WorkerPool, journal: Journal, signal: AbortSignal): Promise<void> {
  const stage = (name: StageName): Stage => stageOf(name, config)
  const { decisions, levers } = await execute(
    {
      version: 1,
      name: 'toy',
      fingerprint: 'p',
      specFingerprint: 's',
      seed: 3,
      workload: config.init.workload,
      baseline: someLevers,
      gates: [],
      jobs: names.map((id) => ({
        id,
        needs: [],
        fingerprint: id,
        settings: { stage: 'verify', seeds: 1, looks: [1] },
        templates: [],
        estimate: { runs: 8, steps: 8 },
      })),
      budget: { minutes: null, trials: null, reservedForVerification: 0 },
    },
    {
      stages: {
        'lr-range': stage('lr-range'),
        batch: stage('batch'),
        regularize: stage('regularize'),
        schedule: stage('schedule'),
        verify: stage('verify'),
      },
      runner,
      journal,
      signal,
      clock: () => performance.now(),
      listener: () => {},
    },
  )
  writeFileSync(config.out, JSON.stringify({ decisions, levers }))
}

async function hold({ journal, hold: milliseconds }: StudyConfig): Promise<void> {
  const held = await Journal.open(journal, { journal: 1, workload: 'p', spec: 's', data: 'd', engine: 'scripted' })
  await sleep(milliseconds)
  await held.close()
}

try {
  const config = deserialize(readFileSync(process.argv[2] ?? '')) as StudyConfig
  await (config.hold === undefined ? study(config) : hold(config))
} catch (error) {
  process.exitCode = error instanceof Interrupted ? 130 : error instanceof InputError ? 2 : 4
  console.error(error)
}
