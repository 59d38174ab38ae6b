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

/** What the options say that describe the machine of a generated workflow. */
export const machineHelp = {
  runsOn: 'labels of the runner that trains, separated by commas (default: ubuntu-latest)',
  container: 'image of a container to train in, as IMAGE@sha256:…',
  setUp: 'shell command to run after the checkout, such as an install of packages',
} as const

/** Labels of a runner, separated by commas. */
export function runnerLabels(text: string): readonly string[] {
  const labels = text.split(',').map((label) => label.trim())
  if (labels.every((label) => /^[\w.-]{1,100}$/.test(label))) return labels
  throw new InvalidArgumentError('Allowed: labels of a runner, separated by commas, such as `self-hosted,linux,gpu`.')
}

/** A container image by its digest: a tag can move. */
export function pinnedImage(text: string): string {
  if (/^[\w][\w./:-]{0,255}@sha256:[0-9a-f]{64}$/.test(text)) return text
  throw new InvalidArgumentError(
    'Allowed: an image with its digest, IMAGE@sha256:…, because a tag can move. `docker buildx imagetools inspect IMAGE` shows it.',
  )
}

/** A command on one line. */
export function oneLine(text: string): string {
  if (text.trim() !== '' && !/[\r\n]/.test(text)) return text
  throw new InvalidArgumentError('Allowed: a command on one line. Put several into a script and call it.')
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

/** What a model can read of a table that has both. */
export const inputKinds = ['columns', 'text', 'both'] as const
export type InputKind = (typeof inputKinds)[number]
