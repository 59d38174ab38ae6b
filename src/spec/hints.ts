import type { SchemaError } from './fold.ts'

/** What to do about slips that are made often; undefined where the error says enough. */
export function hintFor(error: SchemaError): string | undefined {
  return needsArguments(error) ?? lostIndentation(error) ?? emptyItem(error) ?? outputActivation(error) ?? notANumber(error)
}

const argumentsOf: { readonly [layer: string]: string } = {
  conv2d: '{ filters: 16, kernelSize: 3 }', depthwiseConv2d: '{ kernelSize: 3 }', separableConv2d: '{ filters: 16, kernelSize: 3 }',
  dense: '{ units: 64 }', embedding: '{ inputDim: 1000, outputDim: 16 }', activation: '{ activation: relu }',
}

/** A layer's name alone where it has arguments without a default. */
function needsArguments({ keyword, path, value }: SchemaError): string | undefined {
  if (keyword !== 'enum' || typeof value !== 'string' || path.length !== 3 || path[1] !== 'layers') return undefined
  const example = Object.hasOwn(argumentsOf, value) ? argumentsOf[value] : undefined
  return example === undefined ? undefined : `${value} needs arguments: - ${value}: ${example}`
}

/** `- dense:` with its arguments in the column of `dense` makes a map of two keys. */
function lostIndentation({ keyword, value }: SchemaError): string | undefined {
  if (keyword !== 'maxProperties') return undefined
  const empty = Object.entries(value as object).find(([, v]) => v === null)?.[0]
  return empty === undefined ? 'begin each with a dash of its own' : `indent what belongs to ${empty} further than ${empty} itself`
}

/** `- flatten:` is a map whose value is null. */
function emptyItem({ keyword, path, value, parent }: SchemaError): string | undefined {
  const isItem = path.length >= 3 && /^\d+$/.test(path.at(-2) ?? '') && parent['type'] === 'object'
  return keyword === 'type' && value === null && isItem ? `without settings, write "- ${path.at(-1)}" with no colon` : undefined
}

function outputActivation({ keyword, path, value }: SchemaError): string | undefined {
  return keyword === 'enum' && path.at(-1) === 'activation' && (value === 'softmax' || value === 'logSoftmax')
    ? 'the last layer gives logits; the loss applies softmax itself'
    : undefined
}

/** YAML 1.2 reads `1e-3` as a number, and `1,000`, `10%` and `"3"` as texts. */
function notANumber({ keyword, value, schema }: SchemaError): string | undefined {
  const wanted = [schema].flat()
  if (keyword !== 'type' || typeof value !== 'string' || !(wanted.includes('number') || wanted.includes('integer'))) return undefined
  const number = Number(value)
  return value.trim() !== '' && Number.isFinite(number) ? 'write it without quotes' : undefined
}
