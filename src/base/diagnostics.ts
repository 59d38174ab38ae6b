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
export const formatDiagnostic = (d: Diagnostic): string => diagnosticLines(d).join('\n')

/** The same, each element one line of any terminal or log. */
export function diagnosticLines(d: Diagnostic): string[] {
  const lines = [`${placeOf(d)}${d.severity}[${printable(d.code, 100)}] ${printable(d.message)}`]
  if (d.found !== undefined) lines.push(`  found:   ${printable(d.found)}`)
  if (d.allowed !== undefined) lines.push(`  allowed: ${printable(d.allowed)}`)
  if (d.hint !== undefined) lines.push(`  hint:    ${printable(d.hint)}`)
  return lines
}

/** The same in one line, for a log of lines. */
export function lineOf(d: Diagnostic): string {
  const { message, found, allowed, hint } = d
  const more = [found, allowed && `allowed: ${allowed}`].filter((s) => s !== undefined && s !== '')
  const text = `${message}${more.length > 0 ? ` (${more.join('; ')})` : ''}${hint === undefined ? '' : `; ${hint}`}`
  return `${placeOf(d)}${printable(text, 2000)}`
}

const placeOf = ({ at }: Diagnostic): string => (at ? `${printable(shownPath(at.file))}:${at.line}:${at.column}: ` : '')

/**
 * Why a program of ours failed, for people who mend it: the message in one line, then the calls that led to it. A message may
 * quote foreign text.
 */
export function defectLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [printable(String(error), 2000)]
  const calls = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [printable(`${error.name}: ${error.message}`, 2000), ...calls.map((line) => printable(line))]
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
