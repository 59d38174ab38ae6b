import { quantile } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

const tooOften = 0.5
const leastSteps = 20

/** More than half of the steps are clipped: the clip norm sets the step, not the gradient. */
export const clipping: RuleDefinition = {
  name: 'clipping',
  title: 'Most steps are clipped',
  summary: 'More than half of the steps are clipped.',
  evidence: 'gradient',
  quorum: 'most',
  least: { steps: leastSteps },
  look(run) {
    const logged = run.curve.steps.filter((s) => s.clipped !== null)
    const clipped = logged.filter((s) => s.clipped).length
    if (logged.length < leastSteps || clipped <= tooOften * logged.length) return undefined
    const norms = run.curve.steps.flatMap((s) =>
      s.gradientNorm !== null && Number.isFinite(s.gradientNorm) ? [s.gradientNorm] : [],
    )
    const p90 = quantile(norms, 0.9)
    const values = {
      clippedShare: clipped / logged.length,
      ...(norms.length > 0 ? { median: quantile(norms, 0.5), p90 } : {}),
    }
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        values,
        `${clipped} of ${logged.length} steps were ` +
          `clipped${norms.length > 0 ? `; 90 % of the norms are below ${shown(p90)}` : ''}`,
      ),
      cause: 'The clip norm is below the usual gradient norm, so it sets the step length.',
      moves: [
        norms.length > 0
          ? { lever: 'clipNorm', change: `clip at ${shown(p90)}, the 90th percentile of the norms`, to: { value: p90 } }
          : { lever: 'clipNorm', change: 'clip at the 90th percentile of the norms' },
        { lever: 'learningRate', change: 'lower it to a third', to: { times: 1 / 3 } },
      ],
    }
  },
}
