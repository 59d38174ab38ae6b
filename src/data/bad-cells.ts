import { keptBad, type BadCell, type BadKind } from './cells.ts'
import type { Column } from './column.ts'
import { counted, type Problem, type Problems } from './problems.ts'
import { isMissingWord, spelledNumbers, spellingOf } from './spelling.ts'
import type { Table } from './table.ts'

/**
 * What a cell without a value means: `filled-in` is no problem, an `input` could be filled in, and nothing can be done about
 * a row without a target, or without a value that is `needed` to split or weigh it.
 */
export type MissingCells = 'filled-in' | 'input' | 'no-target' | 'needed'

interface Use {
  readonly use: 'number' | 'text'
  readonly missing: MissingCells
}

/**
 * Reports the cells that the use of a column does not allow. A few of a kind are named one by one; more of them are one
 * problem with their number, at the first of them.
 */
export function checkCells({ file, rows }: Table, column: Column, { use, missing }: Use, problems: Problems): void {
  const place = (line: number, own = file) => ({ file: own, line, column: column.index + 1 })
  if (rows > 0 && column.badCount.missing === rows) {
    const at = place(column.bad[0]?.line ?? 1)
    problems.add({ code: 'data/empty-column', message: `column "${column.name}" has no values`, at, hint: 'leave it out' })
    return
  }
  const spelled = use === 'number' && column.badCount.text > 1 ? spelledCells(column) : undefined
  if (spelled) problems.add({ ...spelled.problem, at: place(spelled.line, spelled.file) })
  const unfit: readonly BadKind[] = use === 'text' ? ['rounded'] : spelled ? ['infinite'] : ['text', 'infinite']
  const wrong: readonly BadKind[] = missing === 'filled-in' ? unfit : ['missing', ...unfit]
  const hint = missing === 'filled-in' ? '' : missingHints[missing]
  for (const { cell, count, found } of namedCells(column, wrong)) {
    const problem = explain(cell, { column: column.name, hint, count, rows })
    problems.add({ ...problem, found, at: place(cell.line, cell.file) })
  }
}

/** A bad cell that a problem names, for itself or for all of its kind. */
interface NamedCell {
  readonly cell: BadCell
  /** Cells that the problem is about: 1, or all of the kind. */
  readonly count: number
  /** What they hold. */
  readonly found: string
}

/** The cells of these kinds that problems name: each one of a few, otherwise the first of many for all of them. */
export function namedCells({ bad, badCount }: Column, kinds: readonly BadKind[]): NamedCell[] {
  return kinds.flatMap((kind) => {
    const cells = bad.filter((cell) => cell.kind === kind)
    const all = badCount[kind]
    if (all <= keptBad) return cells.map((cell) => ({ cell, count: 1, found: foundIn([cell]) }))
    return cells.slice(0, 1).map((cell) => ({ cell, count: all, found: foundIn(cells) }))
  })
}

/** What the cells hold, each text once, and no more than three. */
function foundIn(cells: readonly BadCell[]): string {
  const texts = [...new Set(cells.map(({ found }) => (found === '' ? 'nothing' : found)))]
  return `${texts.slice(0, 3).join(', ')}${texts.length > 3 ? ' and others' : ''}`
}

/** One problem for all cells of a column that spell numbers in a way that is not read. */
function spelledCells({ name, bad, badCount }: Column) {
  const cells = bad.filter(({ kind }) => kind === 'text')
  const [first] = cells
  const spelled = spelledNumbers(cells.map(({ found }) => found))
  if (!first || !spelled) return undefined
  return {
    line: first.line,
    file: first.file,
    problem: {
      code: 'data/not-a-number',
      message:
        `${counted(badCount.text, 'cell')} of column "${name}" have numbers ${spelled.spelling.words}, ` +
        'the first of them here',
      found: first.found,
      allowed: 'a decimal number',
      hint: spelled.spelling.hint,
    },
  }
}

function hintFor(found: string): string {
  if (isMissingWord(found)) return 'if it means that there is no value, list it under data.missing.values'
  return spellingOf(found)?.hint ?? 'list the column under data.inputs.categorical if it holds categories'
}

interface Told {
  readonly column: string
  /** What to do about a missing value. */
  readonly hint: string
  /** 1 for a cell that is named by itself. */
  readonly count: number
  readonly rows: number
}

/** What is wrong with one cell, or with all of its kind in a column. */
function explain({ kind, found }: BadCell, { column: name, hint, count, rows }: Told): Omit<Problem, 'at' | 'found'> {
  const column = `column "${name}"`
  const one = count === 1
  const many = (what: string): string =>
    `${count.toLocaleString('en')} of ${counted(rows, 'value')} in ${column} ${what}, the first of them here`
  switch (kind) {
    case 'missing':
      return {
        code: 'data/missing',
        message: one ? `a missing value in ${column}` : many('are missing'),
        hint,
      }
    case 'text':
      return {
        code: 'data/not-a-number',
        message: one ? `not a number in ${column}` : many('are no numbers'),
        allowed: one ? 'a decimal number' : 'decimal numbers',
        hint: hintFor(found),
      }
    case 'rounded':
      return {
        code: 'data/large-integer',
        message: one
          ? `an integer in ${column} that is too large to be kept exactly`
          : many('are integers that are too large to be kept exactly'),
        allowed: 'integers up to 9007199254740991, or texts',
        hint: `write ${one ? 'it' : 'them'} in quotes`,
      }
    case 'infinite':
      return {
        code: 'data/not-finite',
        message: one ? `a number in ${column} that is not a finite 32-bit float` : many('are no finite 32-bit floats'),
      }
  }
}

const missingHints: Readonly<Record<Exclude<MissingCells, 'filled-in'>, string>> = {
  input: 'set data.missing, such as { strategy: indicator }, to fill in missing inputs; or drop the rows first',
  'no-target': 'a target is never filled in: delete the rows without one, or predict another column',
  needed: 'delete the rows without one, or fill it in yourself',
}
