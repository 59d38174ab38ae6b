import { InvalidArgumentError } from 'commander'
import { didYouMean } from '../base/diagnostics.ts'
import type { StageName } from '../records/plan.ts'
import { chosenFormats, modelFormatChoices, type ModelFormatName } from '../saved-model/formats/index.ts'
import { stageNames } from '../stages/index.ts'

/** How predictions are written. */
export const predictionFormats = ['csv', 'jsonl'] as const
export type PredictionFormat = (typeof predictionFormats)[number]

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
export const stageList = (text: string): StageName[] => listOf(text, stageNames, 'stage')

/** Formats of saved models, separated by commas. */
export const modelFormatList = (text: string): readonly ModelFormatName[] =>
  chosenFormats(listOf(text, modelFormatChoices, 'model format'))

/** Some of the words, separated by commas; anything else is rejected with the allowed words. */
function listOf<W extends string>(text: string, words: readonly W[], what: string): W[] {
  return text.split(',').map((part) => {
    const name = part.trim()
    const known = words.find((word) => word === name)
    if (known !== undefined) return known
    const near = didYouMean(name, words)
    throw new InvalidArgumentError(
      `There is no ${what} ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ''} Allowed: ${words.join(', ')}.`,
    )
  })
}
