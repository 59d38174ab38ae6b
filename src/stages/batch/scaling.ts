import type { LeverPatch, Levers, OptimizationLevers } from '../../records/levers.ts'
import { optimizers } from '../../records/levers.ts'
import { shown } from '../../stats/outcome.ts'
import type { BatchSettings } from './settings.ts'

/**
 * How the other levers follow a batch that is `growth` (κ) times as large: warmup covers the same examples, and the moments
 * of the Adam family cover them too (Malladi et al., 2022, arXiv 2205.10287: β → 1 − κ(1 − β) and ε → ε/√κ, with ε added to
 * the root, at a rate that follows √κ). The linear rule and SGD move the rate alone.
 */
export function scaledPatch(
  levers: Levers,
  target: Levers['batching'],
  growth: number,
  factor: number,
  scaling: BatchSettings['scaling'],
): LeverPatch {
  const moments = momentRule(levers.optimization, growth, scaling)
  return {
    ...target,
    learningRate: Number((levers.optimization.learningRate * factor).toPrecision(3)),
    warmupSteps: Math.round(levers.scheduling.warmupSteps / growth),
    ...(moments.kind === 'scaled' ? moments.patch : {}),
  }
}

/** What the rule does with β₁, β₂ and ε, as sentences for the decision; none if it does not concern them. */
export function momentWords(levers: Levers, growth: number, scaling: BatchSettings['scaling']): string[] {
  const rule = momentRule(levers.optimization, growth, scaling)
  if (rule.kind === 'scaled') {
    const { beta1, beta2, epsilon } = rule.patch
    return [`By the same rule, beta1 becomes ${shown(beta1)}, beta2 ${shown(beta2)} and epsilon ${shown(epsilon)}.`]
  }
  if (rule.kind === 'none') return []
  const { lever, share } = rule
  return [
    `The rule for beta1, beta2 and epsilon is void here: ${shown(growth)} × (1 − ${lever}) is ${shown(share)} and would ` +
      'have to be below 1. They stay.',
  ]
}

type Moments = Pick<OptimizationLevers, 'beta1' | 'beta2' | 'epsilon'>

type MomentRule =
  | { readonly kind: 'scaled'; readonly patch: Moments }
  /** A moving average would have to cover less than one step. */
  | { readonly kind: 'void'; readonly lever: 'beta1' | 'beta2'; readonly share: number }
  | { readonly kind: 'none' }

function momentRule(optimization: OptimizationLevers, growth: number, scaling: BatchSettings['scaling']): MomentRule {
  if (scaling === 'linear' || optimizers[optimization.optimizer].family !== 'adam') return { kind: 'none' }
  for (const lever of ['beta1', 'beta2'] as const) {
    const share = shareOf(optimization[lever], growth)
    // A decay of 0 has no memory that the batch could shorten or lengthen.
    if (optimization[lever] > 0 && share >= 1) return { kind: 'void', lever, share }
  }
  return {
    kind: 'scaled',
    patch: {
      beta1: scaledDecay(optimization.beta1, growth),
      beta2: scaledDecay(optimization.beta2, growth),
      epsilon: Math.min(1, Number((optimization.epsilon / Math.sqrt(growth)).toPrecision(3))),
    },
  }
}

/** κ(1 − β): what one step of the larger batch adds to the average. Without the dust of the subtraction. */
const shareOf = (decay: number, growth: number): number => rounded(growth * (1 - decay))

const scaledDecay = (decay: number, growth: number): number => (decay === 0 ? 0 : rounded(1 - shareOf(decay, growth)))

const rounded = (value: number): number => Number(value.toPrecision(12))
