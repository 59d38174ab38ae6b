import { InputError, sortDiagnostics } from '../base/diagnostics.ts'
import type { Diagnostic } from '../base/diagnostics.ts'

/** No reader works through more of them, and a file full of errors would otherwise print forever. */
const LISTED = 20

export type Problem = Omit<Diagnostic, 'severity'>

/** All problems of a data file, collected before failing: the first 20 in full, the rest as a count. */
export class Problems {
  readonly #listed: Diagnostic[] = []
  #count = 0

  add(problem: Problem): void {
    this.#count++
    // Keeps twice as many as are shown: they may arrive column by column and are sorted by line only at the end.
    if (this.#listed.length < 2 * LISTED) this.#listed.push({ ...problem, severity: 'error' })
  }

  /** Number of problems that are only counted. */
  addUnlisted(count: number): void {
    this.#count += count
  }

  /** Throws an InputError if there was any problem. */
  throwIfAny(): void {
    if (this.#count === 0) return
    const shown = sortDiagnostics(this.#listed).slice(0, LISTED)
    const left = this.#count - shown.length
    if (left > 0) {
      const message = `${left.toLocaleString('en')} more problem${left === 1 ? '' : 's'} not listed`
      shown.push({ code: 'data/more', severity: 'error', message, unlisted: left })
    }
    throw new InputError(shown)
  }
}

/** Ends with a single problem. */
export function fail(problem: Problem): never {
  throw new InputError([{ ...problem, severity: 'error' }])
}

/** "1 row", "3 rows". */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : /[sx]$/.test(what) ? 'es' : 's'}`
}
