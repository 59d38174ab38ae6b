import type { Move } from '../finding.ts'
import { mayBeKilled, mayBeOffScale, type Reading } from '../reading.ts'

const clip: Move = { lever: 'clipNorm', change: 'clip at the 90th percentile of the norms' }
const pass = 'replace saturating activations at a tenth of the rate, or add normalization'

/**
 * A layout that keeps units alive. Layers that saturate pass on a fraction of the gradient, and those in their place all of
 * it, so that the rate is too high for them.
 *
 * @param first what to try before, in a few words
 */
export const livelyLayout = (run: Reading, first: string): Move => ({
  lever: null,
  change: `${mayBeOffScale(run) ? 'standardize the inputs; ' : ''}${first}; ${pass}`,
})

/** Large steps kill units; units that never learned were cut off from the start, by their inputs or by those above. */
export const reviving = (run: Reading, rate: Move, layout: Move): readonly Move[] =>
  mayBeKilled(run) ? [rate, clip, layout] : [layout, rate, clip]
