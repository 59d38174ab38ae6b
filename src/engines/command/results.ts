import { fingerprint } from '../../base/hash.ts'
import { isPossible } from '../../records/metric-ranges.ts'
import { gain, type MetricName, type Metrics } from '../../records/metrics.ts'
import type { TrainerWorkload } from '../../records/plan.ts'
import type { Evaluation } from '../../records/run.ts'
import type { TrainerDescription } from '../../records/trainer.ts'
import { calibrationOf } from '../../train/calibration.ts'
import type { RequestFor, RunBody } from '../../train/context.ts'
import { notFinite } from '../../train/evaluate.ts'
import { rounded } from '../../train/round.ts'
import type { Collected } from './collect.ts'
import { quoted, TrainerFault } from './protocol/events.ts'
import { readPredictions, scoresOf, type Predicted } from './scores.ts'

/** What a run is judged by, besides its events. */
export interface Judged {
  readonly workload: TrainerWorkload
  readonly description: TrainerDescription
  readonly outputDir: string
  /** Throws a `TrainerFault` if the answers of a split are not those of the study's other runs. */
  readonly sameLabels: (split: string, digest: string) => Promise<void>
}

/** One moment at which a split was measured. */
interface Point {
  readonly step: number
  readonly epoch: number | null
  readonly metrics: Metrics
  /** Present if the metrics come from predictions. */
  readonly predicted?: Predicted
}

/** A training run from what its script reported. Throws a `TrainerFault` if that is not enough. */
export async function trainedBody(
  collected: Collected,
  { job, levers }: RequestFor<'train'>,
  judged: Judged,
): Promise<RunBody> {
  const { steps, end, divergedAt } = collected
  if (divergedAt !== null || end?.status === 'diverged') {
    const reason = end?.status === 'diverged' && end.reason ? end.reason : 'the loss is not finite'
    return { status: 'diverged', atStep: divergedAt ?? steps.loss.length, reason, steps, evaluations: [] }
  }
  const points = (split: string): Promise<Point[]> => measured(collected, split, judged)
  const [train, validation] = [await points('train'), await points('validation')]
  const { objective } = judged.workload
  if (validation.length === 0) throw nothing('validation', judged)
  const broken = validation.map(({ metrics, step }) => ({ step, why: notFinite(metrics) })).find(({ why }) => why !== null)
  const last = steps.loss.length
  const epochOf = ({ epoch, step }: Point): number => epoch ?? (last > 0 ? (step / last) * levers.scheduling.epochs : 0)
  const evaluations: Evaluation[] = validation.map((point) => ({
    step: point.step,
    epoch: epochOf(point),
    train: train.find(({ step }) => step === point.step)?.metrics ?? {},
    validation: point.metrics,
  }))
  if (broken) {
    return { status: 'diverged', atStep: broken.step, reason: `${broken.why} in an evaluation`, steps, evaluations: [] }
  }
  const best = validation.reduce((a, b) => (better(objective, b, a) ? b : a))
  const test = job.evaluateTest ? await points('test') : []
  if (job.evaluateTest && test.length === 0) throw nothing('test', judged)
  const tested = test.find(({ step }) => step === best.step) ?? test.at(-1) ?? null
  const calibrated =
    job.calibration && best.predicted ? { calibration: calibrationOf(best.predicted, tested?.predicted ?? null) } : {}
  return {
    status: 'complete',
    best: { step: best.step, epoch: epochOf(best), validation: best.metrics, test: tested?.metrics ?? null, ...calibrated },
    probe: null,
    weights: identity(collected, [best, ...(tested ? [tested] : [])]),
    steps,
    evaluations,
  }
}

const better = (metric: MetricName, one: Point, other: Point): boolean =>
  gain(metric, other.metrics[metric] ?? Number.NaN, one.metrics[metric] ?? Number.NaN) > 0

/**
 * What tells two trained models apart: their predictions, or else the digest of their weights, or else all that was logged.
 * A change that only moves code leaves it the same.
 */
function identity({ end, steps, evaluations }: Collected, points: readonly Point[]): string {
  const predictions = points.flatMap(({ predicted }) => predicted?.outputsDigest ?? [])
  if (predictions.length > 0) return fingerprint(predictions)
  return end?.weights_sha256 ?? fingerprint({ loss: steps.loss, metrics: evaluations.map(({ metrics }) => metrics) })
}

function nothing(split: string, { workload }: Judged): TrainerFault {
  const how = workload.program.measured === 'from predictions' ? 'predictions' : 'evaluation'
  return new TrainerFault('no-report', `the script ended without a line ${how} of the split ${split}`)
}

async function measured({ predictions, evaluations }: Collected, split: string, judged: Judged): Promise<Point[]> {
  const { workload, outputDir, description } = judged
  if (workload.program.measured === 'self-reported') {
    return evaluations
      .filter((evaluation) => evaluation.split === split)
      .map(({ step, epoch, metrics }) => ({ step, epoch: epoch ?? null, metrics: reported(metrics, split, step, workload) }))
  }
  const points: Point[] = []
  let labels: string | undefined
  for (const report of predictions) {
    if (report.split !== split) continue
    const predicted = await readPredictions(outputDir, report, workload.task, labels)
    labels = report.labels ?? labels
    await judged.sameLabels(split, predicted.labelsDigest)
    requireRows(predicted, description.rows)
    points.push({ step: report.step, epoch: report.epoch ?? null, metrics: scoresOf(predicted, workload), predicted })
  }
  return points
}

function requireRows({ split, rows: found }: Predicted, rows: TrainerDescription['rows']): void {
  const expected = split === 'test' ? rows.test : split === 'validation' ? rows.validation : null
  if (expected === null || expected === found) return
  throw new TrainerFault(
    'predictions',
    `the script predicted ${found} rows of the split ${split}, and its hello says that there are ${expected}`,
  )
}

/** The script's own values by our names. */
function reported(
  found: Readonly<Record<string, number | null>>,
  split: string,
  step: number,
  { metrics, program }: TrainerWorkload,
): Metrics {
  const entries = metrics.flatMap((metric) => {
    const name = program.metrics[metric] ?? metric
    const value = found[name]
    if (value === undefined && split === 'train') return []
    if (value === undefined) {
      const known = Object.keys(found).map((key) => quoted(key, 60))
      throw new TrainerFault(
        'metrics',
        `the evaluation of ${split} at step ${step} has no ${quoted(name, 60)}, which the spec names as ${metric}; ` +
          `it has ${known.slice(0, 10).join(', ') || 'nothing'}`,
      )
    }
    if (value !== null && !isPossible(metric, value)) {
      throw new TrainerFault('metrics', `${quoted(name, 60)} is ${value} at step ${step}, which no ${metric} can be`)
    }
    return [[metric, value === null ? Number.NaN : rounded(value)] as const]
  })
  return Object.fromEntries(entries)
}
