import { didYouMean, type Diagnostic, type SourcePosition } from '../base/diagnostics.ts'
import type { SchemaError } from './fold.ts'
import { hintFor } from './hints.ts'
import { placeOf } from './places.ts'
import { shownChoices, shownRange, shownTypes, shownValue } from './words.ts'

/** Places around the value that an error is about. */
export interface Context {
  readonly value: SourcePosition
  /** The key that the value belongs to; the value's own place in a list and at the root. */
  readonly owner: SourcePosition
  /** The key of one of its members. */
  readonly member: (key: string) => SourcePosition
}

/** An error of the schema in a person's words; undefined for one that only repeats another. */
export function explain(error: SchemaError, context: Context): Diagnostic | undefined {
  const said = sentence(error, context)
  if (said === undefined) return undefined
  const hint = said.hint ?? hintFor(error)
  return { severity: 'error', ...said, ...(hint === undefined ? {} : { hint }) }
}

type Said = Omit<Diagnostic, 'severity'>

function sentence(error: SchemaError, context: Context): Said | undefined {
  const { value, params, parent, schema } = error
  const name = nameOf(error.path)
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, String(params['additionalProperty']), context)
    case 'false schema':
      return { code: 'spec/conflict', message: `${name} does not go with shape: inputs are an array or columns, not both`, at: context.owner }
    case 'required':
    case 'dependentRequired':
      return { code: 'spec/missing-key', message: `${name} lacks the key ${String(params['missingProperty'])}`, at: context.owner, hint: example(parent, String(params['missingProperty'])) }
    case 'type':
      if (value === null && error.path.length === 0) return { code: 'spec/empty', message: 'the spec is empty', at: context.value, hint: 'tunegate init writes one from a data file' }
      return { code: 'spec/type', message: `${name} has the wrong type`, at: context.value, found: shownValue(value), allowed: allowedTypes(error) }
    case 'enum':
    case 'const':
      return notAllowed(error, error.keyword === 'const' ? [schema] : schema as readonly unknown[], context)
    case 'minimum': case 'maximum': case 'exclusiveMinimum': case 'exclusiveMaximum':
      return { code: 'spec/range', message: `${name} is out of range`, at: context.value, found: shownValue(value), allowed: shownRange(parent) }
    case 'pattern':
      return { code: 'spec/pattern', message: `${name} has characters that it may not have`, at: context.value, found: shownValue(value), allowed: 'letters, digits, dot, dash and underscore; a letter or digit first' }
    case 'minLength': case 'maxLength': case 'minItems': case 'maxItems':
      return { code: 'spec/length', message: `${name} has the wrong length`, at: context.value, found: shownValue(value), allowed: shownLength(parent) }
    case 'uniqueItems':
      return { code: 'spec/duplicate-item', message: `${name} has an item twice`, at: context.value, found: shownValue((value as readonly unknown[])[Number(params['j'])]) }
    case 'minProperties':
      return { code: 'spec/length', message: `${name} is empty`, at: context.value, found: shownValue(value), allowed: keysOf(parent).join(', ') }
    case 'maxProperties':
      return { code: 'spec/length', message: `${name} has ${Object.keys(value as object).length} keys, and an item has one`, at: context.value, found: Object.keys(value as object).join(', ') }
    case 'if': case 'anyOf': case 'dependentSchemas':
      return undefined
    default:
      return { code: 'spec/invalid', message: `${name} ${error.message}`, at: context.value, found: shownValue(value) }
  }
}

function unknownKey(error: SchemaError, key: string, context: Context): Said {
  const allowed = keysOf(error.parent)
  const kind = kindOf(error.path)
  const place = kind ? undefined : placeOf(key)
  const meant = nearest(key, allowed)
  return {
    code: kind ? `spec/unknown-${kind}` : 'spec/unknown-key', at: context.member(key), found: key,
    message: kind ? `there is no ${kind} of this name` : `${nameOf(error.path)} has no key of this name`,
    allowed: allowed.length > 0 ? allowed.join(', ') : 'no keys',
    ...(place === undefined ? meantHint(meant) : { hint: place === '' ? 'it belongs to the spec itself' : `it belongs under ${place}` }),
  }
}

function notAllowed(error: SchemaError, allowed: readonly unknown[], context: Context): Said {
  const { value } = error
  const kind = kindOf(error.path)
  if (kind && typeof value === 'string') return notAlone(kind, value, allowed as readonly string[], error, context)
  const meant = typeof value === 'string' ? nearest(value, allowed.filter((a) => typeof a === 'string')) : undefined
  return {
    code: 'spec/value', at: context.value, found: shownValue(value), message: `${nameOf(error.path)} has a value that it may not have`,
    allowed: shownChoices(allowed), ...meantHint(meant),
  }
}

/** A name alone in a list of layers or stages: either there is none, or it cannot do without arguments. */
function notAlone(kind: string, name: string, alone: readonly string[], error: SchemaError, context: Context): Said {
  const all = (error.params['names'] ?? alone) as readonly string[]
  if (all.includes(name)) return { code: 'spec/missing-arguments', at: context.value, found: name, message: `the ${kind} ${name} does not stand alone` }
  return { code: `spec/unknown-${kind}`, at: context.value, found: name, message: `there is no ${kind} of this name`, allowed: all.join(', '), ...meantHint(nearest(name, all)) }
}

/** A slip of the fingers, or the only name that begins so. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const begun = name.length >= 3 ? candidates.filter((c) => c.toLowerCase().startsWith(name.toLowerCase())) : []
  return didYouMean(name, candidates) ?? (begun.length === 1 ? begun[0] : undefined)
}

const meantHint = (meant: string | undefined): { readonly hint?: string } => (meant === undefined ? {} : { hint: `did you mean "${meant}"?` })

function allowedTypes({ path, schema, params }: SchemaError): string {
  const kind = kindOf(path)
  if (kind === 'gate') return 'a gate with its rule'
  if (kind) return `the name of a ${kind}, or one name with its settings`
  const alternatives = params['alternatives'] as readonly Readonly<Record<string, unknown>>[] | undefined
  if (!alternatives) return shownTypes([schema].flat() as string[])
  return alternatives.map((a) => (Array.isArray(a['enum']) ? shownChoices(a['enum']) : shownTypes([a['type']].flat() as string[]))).join(' or ')
}

/** `layer`, `stage` or `gate` for the items of those lists; their keys are names of their own kind. */
function kindOf(path: readonly string[]): string | undefined {
  const place = path.map((step) => (/^\d+$/.test(step) ? '#' : step)).join('/')
  return { 'model/layers/#': 'layer', 'stages/#': 'stage', 'gates/#': 'gate' }[place]
}

/** `levers.optimization`, `model.layers[2].conv2d`; `the spec` for the root. */
export const nameOf = (path: readonly string[]): string =>
  path.length === 0 ? 'the spec' : path.reduce((name, step) => (/^\d+$/.test(step) ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`), '')

/** The missing key with the value that the schema would start from. */
function example(schema: Readonly<Record<string, unknown>>, key: string): string {
  const property = (schema['properties'] as Readonly<Record<string, { readonly default?: unknown }>> | undefined)?.[key]
  return property?.default === undefined ? `add ${key}` : `add it, as in ${key}: ${JSON.stringify(property.default)}`
}

const keysOf = (schema: Readonly<Record<string, unknown>>): string[] => Object.keys((schema['properties'] ?? {}) as object)

function shownLength(schema: Readonly<Record<string, unknown>>): string {
  const [least, most] = [schema['minItems'] ?? schema['minLength'], schema['maxItems'] ?? schema['maxLength']]
  const what = schema['maxItems'] === undefined ? 'characters' : 'items'
  if (least !== undefined && least === most) return `${String(least)} ${what}`
  return `${[least === undefined ? [] : `at least ${String(least)}`, most === undefined ? [] : `at most ${String(most)}`].flat().join(' and ')} ${what}`
}
