import { leverDifferences, type Levers } from '../records/levers.ts'
import type { RunResult } from '../records/run.ts'
import { quantileOf } from './numbers.ts'
import type { RunSummary, RunTiming } from './model.ts'

/** What the report keeps of a run. Its curves go to files, so that a long study does not have to fit in memory. */
export function summarizeRun(
  result: RunResult,
  baseline: Levers,
): { readonly summary: RunSummary; readonly timing: RunTiming } {
  const { id, request, steps, timing } = result
  const complete = result.status === 'complete'
  return {
    summary: {
      id,
      stage: request.stage,
      label: request.label,
      seed: request.seed,
      ...(request.fold === undefined ? {} : { fold: request.fold }),
      job: request.job,
      differences: leverDifferences(baseline, request.levers),
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
  return `curves/runs/${[request.stage, label, `seed-${request.seed}`, unique].filter((part) => part !== '').join('-')}.csv`
}
