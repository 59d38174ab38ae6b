import { typesOf, type SchemaError } from './fold.ts'
import { kindOf, type Schema } from './naming.ts'

/** What to do about common mistakes; undefined if the error says enough. */
export function hintFor(error: SchemaError): string | undefined {
  return (
    needsArguments(error) ??
    lostIndentation(error) ??
    emptyItem(error) ??
    outputActivation(error) ??
    quotes(error) ??
    ruleOf(error) ??
    version(error)
  )
}

const argumentsOf: { readonly [layer: string]: string } = {
  conv2d: '{ filters: 16, kernelSize: 3 }',
  depthwiseConv2d: '{ kernelSize: 3 }',
  separableConv2d: '{ filters: 16, kernelSize: 3 }',
  dense: '{ units: 64 }',
  embedding: '{ inputDim: 1000, outputDim: 16 }',
  multiHeadAttention: '{ numHeads: 4, keyDim: 16 }',
  residual: '{ layers: [layerNormalization, dense: { units: 64 }] }',
  activation: '{ activation: relu }',
}

/** A layer's name alone, or with nothing after its colon, although it has arguments without a default. */
function needsArguments({ keyword, path, value }: SchemaError): string | undefined {
  const name =
    keyword === 'enum' && typeof value === 'string' && kindOf(path) === 'layer'
      ? value
      : keyword === 'type' && value === null && kindOf(path.slice(0, -1)) === 'layer'
        ? path.at(-1)
        : undefined
  if (name === undefined || !Object.hasOwn(argumentsOf, name)) return undefined
  return `write - ${name}: ${argumentsOf[name]}`
}

/** `- dense:` with its arguments in the column of `dense` becomes a map with two keys. */
function lostIndentation({ keyword, value }: SchemaError): string | undefined {
  if (keyword !== 'maxProperties') return undefined
  const empty = Object.entries(value as object).find(([, v]) => v === null)?.[0]
  return empty === undefined
    ? 'begin each item with its own dash'
    : `indent the settings of ${empty} deeper than ${empty} itself`
}

/** `- flatten:` is a map whose value is null. */
function emptyItem({ keyword, path, value, parent }: SchemaError): string | undefined {
  const isItem = path.length >= 3 && path[0] !== 'gates' && /^\d+$/.test(path.at(-2) ?? '') && parent['type'] === 'object'
  return keyword === 'type' && value === null && isItem
    ? `without settings, write "- ${path.at(-1)}" without the colon`
    : undefined
}

function outputActivation({ keyword, path, value }: SchemaError): string | undefined {
  return keyword === 'enum' && path.at(-1) === 'activation' && (value === 'softmax' || value === 'logSoftmax')
    ? 'leave it out: the last layer gives logits, and the loss applies softmax'
    : undefined
}

/** A quoted number is a text, and unquoted digits are a number. */
function quotes({ keyword, value, schema, params }: SchemaError): string | undefined {
  const alternatives = params['alternatives'] as readonly Schema[] | undefined
  if (keyword !== 'type' && !alternatives) return undefined
  const wanted = alternatives ? alternatives.flatMap(typesOf) : [schema].flat()
  const isNamed = wanted.includes('object') && !wanted.includes('array')
  if (wanted.includes('string') && !isNamed && (typeof value === 'number' || typeof value === 'boolean'))
    return 'put it in quotes'
  if (typeof value !== 'string' || !(wanted.includes('number') || wanted.includes('integer'))) return undefined
  return value.trim() !== '' && Number.isFinite(Number(value)) ? 'write it without quotes' : undefined
}

/** A gate's name alone: every gate needs a limit. The schema has an example of each. */
function ruleOf({ keyword, path, value, parent }: SchemaError): string | undefined {
  if (keyword !== 'type' || path[0] !== 'gates' || path.length !== 2 || typeof value !== 'string') return undefined
  const gates = (parent['properties'] ?? {}) as Readonly<Record<string, { readonly default?: object }>>
  const example = Object.hasOwn(gates, value) ? gates[value]?.default : undefined
  if (example === undefined) return undefined
  return `write - ${value}: { ${Object.entries(example)
    .map(([key, setting]) => `${key}: ${setting}`)
    .join(', ')} }`
}

const version = ({ keyword, path }: SchemaError): string | undefined =>
  keyword === 'const' && path[0] === 'version' ? 'write version: 1, which this tunegate reads' : undefined
