import { distance } from 'fastest-levenshtein'
import { shownPath } from './paths.ts'
import { printable } from './printable.ts'

export { printable } from './printable.ts'

/** A place in a file that a person wrote; `line` and `column` count from 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One problem with what the user supplied, complete enough to fix it without reading our code. */
export interface Diagnostic {
  /** Stable, greppable: `spec/unknown-key`, `data/not-a-number`. */
  readonly code: string
  readonly severity: 'error' | 'warning' | 'note'
  /** What is wrong, in a sentence without the position. */
  readonly message: string
  /** Absent if the problem has no place, such as a file that cannot be opened. */
  readonly at?: SourcePosition
  readonly found?: string
  readonly allowed?: string
  /** What to do about it. */
  readonly hint?: string
  /** Present if this stands for so many problems that are not listed. It is printed last. */
  readonly unlisted?: number
}

/**
 * Thrown across layers that cannot return a result. Entry points print the diagnostics and exit with 2, never with a stack
 * trace.
 */
export class InputError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.name = 'InputError'
    this.diagnostics = diagnostics
  }
}

/** `file:line:col: error[code] message`, then one indented line each for found, allowed and hint. */
export const formatDiagnostic = (d: Diagnostic): string => diagnosticLines(d).join('\n')

/** The same, with each element as one line for any terminal or log. */
export function diagnosticLines(d: Diagnostic): string[] {
  const lines = [`${placeOf(d)}${d.severity}[${printable(d.code, 100)}] ${printable(d.message)}`]
  if (d.found !== undefined) lines.push(`  found:   ${printable(d.found)}`)
  if (d.allowed !== undefined) lines.push(`  allowed: ${printable(d.allowed)}`)
  if (d.hint !== undefined) lines.push(`  hint:    ${printable(d.hint)}`)
  return lines
}

/** The same in one line, for a line-based log. */
export function lineOf(d: Diagnostic): string {
  const { message, found, allowed, hint } = d
  const more = [found, allowed && `allowed: ${allowed}`].filter((s) => s !== undefined && s !== '')
  const text = `${message}${more.length > 0 ? ` (${more.join('; ')})` : ''}${hint === undefined ? '' : `; ${hint}`}`
  return `${placeOf(d)}${printable(text, 2000)}`
}

const placeOf = ({ at }: Diagnostic): string => (at ? `${printable(shownPath(at.file))}:${at.line}:${at.column}: ` : '')

/**
 * Why one of our programs failed, for the people who fix it: the message in one line, then the calls that led to it. A
 * message may quote foreign text.
 */
export function defectLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [printable(String(error), 2000)]
  const calls = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [printable(`${error.name}: ${error.message}`, 2000), ...calls.map((line) => printable(line))]
}

/** How many problems these are, with those that are only counted. */
export const problemCount = (all: readonly Diagnostic[]): number => all.reduce((sum, one) => sum + (one.unlisted ?? 1), 0)

/** In reading order: by file, line, column; diagnostics without a place come first, and the count of the rest last. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      Number(a.unlisted !== undefined) - Number(b.unlisted !== undefined) ||
      (a.at?.file ?? '').localeCompare(b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  )
}

/** Longer names are not typos, and comparing two of them takes time proportional to the product of their lengths. */
const longestSlip = 100
const mostCandidates = 10_000

/** The candidate nearest to `name`, if it is close enough for a typo: at most a third of its length. */
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
