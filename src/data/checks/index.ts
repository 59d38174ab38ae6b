import { augmentation } from './augmentation.ts'
import { constant } from './constant.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, CheckName, Found } from './definition.ts'
import { drift } from './drift.ts'
import { duplicates } from './duplicates.ts'
import { formula } from './formula.ts'
import { groups } from './groups.ts'
import { hindsight } from './hindsight.ts'
import { identifier } from './identifier.ts'
import { imbalance } from './imbalance.ts'
import { leakage } from './leakage.ts'
import { siblings } from './siblings.ts'
import { strata } from './strata.ts'
import { timestamp } from './timestamp.ts'
import { trend } from './trend.ts'

/** Every check, in the order in which findings are shown: what distorts a score most comes first. */
export const checks: readonly CheckDefinition[] = [
  formula,
  leakage,
  duplicates,
  groups,
  siblings,
  strata,
  drift,
  augmentation,
  imbalance,
  constant,
  identifier,
  timestamp,
  hindsight,
  trend,
]

/** What differs between the parts of a split: nothing, if it was drawn at random. */
export const differencesOfParts = (dataset: Dataset): readonly Found[] => drift.find(dataset, [])

export const checkNames: readonly CheckName[] = checks.map((check) => check.name)
