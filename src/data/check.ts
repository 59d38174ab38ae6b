import { listed } from '../base/lists.ts'
import { targetAt } from '../base/rows.ts'
import { labelClasses } from './labels.ts'
import { checkNames, checks } from './checks/index.ts'
import type { CheckName, DataFinding, Found } from './checks/definition.ts'
import type { Augmentation, Dataset, Task } from './types.ts'
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
  const views = viewsOf(dataset)
  const findings = checks
    .filter(({ name }) => wanted.includes(name))
    .flatMap((check) => {
      watch.begin(`the check ${check.name}`)
      const saying = (found: Found): DataFinding => ({ check: check.name, ...found, message: messageOf(found) })
      if (dataset.task === 'multi-label' && check.findInLabels) return check.findInLabels(dataset).map(saying)
      const looked = check.ofInputs ? views.slice(0, 1) : views
      const all = looked.map((view) => check.find(view, augmentations).map(saying))
      return dataset.targetNames && !check.ofInputs ? together(all, dataset.targetNames, dataset.task) : all.flat()
    })
  watch.look()
  return findings
}

/** The data once for each target or label, because a check looks at one target. A label is a target of two classes. */
function viewsOf({ targetNames, ...dataset }: Dataset): Dataset[] {
  if (!targetNames) return [dataset]
  const ofLabel = dataset.task === 'multi-label' ? ({ task: 'classification', classes: labelClasses } as const) : {}
  return targetNames.map((_, k) => ({
    ...dataset,
    ...ofLabel,
    targets: targetAt(dataset.targets, k, targetNames.length),
    targetScale: dataset.targetScale?.slice(k, k + 1) ?? null,
  }))
}

/** A finding about every target is reported once. Any other names the targets that it is about. */
function together(all: readonly (readonly DataFinding[])[], names: readonly string[], task: Task): DataFinding[] {
  const what = task === 'multi-label' ? 'label' : 'target'
  const found = new Map<string, { readonly finding: DataFinding; readonly of: string[] }>()
  for (const [k, findings] of all.entries()) {
    for (const finding of findings) {
      const known = found.get(finding.message) ?? { finding, of: [] }
      known.of.push(names[k] ?? '')
      found.set(finding.message, known)
    }
  }
  return [...found.values()].map(({ finding, of }) =>
    of.length === names.length ? finding : { ...finding, message: `${finding.message} (${what} ${listed(of)})` },
  )
}

/** Adds the rows that the finding is about, counted from 1 as people do, without the header. */
function messageOf({ message, rows = [] }: Found): string {
  if (rows.length === 0) return message
  return `${message}; row${rows.length === 1 ? '' : 's'} ${listed(rows, 8, (row) => (row + 1).toLocaleString('en'))}`
}
