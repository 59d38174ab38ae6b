import { isEmpty, numberOf } from '../diagnose/read/cell.ts'
import { plainName } from '../diagnose/read/columns.ts'
import type { RawRow } from '../diagnose/read/raw.ts'
import type { Diagnostic } from '../base/diagnostics.ts'
import { groupBy } from '../base/lists.ts'
import type { FoundRun } from './find-runs.ts'
import { namesIn } from './points.ts'
import { reader } from './read-file.ts'

/** The rows of one run of one seed. */
export interface SeedRun extends FoundRun {
  readonly seed: number
}

/** Reports a problem with results; the reader goes on, so that all are told at once. */
export type ReportProblem = (code: string, message: string, more?: Omit<Diagnostic, 'code' | 'severity' | 'message'>) => void

/** Collects problems with results. */
export function collectProblems(): { readonly report: ReportProblem; readonly all: readonly Diagnostic[] } {
  const all: Diagnostic[] = []
  return {
    all,
    report: (code, message, more = {}) => all.push({ code: `${reader}/${code}`, severity: 'error', message, ...more }),
  }
}

/**
 * The runs by seed. The seed stands in a column of the rows, among the parameters of the run, or after the word `seed` in
 * its path.
 *
 * @param name the name of the column or the parameter
 * @param expected the seeds that there must be; null allows any
 */
export function runsBySeed(
  runs: readonly FoundRun[],
  { seed: name, seeds: expected }: { readonly seed: string; readonly seeds: readonly number[] | null },
  report: ReportProblem,
): SeedRun[] {
  const found = runs.flatMap((run) => seedsOf(run, name, report)).sort((a, b) => a.seed - b.seed)
  for (const [seed, own] of groupBy(found, (run) => String(run.seed))) {
    if (own.length < 2) continue
    report('seed-twice', `there are ${own.length} runs with the seed ${seed}`, {
      found: own.map(({ source }) => source).join(', '),
      allowed: 'one run for each seed',
      hint: 'pass the results of one configuration at a time, and remove runs that were repeated',
    })
  }
  if (expected !== null && found.length > 0) checkExpected(found, expected, report)
  return found
}

function checkExpected(found: readonly SeedRun[], expected: readonly number[], report: ReportProblem): void {
  const own = new Set(found.map(({ seed }) => seed))
  const missing = expected.filter((seed) => !own.has(seed))
  const more = [...own].filter((seed) => !expected.includes(seed))
  const listed = { found: [...own].join(', '), allowed: expected.join(', ') }
  if (missing.length > 0) report('seeds-missing', `the results lack seeds of the spec: ${missing.join(', ')}`, listed)
  if (more.length > 0)
    report('seeds-unknown', `the results have seeds that the spec does not list: ${more.join(', ')}`, listed)
}

function seedsOf(run: FoundRun, name: string, report: ReportProblem): SeedRun[] {
  const column = run.rows.some((row) => cellOf(row, name) !== undefined)
  if (!column) {
    const seed = seedBeside(run, name)
    if (seed !== undefined) return [{ ...run, seed }]
    report('no-seed', `${run.source} does not say which seed it was trained with`, {
      found: namesIn(run.rows).slice(0, 20).join(', '),
      allowed: `a column or parameter ${name}, or a path such as seed-3`,
      hint: 'name it in the spec: results: { seed: NAME }',
    })
    return []
  }
  const groups = groupBy(run.rows, (row) => cellOf(row, name)?.text ?? '')
  return [...groups].flatMap(([text, rows]): SeedRun[] => {
    const seed = wholeNumber(text)
    if (seed !== undefined) return [{ ...run, rows, seed }]
    report('seed', text === '' ? 'a row has no seed' : 'a seed must be a whole number', {
      ...(run.mixed ? { at: { file: run.source, line: rows[0]?.line ?? 1, column: 1 } } : {}),
      found: text === '' ? `an empty ${name}` : text,
      allowed: 'a whole number of 0 or more',
    })
    return []
  })
}

function cellOf({ cells }: RawRow, name: string): { readonly text: string } | undefined {
  const cell = cells.find(([own, text]) => isNamed(own, name) && !isEmpty(text))
  return cell && { text: cell[1] }
}

/** A tool may put the parameters of a script under a name of their own: `params.seed`. */
const isNamed = (own: string, name: string): boolean =>
  plainName(own) === plainName(name) || own.endsWith(`.${name}`) || own.endsWith(`/${name}`)

function seedBeside({ parameters, source }: FoundRun, name: string): number | undefined {
  const parameter = [...parameters].find(([key]) => isNamed(key, name))?.[1]
  if (parameter !== undefined) return wholeNumber(parameter)
  return wholeNumber([...source.matchAll(/seed[-_=. ]?(\d+)/gi)].at(-1)?.[1] ?? '')
}

function wholeNumber(text: string): number | undefined {
  const value = isEmpty(text) ? undefined : numberOf(text)
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
