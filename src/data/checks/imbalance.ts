import { listed } from '../../base/lists.ts'
import { yesCounts } from '../labels.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'

/** The ratio of smallest to largest class below which accuracy says little about the small one. */
const IMBALANCE = 0.1

/** One class has less than a tenth of the rows of another. */
export const imbalance: CheckDefinition = {
  name: 'imbalance',
  schema: { title: 'Imbalance', description: 'A smallest class with less than a tenth of the rows of the largest.' },
  severity: 'warn',
  find,
  findInLabels,
}

function find({ classes, targets }: Dataset): Found[] {
  if (!classes) return []
  const counts = new Array<number>(classes.length).fill(0)
  for (const target of targets) counts[target] = (counts[target] ?? 0) + 1
  const [smallest, largest] = [Math.min(...counts), Math.max(...counts)]
  if (smallest / largest >= IMBALANCE) return []
  const name = (count: number): string => `"${classes[counts.indexOf(count)]}" has ${counted(count, 'row')}`
  const ratio = (smallest / largest).toPrecision(2)
  const message = `classes are imbalanced: ${name(smallest)}, ${name(largest)}, a ratio of ${ratio}`
  return [{ message }]
}

/** Most labels of a set apply to few rows, so all of them are one finding. */
function findInLabels({ targets, targetNames = [] }: Dataset): Found[] {
  const width = targetNames.length
  const rows = targets.length / width
  const counts = yesCounts({ targets, targetNames })
  const uneven = targetNames.flatMap((name, k) => {
    const yes = counts[k] ?? 0
    const [few, most] = [Math.min(yes, rows - yes), Math.max(yes, rows - yes)]
    return few / most >= IMBALANCE ? [] : [{ name, few, side: yes <= rows - yes ? 'yes' : 'no' }]
  })
  if (uneven.length === 0) return []
  const shown = listed(
    uneven.toSorted((a, b) => a.few - b.few),
    8,
    ({ name, few, side }) => `"${name}" is ${side} in ${counted(few, 'row')}`,
  )
  const message =
    `${uneven.length} of ${counted(width, 'label')} ${uneven.length === 1 ? 'is' : 'are'} imbalanced, ` +
    `out of ${counted(rows, 'row')}: ${shown}`
  return [{ message }]
}
