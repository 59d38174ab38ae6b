import { entryNamed } from '../../base/lists.ts'
import type { ModelFormat } from './definition.ts'
import { keras } from './keras/index.ts'
import { onnx } from './onnx/index.ts'

/** Every format of a saved model, in the order of the help. */
export const modelFormats = [onnx, keras] as const

export type ModelFormatName = (typeof modelFormats)[number]['name']

export const modelFormatNames: readonly ModelFormatName[] = modelFormats.map(({ name }) => name)

/** Several formats, or the word for all of them. */
export const modelFormatChoices = [...modelFormatNames, 'all'] as const
export type ModelFormatChoice = (typeof modelFormatChoices)[number]

/** The formats that were chosen. */
export const chosenFormats = (choices: readonly ModelFormatChoice[]): readonly ModelFormatName[] =>
  modelFormatNames.filter((name) => choices.includes(name) || choices.includes('all'))

/** The format with this name. Throws if there is none. */
export const modelFormatNamed = (name: string): ModelFormat<ModelFormatName> =>
  entryNamed(modelFormats, name, 'model format')

/** A format whose files can be read again. */
export type ReadableFormat = ModelFormat<ModelFormatName> & Required<Pick<ModelFormat, 'readTensors'>>

/** The format that `predict` reads. */
export function readableFormat(): ReadableFormat {
  const all: readonly ModelFormat<ModelFormatName>[] = modelFormats
  const [found] = all.flatMap((format) => (format.readTensors ? [{ ...format, readTensors: format.readTensors }] : []))
  if (!found) throw new Error('no format can be read again')
  return found
}
