import { clipping } from './clipping.ts'
import type { RuleDefinition } from './definition.ts'
import { earlyDivergence } from './early-divergence.ts'
import { earlyPlateau } from './early-plateau.ts'
import { epochBoundaries } from './epoch-boundaries.ts'
import { flat } from './flat.ts'
import { gradients } from './gradients.ts'
import { oscillation } from './oscillation.ts'
import { overconfident } from './overconfident.ts'
import { overfit } from './overfit.ts'
import { seedVariance } from './seed-variance.ts'
import { underfit } from './underfit.ts'
import { unfinished } from './unfinished.ts'

/**
 * Every rule, in the order in which findings are shown: first what stops a run, then what degrades it, then what it lacks.
 */
export const rules: readonly RuleDefinition[] = [
  earlyDivergence,
  gradients,
  flat,
  oscillation,
  earlyPlateau,
  unfinished,
  underfit,
  overfit,
  overconfident,
  epochBoundaries,
  seedVariance,
  clipping,
]

/** The rule with this name; undefined if there is none, for example in a report from another version. */
export const ruleNamed = (name: string): RuleDefinition | undefined => rules.find((rule) => rule.name === name)
