import { augmentation } from './augmentation.ts'
import { constant } from './constant.ts'
import type { CheckDefinition, CheckName } from './definition.ts'
import { drift } from './drift.ts'
import { duplicates } from './duplicates.ts'
import { groups } from './groups.ts'
import { identifier } from './identifier.ts'
import { imbalance } from './imbalance.ts'
import { leakage } from './leakage.ts'
import { strata } from './strata.ts'

/** Every check, in the order in which findings are shown: what distorts a score most comes first. */
export const checks: readonly CheckDefinition[] = [
  leakage,
  duplicates,
  groups,
  strata,
  drift,
  augmentation,
  imbalance,
  constant,
  identifier,
]

export const checkNames: readonly CheckName[] = checks.map((check) => check.name)
