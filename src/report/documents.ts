import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { LineCounter, parseDocument as parseYaml } from 'yaml'
import { didYouMean, InputError, type Diagnostic, type SourcePosition } from '../base/diagnostics.ts'

/** A JSON document that this tool writes and reads again, and that a person or another tool may have changed in between. */
export interface DocumentKind {
  /** `the lock`, as messages name it. */
  readonly what: string
  /** Prefix of the codes: `lock`. */
  readonly code: string
  readonly schema: object
  /** Of the format; what a newer tool wrote is refused before anything in it is judged. */
  readonly version: number
  /** What this tool wrote before the format had all it has now, brought up to it; checked after that. */
  readonly upgrade?: (value: unknown) => unknown
  readonly mostBytes: number
  /** How to get a good one. */
  readonly hint: string
}

/** The document's value, checked against its schema; throws an `InputError` with everything that is wrong. */
export function parseJsonDocument(text: string, file: string, kind: DocumentKind): unknown {
  const read = parseText(text, file, kind)
  refuseNewer(read, text, file, kind)
  const value = kind.upgrade?.(read) ?? read
  const validate = validatorOf(kind.schema)
  if (validate(value)) return value
  const locate = locator(text, file)
  // The members of a union that does not fit all complain; the deepest complaints are about what the writer meant.
  const errors = validate.errors ?? []
  const deepest = Math.max(...errors.map(depth))
  const useful = errors.length > 12 ? errors.filter((e) => depth(e) === deepest) : errors
  const diagnostics = useful.flatMap((error) => explain(error, kind, locate))
  throw new InputError(
    unique(diagnostics)
      .slice(0, 20)
      .map((d, i) => (i === 0 ? { ...d, hint: d.hint ?? kind.hint } : d)),
  )
}

function refuseNewer(value: unknown, text: string, file: string, kind: DocumentKind): void {
  const { version, tool } = typeof value === 'object' && value !== null ? (value as { version?: unknown; tool?: unknown }) : {}
  if (typeof version !== 'number' || version <= kind.version) return
  throw new InputError([{
    code: `${kind.code}/version`, severity: 'error', at: locator(text, file)(['version']),
    message: `${kind.what} was written by a newer version of this tool`,
    found: `version ${version} of the format${typeof tool === 'string' ? `, written by ${tool.slice(0, 60)}` : ''}`,
    allowed: `version ${kind.version}`, hint: `update tunegate, or ${kind.hint}`,
  }])
}

function parseText(text: string, file: string, kind: DocumentKind): unknown {
  const fail = (code: string, message: string, hint: string, at?: SourcePosition): never => {
    throw new InputError([
      { code: `${kind.code}/${code}`, severity: 'error', message, hint, ...(at ? { at } : { found: file }) },
    ])
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > kind.mostBytes) fail('too-large', `${kind.what} has ${bytes} bytes, more than ${kind.mostBytes}`, kind.hint)
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text)
  if (conflict) {
    fail(
      'merge-conflict',
      `${kind.what} holds the marks of an unresolved merge`,
      'resolve the merge: take one side whole, or run the study again',
      positionAt(text, conflict.index, file),
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const offset = /position (\d+)/.exec((error as Error).message)?.[1]
    return fail(
      'not-json',
      `${kind.what} is not JSON: ${(error as Error).message}`,
      kind.hint,
      offset === undefined ? undefined : positionAt(text, Number(offset), file),
    )
  }
}

function positionAt(text: string, offset: number, file: string): SourcePosition {
  const before = text.slice(0, offset).split('\n')
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** JSON is YAML, and the YAML parser remembers where everything stood. Only asked when something is wrong. */
function locator(text: string, file: string): (path: readonly string[]) => SourcePosition {
  const lines = new LineCounter()
  const document = parseYaml(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' })
  return (path) => {
    const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    const node = document.getIn(steps, true)
    const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined
    const offset = Array.isArray(range) ? Number(range[0]) : 0
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
}

const compiled = new WeakMap<object, ReturnType<Ajv2020['compile']>>()

function validatorOf(schema: object): ReturnType<Ajv2020['compile']> {
  const known = compiled.get(schema)
  if (known) return known
  const validate = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    meta: false,
  }).compile(schema)
  compiled.set(schema, validate)
  return validate
}

const depth = (error: ErrorObject): number => error.instancePath.split('/').length

function explain(
  error: ErrorObject,
  kind: DocumentKind,
  locate: (path: readonly string[]) => SourcePosition,
): Diagnostic[] {
  if (error.keyword === 'if' || error.keyword === 'anyOf' || error.keyword === 'oneOf') return []
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
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty)
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {})
      const near = didYouMean(key, known)
      return [
        {
          ...base,
          message: `${place} has an unknown member`,
          found: key,
          allowed: known.join(', '),
          ...(near ? { hint: `did you mean ${near}?` } : {}),
        },
      ]
    }
    case 'required':
      return [{ ...base, message: `${place} lacks the member ${String(params.missingProperty)}` }]
    case 'const':
      return [
        {
          ...base,
          message: `${place} has a value that is not allowed`,
          found: shownValue(error.data),
          allowed: shownValue(params.allowedValue),
        },
      ]
    case 'enum':
      return [
        {
          ...base,
          message: `${place} has a value that is not allowed`,
          found: shownValue(error.data),
          allowed: (params.allowedValues as unknown[]).map(shownValue).join(', '),
        },
      ]
    default:
      return [{ ...base, message: `${place} ${error.message ?? 'is not right'}`, found: shownValue(error.data) }]
  }
}

const shownValue = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80)

const unique = (diagnostics: readonly Diagnostic[]): Diagnostic[] => [
  ...new Map(diagnostics.map((d) => [`${d.at?.line}:${d.at?.column} ${d.message} ${d.found ?? ''}`, d])).values(),
]
