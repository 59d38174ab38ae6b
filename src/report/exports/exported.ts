import { leverNamesOf, leverValue, type LeverName, type Levers, type LeverValue } from '../../records/levers.ts'
import type { Metrics } from '../../records/metrics.ts'
import type { RunResult } from '../../records/run.ts'
import type { Report } from '../model.ts'
import { curvePath } from '../runs.ts'
import type { ExportSource } from './definition.ts'

/** A checksum of 32 bits, as a signed number. */
export type Checksum = (bytes: Uint8Array) => number

/** One value per step; `step` counts the optimizer updates before the measurement, from 1. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [step: number, value: number])[]
}

/** A run in the terms that experiment trackers share: parameters, curves, last values, tags. */
export interface ExportedRun {
  /** Letters, digits, `.` and `-`: valid in file and folder names on every system. */
  readonly slug: string
  readonly id: string
  readonly name: string
  readonly levers: readonly Lever[]
  readonly seed: number
  readonly series: readonly Series[]
  /** The metrics of the best checkpoint: `best/validation/nll`, `test/nll`. */
  readonly best: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
  readonly complete: boolean
  /**
   * Milliseconds since 1970: the study's start plus the training times of the earlier runs, since runs have no clock of
   * their own.
   */
  readonly started: number
  readonly ended: number
}

export type Lever = readonly [name: LeverName, value: LeverValue]

export const leversOf = (levers: Levers): Lever[] => leverNamesOf(levers).map((name) => [name, leverValue(levers, name)])

/** Milliseconds since 1970 at which the study began; 0 if the report does not say. */
export const startOf = (report: Report): number =>
  report.timing.startedAt === null ? 0 : Date.parse(report.timing.startedAt)

export async function* exportedRuns({ report, runs }: ExportSource): AsyncGenerator<ExportedRun> {
  let started = startOf(report)
  for await (const run of runs) {
    const ended = started + Math.max(1, Math.round(run.timing.seconds * 1000))
    yield exportedRun(run, started, ended)
    started = ended
  }
}

function exportedRun(run: RunResult, started: number, ended: number): ExportedRun {
  const { request, evaluations } = run
  const best = run.status === 'complete' ? run.best : null
  return {
    slug: curvePath(run).replace(/^.*\/|\.csv$/g, ''),
    id: run.id,
    name: `${request.stage}: ${request.label}, seed ${request.seed}`,
    levers: leversOf(request.levers),
    seed: request.seed,
    series: [
      ...stepSeries(run),
      ...evaluationSeries(
        'train',
        evaluations.map((e) => [e.step, e.train]),
      ),
      ...evaluationSeries(
        'validation',
        evaluations.map((e) => [e.step, e.validation]),
      ),
    ],
    best: best === null ? {} : { ...named('best/validation', best.validation), ...named('test', best.test ?? {}) },
    tags: {
      'tunegate.stage': request.stage,
      'tunegate.label': request.label,
      'tunegate.seed': String(request.seed),
      ...(request.fold === undefined ? {} : { 'tunegate.fold': String(request.fold) }),
      'tunegate.status': run.status,
      'tunegate.engine': run.engine,
      'tunegate.run': run.id,
      ...(run.status === 'complete' ? { 'tunegate.weights': run.weights } : { 'tunegate.reason': run.reason }),
    },
    complete: run.status === 'complete',
    started,
    ended,
  }
}

function stepSeries({ steps }: RunResult): Series[] {
  const byStep = (name: string, values: readonly number[]): Series => ({
    name,
    points: values.map((value, i) => [i + 1, value] as const),
  })
  return [
    byStep('train/loss', steps.loss),
    byStep('train/learning_rate', steps.learningRate),
    byStep('train/gradient_norm', steps.gradientNorm),
    byStep('train/clipped', steps.clipped.map(Number)),
  ].filter((series) => series.points.length > 0)
}

/** `validation/nll` and so on. Training rows already have a loss at every step, so theirs is `train/eval_…`. */
function evaluationSeries(split: 'train' | 'validation', evaluations: readonly (readonly [number, Metrics])[]): Series[] {
  const names = Object.keys(evaluations[0]?.[1] ?? {}) as (keyof Metrics)[]
  return names.map((name) => ({
    name: split === 'train' ? `train/eval_${name}` : `validation/${name}`,
    points: evaluations.flatMap(([step, metrics]) => {
      const value = metrics[name]
      return value === undefined ? [] : [[step, value] as const]
    }),
  }))
}

const named = (prefix: string, metrics: Metrics): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}/${name}`, value]))

/** What a tracker shows about the study as a whole. */
export function studyTags({ tool, study, verdict }: Report): Record<string, string> {
  return {
    'tunegate.verdict': verdict.status,
    'tunegate.sentence': verdict.sentence,
    'tunegate.tool': tool,
    'tunegate.engine': study.engine,
    'tunegate.spec': study.fingerprints.spec,
    'tunegate.data': study.fingerprints.data,
    'tunegate.plan': study.fingerprints.plan,
  }
}
