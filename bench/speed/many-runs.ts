import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { stream } from '../../src/base/random.ts'
import type { Metrics } from '../../src/records/metrics.ts'
import type { StageSettings } from '../../src/records/plan.ts'
import type { Evaluation, RunRequest, RunResult } from '../../src/records/run.ts'
import { execute } from '../../src/run/execute.ts'
import { stages } from '../../src/stages/index.ts'
import { conclude, openStudy, type Study } from '../../src/study/conclude.ts'
import type { SpecSource } from '../../src/study/options.ts'
import { type Prepared, prepare } from '../../src/study/prepare.ts'
import { rounded } from '../../src/train/round.ts'
import { root } from '../../test/support/architecture.ts'
import { row, title } from '../orchestration/print.ts'

interface Found {
  readonly runs: number
  /** Processor seconds, from the first run to the written report. */
  readonly processor: number
  /** Bytes of this process's heap that a finished study holds, garbage collected. */
  readonly kept: number
  readonly reportBytes: number
  readonly pageBytes: number
}

/** Configurations that the stage regularize tries. A spec may ask for a thousand. */
const sizes = [1000, 10_000] as const
const mostReportBytes = 5e6

/**
 * Real studies of the digits example whose stages, journal, gates and report are those of every study, and whose runs are
 * made up: ten thousand trainings would take a day.
 */
export async function manyRuns(scratch: string): Promise<void> {
  title('A study of 10,000 runs, whose stages and report are real and whose trainings are made up')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const found: Found[] = []
  // The first compiles the code.
  for (const size of [sizes[0], ...sizes]) found.push(await studyOf(size, join(scratch, `many-${found.length}`), collect))
  const [, few, many] = found as [Found, Found, Found]
  for (const one of [few, many])
    row(`${one.runs} runs`, `${one.processor.toFixed(2)} s, ${((1000 * one.processor) / one.runs).toFixed(2)} ms a run`)
  const growth = many.processor / many.runs / (few.processor / few.runs)
  row('a run of the larger study', `${growth.toFixed(2)} times the time`, { goal: '≤ 1.25', met: growth <= 1.25 })
  const kept = (many.kept - few.kept) / (many.runs - few.runs)
  row('memory that another run keeps', `${Math.round(kept)} bytes`, { goal: '≤ 1024', met: kept <= 1024 })
  const peak = process.resourceUsage().maxRSS / 1024
  row('the largest that the process was', `${peak.toFixed(0)} MiB: a stage holds the logs of its runs until it decides`)
  row('report.json', megabytes(many.reportBytes), { goal: '≤ 5 MB', met: many.reportBytes <= mostReportBytes })
  row('report.html', megabytes(many.pageBytes), { goal: '≤ 5 MB', met: many.pageBytes <= mostReportBytes })
}

const nothing = (): Promise<never> => Promise.reject(new Error('nothing trains'))

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`

async function studyOf(explored: number, folder: string, collect: () => void): Promise<Found> {
  const source = { specPath: join(root, 'examples/digits/tuning.yml'), specText, workspace: root, env: {} }
  const prepared = withConfigurations(await prepare(source), explored)
  const cpu = process.cpuUsage()
  let held: Held | null = await concluded(source, prepared, folder)
  const { user, system } = process.cpuUsage(cpu)
  const found = {
    runs: held.report.runs.length,
    processor: (user + system) / 1e6,
    reportBytes: statSync(join(held.files.folder, 'report.json')).size,
    pageBytes: statSync(held.files.page).size,
  }
  await settled(collect)
  const holding = process.memoryUsage().heapUsed
  // The rest of the heap grows and shrinks by itself between two studies.
  held = null
  await settled(collect)
  return { ...found, kept: holding - process.memoryUsage().heapUsed }
}

/** A finished study, with all that its process holds until it ends: the places of runs in the journal, and decisions. */
type Held = Study & { readonly process: readonly unknown[] }

/** The study from its first run to its written report. */
async function concluded(source: SpecSource, prepared: Prepared, folder: string): Promise<Held> {
  const options = {
    ...source,
    outDir: join(folder, 'out'),
    workers: 1,
    workerScript: '',
    engine: { wanted: 'auto', choose: nothing, available: nothing },
    baseline: { kind: 'beside-spec', required: false },
    listener: () => {},
    startedAt: null,
    clock: () => performance.now(),
  } as const
  const study = await openStudy(options, prepared, { label: 'none', why: null })
  try {
    const runner = { engine: 'none', slots: 2, run: async (request: RunRequest, id: string) => madeUp(request, id) }
    const { journal, judging } = study
    const resources = { runner, journal, listener: options.listener, clock: options.clock }
    const outcome = await execute(prepared.plan, { ...resources, stages, settles: judging.settles })
    return { ...(await conclude(study, outcome, 0)), process: [study, outcome] }
  } finally {
    await study.journal.close()
  }
}

/** What the last turns of the event loop hold goes with them, and what waited for its finalizer with a later collection. */
async function settled(collect: () => void): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await setTimeout(20)
    collect()
  }
}

const values = (count: number, most: number): string =>
  `[${Array.from({ length: count }, (_, i) => ((most * i) / count).toPrecision(4)).join(', ')}]`

/** The digits example with a grid of 16,000 combinations. */
const specText = readFileSync(join(root, 'examples/digits/tuning.yml'), 'utf8')
  .replace(
    /^ {2}- regularize:.*$/m,
    `  - regularize: { grid: { weightDecay: ${values(20, 0.2)}, dropout: ${values(20, 0.5)}, ` +
      `labelSmoothing: ${values(20, 0.2)}, augmentation: ${values(2, 1)} } }`,
  )
  .replace(/^budget:.*$/m, 'budget: { trials: 1000000 }')

/** The plan with more configurations than a spec may ask for. */
function withConfigurations(prepared: Prepared, explore: number): Prepared {
  const jobs = prepared.plan.jobs.map((job) =>
    job.id === 'regularize' ? { ...job, settings: { ...job.settings, explore } as StageSettings } : job,
  )
  return { ...prepared, plan: { ...prepared.plan, jobs } } as Prepared
}

const evaluationsOfARun = 20

/** A result with the log of a real run, and with scores that differ from run to run by what its levers and seed give. */
function madeUp(request: RunRequest, id: string): RunResult {
  const random = stream(request.seed, id)
  const steps = 'steps' in request.job ? request.job.steps : 340
  const values = (of: (i: number) => number): number[] => Array.from({ length: steps }, (_, i) => rounded(of(i)))
  const score = (share: number): Metrics => {
    const accuracy = rounded(0.95 - 0.5 * (1 - share) + 0.01 * random.normal())
    return { accuracy, balancedAccuracy: accuracy, f1: accuracy, nll: rounded(1.2 - accuracy), brier: 0.1, ece: 0.02 }
  }
  const evaluations = Array.from({ length: evaluationsOfARun }, (_, i) => {
    const share = (i + 1) / evaluationsOfARun
    return { step: Math.ceil(steps * share), epoch: i + 1, train: score(share), validation: score(share) }
  })
  const best = evaluations[evaluationsOfARun - 1] as Evaluation
  const common = {
    id,
    request,
    engine: 'none',
    status: 'complete',
    weights: '',
    steps: {
      loss: values((i) => 2.3 / (1 + i / 20)),
      learningRate: values(() => 0.001),
      gradientNorm: values((i) => 1.7 / (1 + i / 20)),
      clipped: new Array<boolean>(steps).fill(false),
    },
    timing: { seconds: 0.001, stepsPerSecond: 1000 },
  } as const
  const { job } = request
  if (job.kind === 'train')
    return {
      ...common,
      evaluations,
      probe: null,
      best: { step: best.step, epoch: best.epoch, validation: best.validation, test: job.evaluateTest ? score(1) : null },
    }
  const probe = { examplesPerSecond: 1e4, peakMemoryMiB: 300, noiseScale: 50 }
  return { ...common, evaluations: [], probe: job.kind === 'probe' ? probe : null, best: null }
}
