import { constants } from './checks/constant.ts'
import { drift } from './checks/drift.ts'
import { duplicates } from './checks/duplicates.ts'
import { identifiers } from './checks/identifier.ts'
import { imbalance } from './checks/imbalance.ts'
import { leakage } from './checks/leakage.ts'
import { nearDuplicates } from './checks/near-duplicates.ts'
import { strata } from './checks/strata.ts'
import type { CheckName, DataFinding, Dataset } from './types.ts'

/** In the order in which findings are shown: what spoils a score most comes first. */
const checks: { readonly [name in CheckName]: (dataset: Dataset) => DataFinding[] } = {
  leakage,
  duplicates: (dataset) => [...duplicates(dataset), ...nearDuplicates(dataset)],
  strata,
  drift,
  imbalance,
  constant: constants,
  identifier: identifiers,
}

/** Every check, by name. */
export const CHECK_NAMES = Object.keys(checks) as readonly CheckName[]

/**
 * What looks wrong with a data set before anything is trained on it. The work is bounded: checks that would take long on
 * many rows look at a sample, the same one each time, and say so in their message.
 *
 * @param wanted the checks to make; one that is left out costs nothing
 */
export function checkData(dataset: Dataset, wanted: readonly CheckName[] = CHECK_NAMES): DataFinding[] {
  return CHECK_NAMES.filter((name) => wanted.includes(name)).flatMap((name) => checks[name](dataset))
}
