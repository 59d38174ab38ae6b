import { leverDifferences, type LeverDifference, type Levers } from '../records/levers.ts'
import type { RunResult } from '../records/run.ts'
import { quantileOf } from './numbers.ts'
import type { RunSummary, RunTiming } from './model.ts'

export interface Summarized {
  readonly summary: RunSummary
  readonly timing: RunTiming
}

/**
 * What the report keeps of each run of a study. Curves go to files, and equal jobs and differences are one object, so that a
 * long study fits in memory.
 */
export function summarizer(baseline: Levers): (result: RunResult) => Summarized {
  const [jobs, differences] = [sharing<RunSummary['job']>(), sharing<LeverDifference>()]
  return (result) => {
    const { id, request, steps, timing } = result
    const complete = result.status === 'complete'
    return {
      summary: {
        id,
        stage: request.stage,
        label: request.label,
        seed: request.seed,
        ...(request.fold === undefined ? {} : { fold: request.fold }),
        job: jobs(request.job),
        differences: leverDifferences(baseline, request.levers).map(differences),
        status: result.status,
        reason: complete ? null : result.reason,
        steps: steps.loss.length,
        best: complete && result.best ? bestOf(result.best) : null,
        gradient: gradientOf(steps),
        weights: complete ? result.weights : null,
        curve: curvePath(result),
      },
      timing: { id, ...timing },
    }
  }
}

/** Returns the first of equal values. */
function sharing<T>(): (value: T) => T {
  const known = new Map<string, T>()
  return (value) => {
    const key = JSON.stringify(value)
    const first = known.get(key) ?? value
    known.set(key, first)
    return first
  }
}

/** Without the counts for the reliability diagrams: the verification stores them once, not run by run. */
function bestOf({ step, epoch, validation, test }: NonNullable<RunSummary['best']>): RunSummary['best'] {
  return { step, epoch, validation, test }
}

function gradientOf(steps: RunResult['steps']): RunSummary['gradient'] {
  const norms = steps.gradientNorm.filter(Number.isFinite)
  if (norms.length === 0) return null
  const clipped = steps.clipped.filter(Boolean).length
  return {
    clippedShare: clipped / steps.clipped.length,
    median: rounded(quantileOf(norms, 0.5)),
    p90: rounded(quantileOf(norms, 0.9)),
  }
}

/** As logs are: to six digits. */
const rounded = (value: number): number => Number(value.toPrecision(6))

/** A descriptive file name for every file system: stage, label, seed, and enough of the id to be unique. */
export function curvePath({ id, request }: Pick<RunResult, 'id' | 'request'>): string {
  const label = request.label
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
  const unique = id.replace(/[^A-Za-z0-9]/g, '').slice(0, 12)
  const name = [request.stage, label, `seed-${request.seed}`, unique].filter((part) => part !== '').join('-')
  // A joined text is one piece in memory, and a template keeps its parts.
  return ['curves/runs/', name, '.csv'].join('')
}
