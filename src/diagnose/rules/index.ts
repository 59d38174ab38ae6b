import { clipping } from './clipping.ts'
import type { RuleDefinition } from './definition.ts'
import { deadUnits } from './dead-units.ts'
import { earlyDivergence } from './early-divergence.ts'
import { earlyPlateau } from './early-plateau.ts'
import { epochBoundaries } from './epoch-boundaries.ts'
import { flat } from './flat.ts'
import { gradients } from './gradients.ts'
import { oscillation } from './oscillation.ts'
import { overconfident } from './overconfident.ts'
import { overfit } from './overfit.ts'
import { seedVariance } from './seed-variance.ts'
import { shrinkingWeights } from './shrinking-weights.ts'
import { strongDropout } from './strong-dropout.ts'
import { underfit } from './underfit.ts'
import { unfinished } from './unfinished.ts'
import { wildStart } from './wild-start.ts'

/**
 * Every rule, in the order in which findings are shown: causes that explain what follows them, then what stops a run, what
 * degrades it, and what it lacks.
 */
export const rules: readonly RuleDefinition[] = [
  epochBoundaries,
  clipping,
  shrinkingWeights,
  strongDropout,
  wildStart,
  earlyDivergence,
  deadUnits,
  gradients,
  flat,
  oscillation,
  earlyPlateau,
  unfinished,
  overfit,
  underfit,
  overconfident,
  seedVariance,
]

/** Pairs of rules that contradict each other. The first one stands, unless more runs show the second. */
export const contradictions: readonly (readonly [RuleDefinition, RuleDefinition])[] = [
  [earlyPlateau, flat],
  [earlyPlateau, unfinished],
  [unfinished, overfit],
  [overfit, underfit],
]

/** The rule with this name; undefined if there is none, for example in a report from another version. */
export const ruleNamed = (name: string): RuleDefinition | undefined => rules.find((rule) => rule.name === name)
