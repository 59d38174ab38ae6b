// A made-up study with every part filled in, for tests of what comes after training. Nothing here was trained: the curves
// are formulas with noise from named streams, the same at every call. Real studies are tested end to end elsewhere.
import { fingerprint } from '../../src/base/hash.ts'
import { stream } from '../../src/base/random.ts'
import { studyEvidence } from '../../src/gates/baseline.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import { verificationStatistics } from '../../src/gates/verification.ts'
import { withLevers, type LeverName, type LeverPatch, type Levers } from '../../src/records/levers.ts'
import type { LeastEffects, Metrics } from '../../src/records/metrics.ts'
import type {
  Comparison,
  Evidence,
  ExploredFindings,
  RangeTestFindings,
  StageDecision,
  VerifiedRun,
} from '../../src/records/decision.ts'
import type { Lock } from '../../src/records/lock.ts'
import type { Plan, RunJob } from '../../src/records/plan.ts'
import type { AnyStageSettings } from '../../src/stages/index.ts'
import type { CompleteRun, RunResult } from '../../src/records/run.ts'
import type { ReportInput } from '../../src/report/build.ts'
import { summarizer } from '../../src/report/runs.ts'
import { drawnCalibration } from './calibration.ts'
import { someLevers } from './levers.ts'

export interface StudyOptions {
  /** Stands wherever a person's words may stand: study name, classes, file names, findings, crash reasons. */
  readonly hostile?: string
  readonly seeds?: number
  /** Seeds (by position) on which the winner diverges. */
  readonly diverging?: readonly number[]
  /** A lock to be held against; the study's own without it is the retrained baseline. */
  readonly lock?: Lock
  readonly stages?: readonly AnyStageSettings['stage'][]
  readonly gates?: Plan['gates']
  readonly leastEffect?: LeastEffects
  /** Shifts every clock, and nothing else. */
  readonly clock?: number
}

export interface FakeStudy {
  readonly plan: Plan
  readonly decisions: readonly StageDecision[]
  readonly results: readonly RunResult[]
  readonly input: ReportInput
  /** As a journal hands them over: one at a time, in the order in which they finished. */
  runs(): AsyncGenerator<RunResult>
}

export const baselineLevers: Levers = withLevers(someLevers, { warmupSteps: 34, epochs: 12 })

const classes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
const full: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false }
const verification: RunJob = { ...full, evaluateTest: true }
const selection = [11, 12, 13]

const fourGates: readonly AnyGateRule[] = [
  { gate: 'seed-variance', metric: 'accuracy', split: 'test', maxStd: 0.015, onInconclusive: 'pass' },
  { gate: 'regression', metric: 'accuracy', split: 'test', margin: 0.01, paired: true, onInconclusive: 'fail' },
  { gate: 'calibration', metric: 'nll', split: 'test', margin: 0.05, paired: true, onInconclusive: 'fail' },
  { gate: 'threshold', metric: 'accuracy', split: 'test', min: 0.93, max: null, onInconclusive: 'fail' },
]

export function fakePlan({
  hostile,
  gates,
  leastEffect,
  seeds = 5,
  stages = ['lr-range', 'batch', 'regularize', 'schedule', 'verify'],
}: StudyOptions): Plan {
  const lrRange = {
    stage: 'lr-range',
    from: 1e-6,
    to: 10,
    steps: 300,
    seeds: 3,
    backOff: [0.85, 0.5, 1 / 3, 0.1],
    confirmLength: 0.5,
    confirmSeeds: 3,
  } as const
  const settings = {
    'lr-range': lrRange,
    batch: {
      stage: 'batch',
      largest: 512,
      scaling: 'auto',
      memoryMiB: 1024,
      probeSteps: 20,
      seeds: 3,
      goal: 'speed',
      recheck: lrRange,
    },
    regularize: {
      stage: 'regularize',
      explore: 12,
      seeds: 3,
      grid: [
        { lever: 'weightDecay', values: [0.01, 0.03, 0.1] },
        { lever: 'dropout', values: [0, 0.1, 0.3] },
      ],
    },
    schedule: {
      stage: 'schedule',
      schedules: ['cosine', 'one-cycle'],
      warmupFractions: [0.05, 0.1],
      clipPercentiles: [0.9],
      optimizers: [],
      explore: 9,
      seeds: 3,
    },
    verify: { stage: 'verify', seeds, looks: [seeds] },
  } as const
  const runs = { 'lr-range': 18, batch: 22, regularize: 39, schedule: 15, verify: 2 * seeds }
  const rest: Omit<Plan, 'fingerprint'> = {
    version: 1,
    name: hostile ?? 'digits',
    specFingerprint: fingerprint('spec'),
    seed: 7,
    baseline: baselineLevers,
    workload: {
      task: 'classification',
      objective: 'accuracy',
      parameters: 9098,
      evaluateEvery: 1,
      data: {
        fingerprint: fingerprint('data'),
        rows: { train: 1077, validation: 360, test: 360 },
        inputShape: [8, 8, 1],
        classes: hostile ? [hostile, ...classes] : classes,
      },
      layers: [
        {
          kind: 'conv2d',
          filters: 16,
          kernelSize: [3, 3],
          strides: [1, 1],
          padding: 'valid',
          activation: 'relu',
          useBias: true,
        },
        { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
        { kind: 'flatten' },
        { kind: 'dropout', rate: null },
        { kind: 'dense', units: 10, activation: 'linear', useBias: true },
      ],
      augmentation: { shift: 0.1, flip: 0, erase: 0, noise: 0, mixup: 0 },
    },
    jobs: stages.map((id, i) => ({
      id,
      needs: i === 0 ? [] : [stages[i - 1] ?? id],
      fingerprint: fingerprint(id),
      settings: settings[id],
      templates: [],
      estimate: { runs: runs[id], steps: 204 * runs[id] },
    })),
    gates: gates ?? fourGates,
    ...(leastEffect ? { leastEffect } : {}),
    budget: { minutes: 20, trials: 120, reservedForVerification: 2 * seeds },
  }
  return { ...rest, fingerprint: fingerprint(rest) }
}

/** Writes down runs as stages ask for them. */
class Recorder {
  readonly results: RunResult[] = []
  private readonly clock: number
  constructor(clock: number) {
    this.clock = clock
  }

  run(
    stage: string,
    label: string,
    levers: Levers,
    seed: number,
    job: RunJob,
    quality: number,
    diverges = false,
  ): RunResult {
    const request = { stage, label, levers, seed, job }
    const id = fingerprint(request)
    const seconds = 1.5 + this.clock + (this.results.length % 7) / 10
    const base = { id, request, engine: 'wasm 4.22.0 simd', timing: { seconds, stepsPerSecond: 204 / seconds } }
    const known = this.results.find((r) => r.id === id)
    if (known) return known
    const result =
      job.kind === 'range-test' ? rangeRun(base, seed, job) : diverges ? divergedRun(base) : trainedRun(base, quality)
    this.results.push(result)
    return result
  }
}

type Base = Pick<RunResult, 'id' | 'request' | 'engine' | 'timing'>
const sixDigits = (value: number): number => Number(value.toPrecision(6))

function rangeRun(base: Base, seed: number, job: Extract<RunJob, { kind: 'range-test' }>): RunResult {
  const random = stream(seed, 'range')
  const rates = Array.from({ length: job.steps }, (_, i) =>
    sixDigits(job.from * (job.to / job.from) ** (i / (job.steps - 1))),
  )
  const edge = 0.08 * Math.exp(0.15 * random.normal())
  const loss = rates.map((r) =>
    sixDigits(
      (2.3 - 1.7 / (1 + (0.004 / r) ** 1.4) + (r > edge ? 3 * Math.log(r / edge) ** 2 : 0)) *
        Math.exp(0.05 * random.normal()),
    ),
  )
  const norms = rates.map((r) => sixDigits((0.8 + r) * Math.exp(0.3 * random.normal())))
  const steps = { loss, learningRate: rates, gradientNorm: norms, clipped: norms.map((n) => n > 1) }
  return {
    ...base,
    status: 'complete',
    steps,
    evaluations: [],
    best: null,
    probe: null,
    weights: fingerprint([base.id, 'w']),
  }
}

function trainedRun(base: Base, quality: number): RunResult {
  const { levers, seed, job } = base.request
  const random = stream(seed, 'train', JSON.stringify(levers))
  const epochs = Math.round(levers.scheduling.epochs * (job.kind === 'train' ? job.length * job.stopAfter : 1))
  const total = Math.max(1, epochs) * 17
  const at = Array.from({ length: total }, (_, i) => i / total)
  const end = quality + 0.003 * random.normal()
  const loss = at.map((t) => sixDigits((2.2 * Math.exp(-5 * t) + 2.5 * (1 - end)) * Math.exp(0.12 * random.normal())))
  const rate = at.map((t, i) =>
    sixDigits(
      levers.optimization.learningRate *
        Math.min(1, (i + 1) / levers.scheduling.warmupSteps) *
        (levers.scheduling.schedule === 'one-cycle' ? Math.sin(Math.PI * Math.sqrt(t)) : (1 + Math.cos(Math.PI * t)) / 2),
    ),
  )
  const norms = at.map((t) => sixDigits((0.4 + 1.2 * Math.exp(-4 * t)) * Math.exp(0.35 * random.normal())))
  const metricsAt = (t: number, bonus: number): Metrics => {
    const accuracy = Math.min(1, Math.round(360 * (end + bonus - 0.8 * Math.exp(-7 * t) + 0.002 * random.normal())) / 360)
    const nll = sixDigits(2.6 * (1 - end - bonus) + 1.9 * Math.exp(-6 * t) + 0.004 * random.uniform())
    return {
      accuracy,
      balancedAccuracy: accuracy - 0.001,
      f1: accuracy - 0.001,
      nll,
      brier: sixDigits(1.5 * (1 - accuracy)),
      ece: sixDigits(0.3 * (1 - accuracy)),
    }
  }
  const evaluations = Array.from({ length: Math.max(1, epochs) }, (_, i) => {
    const t = (i + 1) / Math.max(1, epochs)
    return { step: 17 * (i + 1), epoch: i + 1, train: metricsAt(t, 0.01), validation: metricsAt(t, 0) }
  })
  const last = evaluations.at(-1) as (typeof evaluations)[number]
  const test = job.kind === 'train' && job.evaluateTest ? metricsAt(1, -0.002) : null
  return {
    ...base,
    status: 'complete',
    steps: {
      loss,
      learningRate: rate,
      gradientNorm: norms,
      clipped: norms.map((n) => n > (levers.scheduling.clipNorm ?? Infinity)),
    },
    evaluations,
    best: { step: last.step, epoch: last.epoch, validation: last.validation, test },
    probe: null,
    weights: fingerprint([base.id, 'w']),
  }
}

const divergedRun = (base: Base): RunResult => ({
  ...base,
  status: 'diverged',
  atStep: 3,
  reason: 'the loss is not finite at step 3',
  evaluations: [],
  steps: { loss: [2.3, 9.1, 410], learningRate: [0.1, 0.2, 0.3], gradientNorm: [1, 40, 3e6], clipped: [false, true, true] },
})

const objectiveOf = (run: RunResult): number | null =>
  run.status === 'complete' ? (run.best?.validation.accuracy ?? null) : null
const averaged = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, v) => sum + (v ?? 0), 0) / values.length

export function fakeStudy(options: StudyOptions = {}): FakeStudy {
  const plan = fakePlan(options)
  const recorder = new Recorder(options.clock ?? 0)
  const wanted = plan.jobs.map(({ id }) => id as AnyStageSettings['stage'])
  const decisions: StageDecision[] = []
  let levers = baselineLevers
  for (const stage of wanted) {
    const decision = decide[stage](recorder, levers, options)
    levers = decision.levers
    decisions.push(decision)
  }
  const verify = decisions.flatMap((d) => d.findings.verify ?? [])[0] ?? null
  const evidence = studyEvidence(verify, options.lock ? { lock: options.lock, source: 'tuning.lock.json' } : null, {
    dataFingerprint: plan.workload.data.fingerprint,
    specFingerprint: plan.specFingerprint,
    engine: 'wasm 4.22.0 simd',
    objective: 'accuracy',
    tool: 'tunegate 0.1.0',
    parameters: plan.workload.parameters,
  })
  const clock = options.clock ?? 0
  const words = options.hostile
  return {
    plan,
    decisions,
    results: recorder.results,
    async *runs() {
      yield* [...recorder.results].sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    input: {
      plan,
      decisions,
      runs: recorder.results.map(summarizer(plan.baseline)),
      verdict: judge(plan.gates, evidence),
      against: evidence.baseline?.source ?? null,
      lock: options.lock ?? null,
      statistics: verify ? verificationStatistics(verify, 'accuracy', plan.leastEffect) : [],
      byClass: {
        split: 'test',
        seeds: options.seeds ?? 5,
        rows: 360,
        classes: (words ? [words, ...classes] : classes).map((name, i) => ({
          name,
          rows: 30 + i,
          recall: { mean: 0.95 - i / 200, sd: 0.01 },
          precision: { mean: 0.94 - i / 200, sd: 0.01 },
          nll: { mean: 0.2 + i / 50, sd: null },
        })),
        confusions: [{ actual: words ?? '8', predicted: '3', count: 7 }],
      },
      worst: {
        split: 'test',
        seeds: options.seeds ?? 5,
        scored: 360,
        rows: [{ row: 1234, actual: words ?? '8', predicted: '3', loss: 4.2, wrong: 5 }],
      },
      engine: 'wasm 4.22.0 simd',
      tool: 'tunegate 0.1.0',
      command: words ? `tunegate run ${words}` : 'tunegate run examples/digits/tuning.yml',
      specFile: words ?? 'examples/digits/tuning.yml',
      data: {
        source: words ?? 'digits.csv.gz',
        checks: ['duplicates', 'imbalance', 'constant'],
        findings: [{ check: 'constant', message: words ?? '3 pixel columns are constant in the training rows.' }],
        notes: words ? [words] : ['Inputs are scaled by 0.0625.'],
      },
      omissions: [],
      exhausted: null,
      timing: {
        startedAt: `2026-07-31T12:00:0${clock % 10}Z`,
        seconds: 41.2 + clock,
        stages: wanted.map((stage, i) => ({ stage, seconds: 5 + i + clock })),
        machine: { platform: 'linux x64', cores: 2, workers: 2, node: '24.19.0' },
      },
    },
  }
}

/** A search around the incumbent: its own trial, then each patch a little better than the one before it. */
const explored = (own: LeverPatch, patches: readonly LeverPatch[]): ExploredFindings => {
  const levers = Object.entries(own).map(([lever, value]) => ({ lever: lever as LeverName, own: value ?? null }))
  const trials = [{}, ...patches].map((patch, i) => ({ patch, score: sixDigits(0.96 + 0.003 * i), confirmed: i > 0 }))
  return { levers, trials, remedies: [], shares: levers.map(({ lever }, i) => ({ lever, share: i === 0 ? 0.4 : null })) }
}

const evidenceOf = (runs: readonly RunResult[], gain: number | null, threshold: number | null): Evidence => ({
  metric: gain === null ? null : 'accuracy',
  gain,
  threshold,
  seeds: 3,
  runs: runs.map((r) => r.id),
  seconds: runs.reduce((sum, r) => sum + r.timing.seconds, 0),
})

function compare(
  recorder: Recorder,
  stage: string,
  incumbent: Levers,
  patch: LeverPatch,
  label: string,
  from: number,
  to: number,
): { comparison: Comparison; runs: RunResult[] } {
  const train = (name: string, levers: Levers, quality: number): RunResult[] =>
    selection.map((seed) => recorder.run(stage, name, levers, seed, full, quality))
  const [own, other] = [train('incumbent', incumbent, from), train(label, withLevers(incumbent, patch), to)]
  const [a, b] = [own.map(objectiveOf), other.map(objectiveOf)]
  const gain = averaged(b) - averaged(a)
  const runs = [...own, ...other]
  return {
    runs,
    comparison: {
      label,
      patch,
      metric: 'accuracy',
      seeds: selection,
      incumbent: a,
      candidate: b,
      gain,
      threshold: 0.006,
      outcome: gain > 0.006 ? 'better' : gain < -0.006 ? 'worse' : 'within-noise',
      runs: runs.map((r) => r.id),
    },
  }
}

type Decide = (recorder: Recorder, levers: Levers, options: StudyOptions) => StageDecision

function rangeTest(
  recorder: Recorder,
  stage: string,
  levers: Levers,
  chosen: number,
): { found: RangeTestFindings; runs: RunResult[] } {
  const job: RunJob = { kind: 'range-test', from: 1e-6, to: 10, steps: 300 }
  const runs = selection.map((seed) => recorder.run(stage, 'range test', levers, seed, job, 0))
  return {
    runs,
    found: {
      batchSize: levers.batching.batchSize,
      edge: { low: 0.071, center: 0.082, high: 0.094 },
      chosen,
      adopted: true,
      curves: runs.map((r, i) => ({
        run: r.id,
        seed: selection[i] as number,
        edge: 0.075 + 0.008 * i,
        reason: null,
        valley: 0.011,
        steepest: 0.006,
      })),
      confirmations: [0.07, 0.041, chosen].map((learningRate, i) => ({
        factor: [0.85, 0.5, 0.1][i] as number,
        learningRate,
        scores: i === 0 ? [null, 0.9, 0.93] : [0.955, 0.958, 0.951],
        outcome: (['unstable', 'worse', 'chosen'] as const)[i] as 'chosen',
      })),
      conclusion: `The edge is at 0.082 (0.071 to 0.094 over 3 seeds); ${chosen} is the best stable rate below it.`,
    },
  }
}

const decide: Record<AnyStageSettings['stage'], Decide> = {
  'lr-range': (recorder, levers) => {
    const { found, runs } = rangeTest(recorder, 'lr-range', levers, 0.0082)
    const patch = { learningRate: 0.0082 }
    const held = compare(recorder, 'lr-range', levers, patch, 'learning rate 0.0082', 0.948, 0.962)
    return {
      stage: 'lr-range',
      levers: withLevers(levers, patch),
      conclusion: 'changed',
      omissions: [],
      comparisons: [held.comparison],
      summary: `${found.conclusion} It beats 0.001 by more than noise.`,
      lineage: [
        {
          stage: 'lr-range',
          lever: 'learningRate',
          from: 0.001,
          to: 0.0082,
          reason:
            'learning rate 0.0082: validation accuracy better by 0.014, more than the 0.006 that noise explains (3 seeds)',
          evidence: evidenceOf(held.runs, held.comparison.gain, 0.006),
        },
      ],
      findings: { stage: 'lr-range', rangeTest: found },
      runs: [...runs, ...held.runs].map((r) => r.id),
    }
  },
  batch: (recorder, levers, { clock = 0 }) => {
    const patch = { batchSize: 128, learningRate: 0.0116, warmupSteps: 17 }
    const held = compare(recorder, 'batch', levers, patch, 'batch 128, learning rate ×1.414', 0.962, 0.962)
    const moved = withLevers(levers, patch)
    const recheck = rangeTest(recorder, 'batch', moved, 0.0116)
    const evidence = evidenceOf(held.runs, held.comparison.gain, 0.006)
    const reason = 'batch 128: as good on validation within seed noise, and fewer steps per epoch'
    return {
      stage: 'batch',
      levers: moved,
      conclusion: 'changed',
      comparisons: [held.comparison],
      omissions: [],
      summary: 'The batch grows from 64 to 128; the learning rate follows by ×1.414.',
      lineage: [
        { stage: 'batch', lever: 'learningRate', from: 0.0082, to: 0.0116, reason, evidence },
        { stage: 'batch', lever: 'batchSize', from: 64, to: 128, reason, evidence },
        { stage: 'batch', lever: 'warmupSteps', from: 34, to: 17, reason, evidence },
      ],
      findings: {
        stage: 'batch',
        batch: {
          probes: [64, 128, 256].map((batchSize, i) => ({
            batchSize,
            examplesPerSecond: ([9100, 13400, 15100][i] as number) + clock,
            peakMemoryMiB: 80 + 20 * i + clock,
            outcome: (['fits', 'fits', 'beyond-noise-scale'] as const)[i] as 'fits',
            note: i === 2 ? 'above the gradient noise scale of 182 examples' : '',
          })),
          noiseScale: 182,
          chosen: 128,
          accumulate: 1,
          learningRateFactor: Math.SQRT2,
          recheck: recheck.found,
        },
      },
      runs: [...held.runs, ...recheck.runs].map((r) => r.id),
    }
  },
  regularize: (recorder, levers) => {
    const cells = [0.01, 0.03, 0.1].flatMap((weightDecay) => [0, 0.1, 0.3].map((dropout) => ({ weightDecay, dropout })))
    const quality = (c: { weightDecay: number; dropout: number }): number =>
      0.955 + (c.dropout === 0.3 ? 0.015 : c.dropout * 0.05) - 0.04 * Math.abs(c.weightDecay - 0.03)
    const trained = cells.map((patch) => {
      const survived = patch.dropout === 0.3
      const job: RunJob = { ...full, stopAfter: survived ? 1 : 1 / 3 }
      const runs = selection.map((seed) =>
        recorder.run(
          'regularize',
          `weightDecay ${patch.weightDecay}, dropout ${patch.dropout}`,
          withLevers(levers, patch),
          seed,
          job,
          quality(patch),
        ),
      )
      return { patch, runs, survived }
    })
    const held = compare(recorder, 'regularize', levers, { dropout: 0.3 }, 'dropout 0.3', 0.96, 0.972)
    return {
      stage: 'regularize',
      levers: withLevers(levers, { dropout: 0.3 }),
      conclusion: 'changed',
      comparisons: [held.comparison],
      omissions: [
        { what: 'refinement of dropout', why: 'it needs 9 runs, but the trial budget leaves 4 after verification' },
      ],
      summary:
        'Moved: dropout 0.1 → 0.3. Share of the variance that each lever explains (ω²): dropout 0.61, weightDecay 0.04.',
      lineage: [
        {
          stage: 'regularize',
          lever: 'dropout',
          from: 0.1,
          to: 0.3,
          reason: 'dropout 0.3: validation accuracy better by 0.012, more than the 0.006 that noise explains (3 seeds)',
          evidence: evidenceOf(held.runs, held.comparison.gain, 0.006),
        },
      ],
      findings: {
        stage: 'regularize',
        explored: explored({ weightDecay: 0.01, dropout: 0.1 }, [{ dropout: 0.3 }, { weightDecay: 0.1, dropout: 0.3 }]),
        grid: {
          levers: ['weightDecay', 'dropout'],
          cells: trained.map(({ patch, runs, survived }) => ({
            patch,
            length: survived ? 1 : 1 / 3,
            scores: runs.map(objectiveOf),
            survived,
          })),
          sensitivity: [
            { lever: 'dropout', omegaSquared: 0.61 },
            { lever: 'weightDecay', omegaSquared: 0.04 },
          ],
        },
      },
      runs: [...trained.flatMap((t) => t.runs), ...held.runs].map((r) => r.id),
    }
  },
  schedule: (recorder, levers) => {
    const tried = [
      compare(recorder, 'schedule', levers, { schedule: 'one-cycle' }, 'schedule one-cycle', 0.972, 0.971),
      compare(recorder, 'schedule', levers, { warmupSteps: 10 }, 'warmup 10 steps', 0.972, 0.972),
      compare(recorder, 'schedule', levers, { clipNorm: 1.4 }, 'clip norm 1.4', 0.972, 0.973),
    ]
    return {
      stage: 'schedule',
      levers,
      conclusion: 'kept',
      comparisons: tried.map((t) => t.comparison),
      omissions: [],
      lineage: [],
      summary: 'None of 3 candidates beat the incumbent by more than noise.',
      findings: {
        stage: 'schedule',
        explored: explored({ schedule: 'cosine', clipNorm: 1 }, [{ schedule: 'one-cycle' }, { clipNorm: 1.4 }]),
      },
      runs: [...new Set(tried.flatMap((t) => t.runs.map((r) => r.id)))],
    }
  },
  verify: (recorder, levers, { seeds = 5, diverging = [] }) => {
    const unseen = Array.from({ length: seeds }, (_, i) => 1_000_001 + 7919 * i)
    const pairs = unseen.map((seed, i) => ({
      seed,
      baseline: recorder.run('verify', 'baseline', baselineLevers, seed, verification, 0.946),
      candidate: recorder.run('verify', 'winner', levers, seed, verification, 0.973, diverging.includes(i)),
    }))
    return {
      stage: 'verify',
      levers,
      conclusion: 'verified',
      comparisons: [],
      omissions: [],
      lineage: [],
      summary: `Baseline and winner (4 levers moved) were retrained on ${seeds} seeds not used for selection.`,
      findings: {
        stage: 'verify',
        verify: {
          seeds: pairs.map(({ seed, baseline, candidate }) => ({
            seed,
            baseline: verified(baseline),
            candidate: verified(candidate),
          })),
        },
      },
      runs: pairs.flatMap(({ baseline, candidate }) => [baseline.id, candidate.id]),
    }
  },
}

/** A little better than without. */
function averagedOf(best: CompleteRun['best']): Pick<VerifiedRun, 'averaged'> {
  if (!best?.test) return {}
  const better = (metrics: Metrics): Metrics => ({
    ...metrics,
    accuracy: Number(((3 * (metrics.accuracy ?? 0) + 1) / 4).toPrecision(6)),
  })
  return { averaged: { validation: better(best.validation), test: better(best.test) } }
}

function verified(run: RunResult): VerifiedRun {
  return run.status === 'complete'
    ? {
        run: run.id,
        status: run.status,
        validation: run.best?.validation ?? null,
        test: run.best?.test ?? null,
        weights: run.weights,
        calibration: drawnCalibration(run.request.seed % 2),
        ...averagedOf(run.best),
      }
    : { run: run.id, status: run.status, validation: null, test: null, weights: null }
}
