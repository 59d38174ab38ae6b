import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'

/**
 * Finds classes without a row in a part of the split. A class that training never sees cannot be learned and is always wrong
 * elsewhere. A class that validation or test lacks is not measured there, so no gate can see it get worse. A stratified
 * split avoids both if a class has enough rows; groups kept whole, or too few rows, can still cause them.
 */
export const strata: CheckDefinition = {
  name: 'strata',
  schema: {
    title: 'Strata',
    description: 'A class that is missing from a part of the split, so it is not learned or not measured there.',
  },
  severity: 'warn',
  find,
}

function find({ classes, targets, splits }: Dataset): Found[] {
  if (!classes) return []
  const parts = [
    ['training', splits.train],
    ['validation', splits.validation],
    ['test', splits.test],
  ] as const
  return parts.flatMap(([part, rows]) => {
    const present = new Set([...rows].map((row) => targets[row]))
    const absent = new Set([...classes.keys()].filter((code) => !present.has(code)))
    if (rows.length === 0 || absent.size === 0) return []
    const names = listed([...absent].map((code) => `"${classes[code] ?? code}"`))
    const consequence = part === 'training' ? 'it cannot be learned' : `the score on ${part} rows does not measure it`
    const message = `${counted(absent.size, 'class')} without a ${part} row: ${names}; ${consequence}`
    const elsewhere = [...targets.keys()].filter((row) => absent.has(targets[row] ?? -1))
    return [{ message, rows: elsewhere }]
  })
}
