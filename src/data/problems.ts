import { InputError, sortDiagnostics } from '../base/diagnostics.ts'
import type { Diagnostic } from '../base/diagnostics.ts'

/** No reader works through more of them, and a file full of errors would otherwise print forever. */
const LISTED = 20

export type Problem = Omit<Diagnostic, 'severity'>

/** Problems that say the same of more rows than this are one problem, at the first of them. */
const FEW = 5

interface Alike {
  /** The first of them, until they are too many to name. */
  readonly first: Diagnostic[]
  count: number
}

/** All problems of a data file, collected before failing: the first 20 in full, the rest as a count. */
export class Problems {
  /** By what they say, and of which file. */
  readonly #alike = new Map<string, Alike>()
  /** Those that are only counted. */
  #unlisted = 0

  add(problem: Problem): void {
    const key = `${problem.code} ${problem.at?.file ?? ''} ${problem.message}`
    const known = this.#alike.get(key)
    // Keeps twice as many as are shown: they may arrive column by column and are sorted by line only at the end.
    if (!known && this.#alike.size >= 2 * LISTED) this.#unlisted++
    else if (!known) this.#alike.set(key, { first: [{ ...problem, severity: 'error' }], count: 1 })
    else if (known.count++ < FEW) known.first.push({ ...problem, severity: 'error' })
  }

  /** Number of problems that are only counted. */
  addUnlisted(count: number): void {
    this.#unlisted += count
  }

  /** Throws an InputError if there was any problem. */
  throwIfAny(): void {
    if (this.#alike.size === 0 && this.#unlisted === 0) return
    const all = [...this.#alike.values()].flatMap(told)
    const shown = sortDiagnostics(all).slice(0, LISTED)
    const left = all.length - shown.length + this.#unlisted
    if (left > 0) {
      const message = `${left.toLocaleString('en')} more problem${left === 1 ? '' : 's'} not listed`
      shown.push({ code: 'data/more', severity: 'error', message, unlisted: left })
    }
    throw new InputError(shown)
  }
}

/** All of them, or the first with the lines of a few more. */
function told({ first, count }: Alike): readonly Diagnostic[] {
  const [one, ...next] = first
  if (count <= FEW || !one) return first
  const lines = next.flatMap(({ at }) => at?.line ?? []).slice(0, 3)
  const where = lines.length === 0 ? '' : `, in lines ${lines.join(', ')}${count - 1 > lines.length ? ' and others' : ''}`
  return [{ ...one, message: `${one.message}, and ${(count - 1).toLocaleString('en')} more like this${where}` }]
}

/** Ends with a single problem. */
export function fail(problem: Problem): never {
  throw new InputError([{ ...problem, severity: 'error' }])
}

/** "1 row", "3 rows". */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : /[sx]$/.test(what) ? 'es' : 's'}`
}
