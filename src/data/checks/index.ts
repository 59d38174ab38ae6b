import { augmentation } from './augmentation.ts'
import { constants } from './constant.ts'
import { drift } from './drift.ts'
import { duplicates } from './duplicates.ts'
import { groups } from './groups.ts'
import { identifiers } from './identifier.ts'
import { imbalance } from './imbalance.ts'
import { leakage } from './leakage.ts'
import { nearDuplicates } from './near-duplicates.ts'
import { strata } from './strata.ts'
import { listed } from '../problems.ts'
import type { Augmentation, CheckName, DataFinding, Dataset } from '../types.ts'
import { unwatched, type Watch } from '../watch.ts'

/** In the order in which findings are shown: what spoils a score most comes first. */
const checks: { readonly [name in CheckName]: (data: Dataset, all: readonly Augmentation[]) => DataFinding[] } = {
  leakage,
  duplicates: (dataset) => [...duplicates(dataset), ...nearDuplicates(dataset)],
  groups,
  strata,
  drift,
  augmentation,
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
 * @param augmentations what the study may do to training rows, each at its largest amount
 * @param watch is told which check is made, and looked at between two
 */
export function checkData(
  dataset: Dataset, wanted: readonly CheckName[] = CHECK_NAMES, augmentations: readonly Augmentation[] = [],
  watch: Watch = unwatched,
): DataFinding[] {
  const found = CHECK_NAMES.filter((name) => wanted.includes(name)).flatMap((name) => {
    watch.begin(`the check ${name}`)
    return checks[name](dataset, augmentations)
  })
  watch.look()
  return found.map(withRows)
}

/** The rows that a finding is about, counted from 1 as a person does, the header aside. */
function withRows(finding: DataFinding): DataFinding {
  if (!finding.rows || finding.rows.length === 0) return finding
  const rows = listed(finding.rows, 8, (row) => (row + 1).toLocaleString('en'))
  return { ...finding, message: `${finding.message}; row${finding.rows.length === 1 ? '' : 's'} ${rows}` }
}
