import { InvalidArgumentError } from 'commander'
import { didYouMean } from '../base/diagnostics.ts'
import type { StageName } from '../records/plan.ts'
import { stageNames } from '../stages/index.ts'

/** An integer within bounds; anything else is rejected with the allowed values. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`)
    return value
  }

/** A number above 0; anything else is rejected with the allowed values. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Allowed: a number above 0.')
  return value
}

/** Stage names, separated by commas. */
export function stageList(text: string): StageName[] {
  return text.split(',').map((part) => {
    const name = part.trim()
    const known = stageNames.find((s) => s === name)
    if (known) return known
    const near = didYouMean(name, stageNames)
    throw new InvalidArgumentError(
      `There is no stage ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ''} Allowed: ${stageNames.join(', ')}.`,
    )
  })
}
