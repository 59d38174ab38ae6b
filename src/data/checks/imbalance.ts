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
