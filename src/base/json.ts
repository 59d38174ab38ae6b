import { err, ok, type Result } from './result.ts'

/** Sizes above which a JSON text from outside is rejected before a value is built from it. */
export interface JsonLimits {
  readonly bytes: number
  /** Levels of lists and maps. */
  readonly depth: number
  /** Items and members, over all levels. */
  readonly values: number
  /** Whether a map may not have a key twice. JSON.parse keeps the last one, where a reviewer may have read the first. */
  readonly uniqueKeys?: true
}

/** Why a text is rejected. */
export interface JsonProblem {
  readonly kind: 'too-large' | 'too-deep' | 'too-many-values' | 'key-twice' | 'not-json'
  /** A sentence without its subject: `is nested too deeply`. */
  readonly message: string
  readonly found?: string
  readonly allowed?: string
  /** Where in the text, in UTF-16 units, if known. */
  readonly offset?: number
}

/** Nothing that this tool writes or reads is nested deeper. */
export const mostDepth = 64

/**
 * The only place that parses JSON from outside. It checks size, depth and number of values before `JSON.parse` sees the
 * text, so a small file cannot exhaust memory, and code that reads the value may recurse.
 */
export function parseJson(text: string, limits: JsonLimits): Result<unknown, JsonProblem> {
  const problem = excess(text, limits)
  if (problem) return err(problem)
  try {
    const value: unknown = JSON.parse(text)
    const twice = limits.uniqueKeys ? repeatedKey(text) : undefined
    return twice ? err(twice) : ok(value)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const offset = /position (\d+)/.exec(error.message)?.[1]
    const at = offset === undefined ? {} : { offset: Number(offset) }
    return err({ kind: 'not-json', message: `is not JSON: ${error.message}`, ...at })
  }
}

/** The value, or undefined if the text is rejected, for readers that need no reason. */
export function jsonOrUndefined(text: string, limits: JsonLimits): unknown {
  const parsed = parseJson(text, limits)
  return parsed.ok ? parsed.value : undefined
}

/** The first limit that a text exceeds; undefined if none. The text need not be JSON. */
const excess = (text: string, limits: JsonLimits): JsonProblem | undefined => tooLarge(text, limits) ?? tooMuch(text, limits)

function tooLarge(text: string, { bytes }: JsonLimits): JsonProblem | undefined {
  const found = text.length > bytes ? text.length : Buffer.byteLength(text)
  if (found <= bytes) return undefined
  return {
    kind: 'too-large',
    message: `has ${found} bytes, more than ${bytes}`,
    found: `${found} bytes`,
    allowed: `at most ${bytes} bytes`,
  }
}

const [quote, backslash, comma, colon, openList, closeList, openMap, closeMap] = [34, 92, 44, 58, 91, 93, 123, 125]

/** Counts brackets and commas outside strings. The parser checks whether they match. */
function tooMuch(text: string, limits: JsonLimits): JsonProblem | undefined {
  let [depth, values] = [0, 1]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) i = endOfString(text, i)
    else if (code === comma) values++
    else if (code === closeList || code === closeMap) depth--
    else if (code === openList || code === openMap) {
      values++
      if (++depth > limits.depth) {
        return {
          kind: 'too-deep',
          message: 'is nested too deeply',
          found: `more than ${limits.depth} levels`,
          allowed: `at most ${limits.depth} levels`,
          offset: i,
        }
      }
    }
    if (values > limits.values) {
      return {
        kind: 'too-many-values',
        message: 'has too many values',
        found: `more than ${limits.values}`,
        allowed: `at most ${limits.values} values`,
        offset: i,
      }
    }
  }
  return undefined
}

/** The first key that a map has twice. The text must be JSON. */
function repeatedKey(text: string): JsonProblem | undefined {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === openMap || code === openList) open.push(new Set())
    else if (code === closeMap || code === closeList) open.pop()
    if (code !== quote) continue
    const end = endOfString(text, i)
    if (text.charCodeAt(afterBlanks(text, end + 1)) === colon) {
      const written = text.slice(i, end + 1)
      const key: string = written.includes('\\') ? JSON.parse(written) : written.slice(1, -1)
      const keys = open.at(-1)
      if (keys?.has(key)) {
        return { kind: 'key-twice', message: `has the key ${JSON.stringify(key.slice(0, 60))} twice in one map`, offset: i }
      }
      keys?.add(key)
    }
    i = end
  }
  return undefined
}

/** Position of the first character that is not a blank; the text's end if there is none. */
export const afterBlanks = (text: string, from: number): number => {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 32) at++
  return at
}

/** Position of the quote that closes the string that opens at `start`; the text's end if there is none. */
export function endOfString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from)
    if (end < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end
    from = end + 1
  }
}

/**
 * Whether two values agree. Numbers may differ in their last digits, as they do between machines. An undefined member counts
 * as absent.
 */
export function agree(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => agree(one, b[i]))
  if (!isMap(a) || !isMap(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => agree(a[key], b[key]))
}

/** Whether a value of JSON is a map, with whatever values. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
