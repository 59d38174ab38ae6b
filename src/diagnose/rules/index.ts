import type { RuleName } from '../finding.ts'
import type { Rule } from '../rule.ts'
import { clipping } from './clipping.ts'
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

export const rules: { readonly [name in RuleName]: Rule } = {
  'early-divergence': earlyDivergence,
  gradients,
  flat,
  oscillation,
  'early-plateau': earlyPlateau,
  unfinished,
  underfit,
  overfit,
  overconfident,
  'epoch-boundaries': epochBoundaries,
  'seed-variance': seedVariance,
  clipping,
}
