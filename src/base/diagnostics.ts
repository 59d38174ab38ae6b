import { distance } from 'fastest-levenshtein'

/** A place in a file that a person wrote; `line` and `column` count from 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing that is wrong with what a person gave us, complete enough to mend it without reading our code. */
export interface Diagnostic {
  /** Stable, greppable: `spec/unknown-key`, `data/not-a-number`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** What is wrong, in a sentence without the position. */
  readonly message: string
  /** Absent where the thing that is wrong has no place, as a file that cannot be opened. */
  readonly at?: SourcePosition
  readonly found?: string
  readonly allowed?: string
  /** What to do about it. */
  readonly hint?: string
}

/** Thrown across layers that cannot return a result; entries print the diagnostics and exit with 2, never a stack trace. */
export class InputError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.name = 'InputError'
    this.diagnostics = diagnostics
  }
}

/** `file:line:col: error[code] message`, then one indented line each for found, allowed and hint. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.at ? `${d.at.file}:${d.at.line}:${d.at.column}: ` : ''
  const lines = [`${place}${d.severity}[${d.code}] ${printable(d.message)}`]
  if (d.found !== undefined) lines.push(`  found:   ${printable(d.found)}`)
  if (d.allowed !== undefined) lines.push(`  allowed: ${printable(d.allowed)}`)
  if (d.hint !== undefined) lines.push(`  hint:    ${printable(d.hint)}`)
  return lines.join('\n')
}

/** The same in one line, for a log of lines. */
export function lineOf({ at, message, found, allowed, hint }: Diagnostic): string {
  const more = [found, allowed && `allowed: ${allowed}`].filter((s) => s !== undefined && s !== '')
  return `${at ? `${at.file}:${at.line}:${at.column}: ` : ''}${message}${more.length > 0 ? ` (${more.join('; ')})` : ''}${hint === undefined ? '' : `; ${hint}`}`
}

/** In the order a reader meets them: by file, line, column; those without a place first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) =>
    (a.at?.file ?? '').localeCompare(b.at?.file ?? '') ||
    (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
    (a.at?.column ?? 0) - (b.at?.column ?? 0))
}

/** Longer names are no slip of the fingers, and comparing two of them takes time with the product of their lengths. */
const longestSlip = 100
const mostCandidates = 10_000

/** The candidate nearest to `name`, if it is near enough to be a slip of the fingers: at most a third of its length. */
export function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > longestSlip) return undefined
  const wanted = name.toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates.slice(0, mostCandidates)) {
    if (candidate.length > 2 * longestSlip) continue
    const d = distance(wanted, candidate.toLowerCase())
    if (d < least) [best, least] = [candidate, d]
  }
  return best
}

/** Control characters (terminal escapes, line breaks) as visible escapes, and no more than 500 characters: input is not trusted. */
export function printable(text: string, most = 500): string {
  const shown = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return shown.length > most ? `${shown.slice(0, most)}…` : shown
}
