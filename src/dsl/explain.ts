import { ownCommand } from '../base/own-command.ts'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { typesOf, type SchemaError } from './fold.ts'
import { hintFor } from './hints.ts'
import { didYouMeanHint, keysOf, kindOf, nameOf, type Schema } from './naming.ts'
import { placeOf } from './places.ts'
import { shownChoices, shownLength, shownRange, shownTypes, shownValue } from './words.ts'

/** Places around the value that an error is about. */
export interface Context {
  readonly value: SourcePosition
  /** The key that the value belongs to; in a list and at the root, the value's own place. */
  readonly owner: SourcePosition
  /** The key of one of its members. */
  readonly member: (key: string) => SourcePosition
  /** The keys of the spec itself. */
  readonly sections: readonly string[]
}

type Said = Omit<Diagnostic, 'severity'>
type Explain = (error: SchemaError, context: Context) => Said | undefined

/** A schema error in plain words; undefined for one that only repeats another. */
export function explain(error: SchemaError, context: Context): Diagnostic | undefined {
  const said = (explanations.get(error.keyword) ?? other)(error, context)
  if (said === undefined) return undefined
  const hint = said.hint ?? hintFor(error)
  return { severity: 'error', ...said, ...(hint === undefined ? {} : { hint }) }
}

const outOfRange: Explain = ({ path, value, parent }, { value: at }) => ({
  code: 'spec/range',
  message: `${nameOf(path)} is out of range`,
  at,
  found: shownValue(value),
  allowed: shownRange(parent),
})

const wrongLength: Explain = ({ path, value, parent }, { value: at }) => ({
  code: 'spec/length',
  message: `${nameOf(path)} has the wrong length`,
  at,
  found: shownValue(value),
  allowed: shownLength(parent),
})

const missingKey: Explain = ({ path, params, parent }, { owner: at }) => {
  const key = String(params['missingProperty'])
  return { code: 'spec/missing-key', message: `${nameOf(path)} is missing the key ${key}`, at, hint: example(parent, key) }
}

const wrongType: Explain = (error, { value: at }) => {
  if (error.value === null && error.path.length === 0) {
    return {
      code: 'spec/empty',
      message: 'the spec is empty',
      at,
      hint: `${ownCommand('init')} writes one from a data file`,
    }
  }
  const message = `${nameOf(error.path)} has the wrong type`
  return { code: 'spec/type', message, at, found: shownValue(error.value), allowed: allowedTypes(error) }
}

const unknownKey: Explain = ({ path, params, parent }, { member }) => {
  const key = String(params['additionalProperty'])
  const allowed = keysOf(parent)
  const kind = kindOf(path)
  const place = kind ? undefined : placeOf(key)
  return {
    code: kind ? `spec/unknown-${kind}` : 'spec/unknown-key',
    at: member(key),
    found: key,
    message: kind ? `there is no ${kind} with this name` : `${nameOf(path)} has no key with this name`,
    allowed: allowed.length > 0 ? allowed.join(', ') : 'no keys',
    ...(place === undefined ? didYouMeanHint(key, allowed) : { hint: `move it ${place}` }),
  }
}

const notAllowed: Explain = (error, context) => {
  const { value, path, keyword, schema } = error
  const allowed = keyword === 'const' ? [schema] : (schema as readonly unknown[])
  const kind = kindOf(path)
  if (kind && typeof value === 'string') return notAlone(kind, value, error, context)
  const texts = allowed.filter((a) => typeof a === 'string')
  const alternatives = error.params['alternatives'] as readonly Schema[] | undefined
  return {
    code: 'spec/value',
    message: `${nameOf(path)} has an invalid value`,
    at: context.value,
    found: shownValue(value),
    allowed: alternatives ? shownAlternatives(alternatives) : shownChoices(allowed),
    ...didYouMeanHint(String(value), texts),
  }
}

/** A name alone in a list of layers or stages: either it does not exist, or it needs arguments. */
function notAlone(kind: string, name: string, { params, schema }: SchemaError, { value: at }: Context): Said {
  const names = (params['names'] ?? schema) as readonly string[]
  if (names.includes(name)) {
    return { code: 'spec/missing-arguments', message: `the ${kind} ${name} needs settings`, at, found: name }
  }
  return {
    code: `spec/unknown-${kind}`,
    message: `there is no ${kind} with this name`,
    at,
    found: name,
    allowed: names.join(', '),
    ...didYouMeanHint(name, names),
  }
}

const conflict: Explain = ({ path }, { owner: at, sections }) => ({
  code: 'spec/conflict',
  message: `${nameOf(path)} cannot be combined with ${otherOf(path, sections)}`,
  at,
})

/** The setting that a conflicting one excludes, and why. */
function otherOf(path: SchemaError['path'], sections: readonly string[]): string {
  if (path.length === 2) return 'source: data are either one file to split, or a file for each part'
  if (path.length > 2)
    return 'the other inputs: they are an array with a shape, columns, or one text with one-hot columns beside it'
  if (!sections.includes('trainer')) return 'results: another tool has trained already, and nothing is trained here'
  return path[0] === 'results'
    ? 'trainer: either a script trains, or results that another tool made are judged'
    : 'trainer: a training script has data and a model of its own'
}

const pattern: Explain = ({ path, value }, { value: at }) => ({
  code: 'spec/pattern',
  message: `${nameOf(path)} has invalid characters`,
  at,
  found: shownValue(value),
  allowed: allowedPattern(path),
})

const allowedPattern = (path: readonly string[]): string => {
  if (path.includes('timeout')) return 'a number of seconds, or a time such as 30s, 5m or 2h'
  if (path.includes('trainer')) return 'a name without blanks and ='
  return 'letters, digits, dots, dashes and underscores, beginning with a letter or digit'
}

const wrongKey: Explain = ({ path, params }, { member }) => {
  const key = String(params['propertyName'])
  return { code: 'spec/pattern', message: `${nameOf(path)} has an invalid name`, at: member(key), found: key }
}

const duplicate: Explain = ({ path, value, params }, { value: at }) => ({
  code: 'spec/duplicate-item',
  message: `${nameOf(path)} has the same item twice`,
  at,
  found: shownValue((value as readonly unknown[])[Number(params['j'])]),
})

const emptyMap: Explain = ({ path, value, parent }, { value: at }) => ({
  code: 'spec/length',
  message: `${nameOf(path)} is empty`,
  at,
  found: shownValue(value),
  allowed: keysOf(parent).join(', '),
})

const tooManyKeys: Explain = ({ path, value }, { value: at }) => {
  const keys = Object.keys(value as object)
  const message = `${nameOf(path)} has ${keys.length} keys, but an item has only one`
  return { code: 'spec/length', message, at, found: keys.join(', ') }
}

/** A fallback for a keyword that the schema gains before it has its own words here. */
const other: Explain = ({ path, value, message }, { value: at }) => ({
  code: 'spec/invalid',
  message: `${nameOf(path)} ${message}`,
  at,
  found: shownValue(value),
})

/** The errors beneath them already say it. */
const silent: Explain = () => undefined

const explanations: ReadonlyMap<string, Explain> = new Map([
  ['additionalProperties', unknownKey],
  ['required', missingKey],
  ['dependentRequired', missingKey],
  ['false schema', conflict],
  ['type', wrongType],
  ['enum', notAllowed],
  ['const', notAllowed],
  ['pattern', pattern],
  ['propertyNames', wrongKey],
  ['minimum', outOfRange],
  ['maximum', outOfRange],
  ['exclusiveMinimum', outOfRange],
  ['exclusiveMaximum', outOfRange],
  ['minLength', wrongLength],
  ['maxLength', wrongLength],
  ['minItems', wrongLength],
  ['maxItems', wrongLength],
  ['uniqueItems', duplicate],
  ['minProperties', emptyMap],
  ['maxProperties', tooManyKeys],
  ['if', silent],
  ['anyOf', silent],
  ['dependentSchemas', silent],
])

function allowedTypes({ path, schema, params }: SchemaError): string {
  const kind = kindOf(path)
  if (kind === 'gate') return 'a gate with its rule'
  if (kind) return `the name of a ${kind}, or one name with its settings`
  const alternatives = params['alternatives'] as readonly Schema[] | undefined
  return alternatives ? shownAlternatives(alternatives) : shownTypes([schema].flat() as string[])
}

/** What a choice allows: `a whole number or classes`. */
function shownAlternatives(alternatives: readonly Schema[]): string {
  const shown = alternatives.map((a) => (Array.isArray(a['enum']) ? shownChoices(a['enum']) : shownTypes(typesOf(a))))
  return shown.join(' or ')
}

/** The missing key with the schema's example value. */
function example(schema: Schema, key: string): string {
  const property = (schema['properties'] as Readonly<Record<string, { readonly default?: unknown }>> | undefined)?.[key]
  return property?.default === undefined ? `add ${key}` : `add it, as in ${key}: ${JSON.stringify(property.default)}`
}
