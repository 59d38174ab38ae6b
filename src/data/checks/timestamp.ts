import { listed } from '../../base/lists.ts'
import { counted } from '../problems.ts'
import type { Dataset } from '../types.ts'
import type { CheckDefinition, Found } from './definition.ts'
import { timesIn } from './methods/points-in-time.ts'

/**
 * Finds inputs that are points in time written as whole numbers. New rows lie after all that training saw, so a model
 * cannot use the number, and under a random split it learns from the future.
 */
export const timestamp: CheckDefinition = {
  name: 'timestamp',
  schema: {
    title: 'Time stamps',
    description: 'Inputs that are points in time written as numbers: seconds since 1970, or dates such as 20240131.',
  },
  severity: 'warn',
  ofInputs: true,
  find,
}

function find({ wholeNumbers }: Dataset): Found[] {
  const found = wholeNumbers.flatMap((column) => {
    const times = timesIn(column)
    return times ? [`${column.name} (${times.notation}, ${day(times.first)} to ${day(times.last)})`] : []
  })
  if (found.length === 0) return []
  const message =
    `${counted(found.length, 'input')} with points in time as numbers: ${listed(found, 5)}; new rows will lie outside of ` +
    'these; replace it by what recurs, such as the hour or the weekday, or set split.time to it if rows change with time'
  return [{ message }]
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)
