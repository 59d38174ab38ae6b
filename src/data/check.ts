import { checkNames, checks } from './checks/index.ts'
import type { CheckName, DataFinding, Found } from './checks/definition.ts'
import { listed } from './problems.ts'
import type { Augmentation, Dataset } from './types.ts'
import { unwatched, type Watch } from './watch.ts'

/**
 * Finds what looks wrong with a data set before training. The work is bounded: checks that would take long on many rows
 * examine a sample, the same one each time, and say so in their message.
 *
 * @param wanted the checks to run; an omitted check costs nothing
 * @param augmentations what the study may apply to training rows, each at its largest amount
 * @param watch learns which check is running, and is checked between two
 */
export function checkData(
  dataset: Dataset,
  wanted: readonly CheckName[] = checkNames,
  augmentations: readonly Augmentation[] = [],
  watch: Watch = unwatched,
): DataFinding[] {
  const findings = checks
    .filter(({ name }) => wanted.includes(name))
    .flatMap((check) => {
      watch.begin(`the check ${check.name}`)
      return check.find(dataset, augmentations).map((found) => ({ check: check.name, ...found, message: messageOf(found) }))
    })
  watch.look()
  return findings
}

/** Adds the rows that the finding is about, counted from 1 as people do, without the header. */
function messageOf({ message, rows = [] }: Found): string {
  if (rows.length === 0) return message
  return `${message}; row${rows.length === 1 ? '' : 's'} ${listed(rows, 8, (row) => (row + 1).toLocaleString('en'))}`
}
