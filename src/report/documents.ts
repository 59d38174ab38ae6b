import type { ErrorObject } from 'ajv'
import { didYouMean, InputError, type Diagnostic, type SourcePosition } from '../base/diagnostics.ts'
import { offsetOf } from '../base/json-places.ts'
import { mostDepth, parseJson, type JsonLimits } from '../base/json.ts'
import { schemaChecker, type SchemaErrors } from '../base/schema.ts'

/** A JSON document that this tool writes and reads again, and that a person or another tool may have changed in between. */
export interface DocumentKind {
  /** `the lock`, its name in messages. */
  readonly what: string
  /** Prefix of the codes: `lock`. */
  readonly code: string
  readonly schema: object
  /** Version of the format. A document from a newer tool is rejected before anything in it is judged. */
  readonly version: number
  /** Upgrades a document that this tool wrote with an older format; it is checked afterwards. */
  readonly upgrade?: (value: unknown) => unknown
  readonly mostBytes: number
  /** Far above what this tool writes. */
  readonly mostValues: number
  /** How to get a valid one. */
  readonly hint: string
}

/** Nobody reads more problems; the rest is a count. */
const mostProblems = 20

/** The document's value, checked against its schema. Throws an `InputError` that says what is wrong. */
export function parseJsonDocument(text: string, file: string, kind: DocumentKind): unknown {
  const read = parseText(text, file, kind)
  refuseNewer(read, text, file, kind)
  const value = kind.upgrade?.(read) ?? read
  const { errors, complete } = checkerOf(kind.schema)(value)
  if (errors.length === 0) return value
  const locate = locator(text, file)
  const { shown, more } = distinct(useful(errors).filter(isSaid), mostProblems)
  const diagnostics = shown
    .map((error) => explain(error, kind, locate))
    .map((d, i) => (i === 0 ? { ...d, hint: d.hint ?? kind.hint } : d))
  throw new InputError([...diagnostics, ...rest(more, complete, kind)])
}

/** A value that was read already, as `parseJsonDocument` would hand it on; undefined if it is no such document. */
export function fittingDocument(value: unknown, kind: DocumentKind): unknown {
  const found = kind.upgrade?.(value) ?? value
  return checkerOf(kind.schema)(found).errors.length === 0 ? found : undefined
}

/** If no member of a union fits, all of them report errors; the deepest errors are about what the writer meant. */
function useful(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  if (errors.length <= 12) return errors
  const deepest = errors.reduce((most, error) => Math.max(most, depth(error)), 0)
  return errors.filter((error) => depth(error) === deepest)
}

/** The first errors with information of their own, and how many more there are. */
function distinct(
  errors: readonly ErrorObject[],
  most: number,
): { readonly shown: readonly ErrorObject[]; readonly more: number } {
  const each = new Map(errors.map((e) => [`${e.instancePath} ${e.keyword} ${JSON.stringify(e.params).slice(0, 200)}`, e]))
  return { shown: [...each.values()].slice(0, most), more: Math.max(0, each.size - most) }
}

function rest(more: number, complete: boolean, { code }: DocumentKind): Diagnostic[] {
  if (more === 0 && complete) return []
  const count = `${more.toLocaleString('en')} more problem${more === 1 ? '' : 's'}`
  const message = complete
    ? `${count} not listed`
    : more === 0
      ? 'there may be more problems'
      : `at least ${count} not listed`
  return [{ code: `${code}/more`, severity: 'error', message }]
}

const limitsOf = ({ mostBytes, mostValues }: DocumentKind): JsonLimits => ({
  bytes: mostBytes,
  depth: mostDepth,
  values: mostValues,
  uniqueKeys: true,
})

function refuseNewer(value: unknown, text: string, file: string, kind: DocumentKind): void {
  const { version, tool } =
    typeof value === 'object' && value !== null ? (value as { version?: unknown; tool?: unknown }) : {}
  if (typeof version !== 'number' || version <= kind.version) return
  throw new InputError([
    {
      code: `${kind.code}/version`,
      severity: 'error',
      at: locator(text, file)(['version']),
      message: `${kind.what} was written by a newer version of this tool`,
      found: `version ${version} of the format${typeof tool === 'string' ? `, written by ${tool.slice(0, 60)}` : ''}`,
      allowed: `version ${kind.version}`,
      hint: `update tunegate, or ${kind.hint}`,
    },
  ])
}

function parseText(text: string, file: string, kind: DocumentKind): unknown {
  const fail = (code: string, message: string, hint: string, at?: SourcePosition): never => {
    throw new InputError([
      { code: `${kind.code}/${code}`, severity: 'error', message, hint, ...(at ? { at } : { found: file }) },
    ])
  }
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text)
  if (conflict) {
    fail(
      'merge-conflict',
      `${kind.what} has unresolved merge conflict markers`,
      'resolve the merge: keep one side entirely, or run the study again',
      positionAt(text, conflict.index, file),
    )
  }
  const parsed = parseJson(text, limitsOf(kind))
  if (parsed.ok) return parsed.value
  const { kind: code, message, offset } = parsed.error
  return fail(code, `${kind.what} ${message}`, kind.hint, offset === undefined ? undefined : positionAt(text, offset, file))
}

function positionAt(text: string, offset: number, file: string): SourcePosition {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { file, line, column: offset - start + 1 }
}

/** Only called if something is wrong. */
const locator =
  (text: string, file: string) =>
  (path: readonly string[]): SourcePosition =>
    positionAt(text, offsetOf(text, path), file)

type Checker = (value: unknown) => SchemaErrors
const checkers = new WeakMap<object, Checker>()

function checkerOf(schema: object): Checker {
  const known = checkers.get(schema) ?? schemaChecker(schema)
  checkers.set(schema, known)
  return known
}

const depth = (error: ErrorObject): number => error.instancePath.split('/').length

/** The errors beneath them already say it. */
const isSaid = ({ keyword }: ErrorObject): boolean => keyword !== 'if' && keyword !== 'anyOf' && keyword !== 'oneOf'

function explain(error: ErrorObject, kind: DocumentKind, locate: (path: readonly string[]) => SourcePosition): Diagnostic {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const place = path.length === 0 ? kind.what : path.join('.')
  const base = {
    severity: 'error' as const,
    at: locate(path),
    code: `${kind.code}/${error.keyword === 'const' && path.at(-1) === 'version' ? 'version' : 'invalid'}`,
  }
  const params: Record<string, unknown> = error.params
  const notAllowed = { ...base, message: `${place} has a value that is not allowed`, found: shownValue(error.data) }
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty)
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {})
      const near = didYouMean(key, known)
      const hint = near ? { hint: `did you mean ${near}?` } : {}
      return { ...base, message: `${place} has an unknown key`, found: key, allowed: known.join(', '), ...hint }
    }
    case 'required':
      return { ...base, message: `${place} is missing the key ${String(params.missingProperty)}` }
    case 'const':
      return { ...notAllowed, allowed: shownValue(params.allowedValue) }
    case 'enum':
      return { ...notAllowed, allowed: (params.allowedValues as unknown[]).map(shownValue).join(', ') }
    default:
      return { ...base, message: `${place} ${error.message ?? 'is not right'}`, found: shownValue(error.data) }
  }
}

/** A short value in full; for a list or a map only its kind, since it may be large. */
function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
    return keys.length === 0 ? '{}' : `a map with ${keys.slice(0, 5).join(', ').slice(0, 80)}`
  }
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 80) : value) ?? String(value)
}
