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

/** Every rule, in the order in which findings are shown: what stops a run before what spoils it before what it lacks. */
export const rules: readonly RuleDefinition[] = [
  earlyDivergence, gradients, flat, oscillation, earlyPlateau, unfinished, underfit, overfit, overconfident, epochBoundaries,
  seedVariance, clipping,
]

/** The rule of this name; undefined where there is none, as for a report of another version. */
export const ruleNamed = (name: string): RuleDefinition | undefined => rules.find((rule) => rule.name === name)
