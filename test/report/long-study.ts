import { fingerprint } from '../../src/base/hash.ts'
import { stream } from '../../src/base/random.ts'
import type { RunResult } from '../../src/records/run.ts'
import { buildReport } from '../../src/report/build.ts'
import type { Report } from '../../src/report/model.ts'
import { summarizer } from '../../src/report/runs.ts'
import { baselineLevers, fakeStudy } from '../support/study.ts'

const epochs = 20

interface Size {
  readonly trials: number
  /** At least 1000 for the spike. */
  readonly steps: number
}

/** A thousand trials of a thousand steps beside a usual study; one step of one of them spikes. */
export function longStudy({ trials, steps }: Size = { trials: 1000, steps: 1000 }): {
  readonly report: Report
  readonly spike: { readonly run: number; readonly value: number }
  runs(): Generator<RunResult>
} {
  const study = fakeStudy()
  const results = Array.from({ length: trials }, (_, i) => trial(i, steps))
  const report = buildReport({
    ...study.input,
    runs: [...study.input.runs, ...results.map(summarizer(baselineLevers))],
  })
  const order = report.runs.filter((r) => r.job.kind === 'train').map((r) => r.id)
  return {
    report,
    spike: { run: order.indexOf(results[500]?.id ?? ''), value: 1234 },
    *runs() {
      yield* study.results
      yield* results
    },
  }
}

function trial(i: number, steps: number): RunResult {
  const random = stream(i, 'long')
  const at = Array.from({ length: steps }, (_, s) => s / steps)
  const gradientNorm = at.map((t) => (0.4 + Math.exp(-4 * t)) * Math.exp(0.3 * random.normal()))
  if (i === 500) gradientNorm[617] = 1234
  const measured = (t: number) => ({
    accuracy: 0.95 - 0.8 * Math.exp(-6 * t) + 0.004 * random.normal(),
    nll: 0.1 + 2 * Math.exp(-5 * t),
  })
  const evaluations = Array.from({ length: epochs }, (_, e) => ({
    step: ((e + 1) * steps) / epochs,
    epoch: e + 1,
    train: measured((e + 1) / epochs),
    validation: measured((e + 1) / epochs),
  }))
  const last = evaluations.at(-1) as (typeof evaluations)[number]
  const request = {
    stage: 'regularize' as const,
    label: `trial ${i}`,
    levers: baselineLevers,
    seed: i,
    job: { kind: 'train' as const, length: 1, stopAfter: 1, evaluateTest: false },
  }
  return {
    id: fingerprint(request),
    request,
    engine: 'wasm',
    timing: { seconds: 2, stepsPerSecond: 500 },
    status: 'complete',
    evaluations,
    steps: {
      loss: at.map((t) => 2.2 * Math.exp(-5 * t) * Math.exp(0.1 * random.normal())),
      learningRate: at.map((t) => 0.01 * (1 - t)),
      gradientNorm,
      clipped: gradientNorm.map((n) => n > 1),
    },
    best: { step: last.step, epoch: last.epoch, validation: last.validation, test: null },
    probe: null,
    weights: fingerprint([i]),
  }
}
