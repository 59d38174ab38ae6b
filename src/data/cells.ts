/** Texts that mean "no value" in files written by people, spreadsheets, databases, pandas, R and Weka. */
export const missingTexts: ReadonlySet<string> = new Set([
  ...['', 'NA', 'N/A', 'NaN', 'nan', 'NAN', 'null', 'NULL', '?', '<NA>', 'NaT', '-nan', '-NaN', '\\N'],
  ...['#N/A', '#N/A N/A', '#NA', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#NULL!', '1.#QNAN', '1.#IND', '-1.#IND'],
])

/** The largest magnitude that still rounds to a finite 32-bit float, the type of model inputs. */
const LARGEST = 3.4028235677973362e38

export function isMissing(text: string): boolean {
  return missingTexts.has(text) || text.trim() === ''
}

/** Whether a number stays finite as a 32-bit float. */
export function fitsFloat32(value: number): boolean {
  return Math.abs(value) <= LARGEST
}

/**
 * The decimal number that the whole text spells, ±Infinity for infinities, NaN for everything else, including hexadecimal.
 */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (value === 0 && text.trim() === '') return NaN
  if (text.length > 2 && /^\s*[+-]?0[xob]/i.test(text)) return NaN
  if (Number.isNaN(value)) return infinity(text)
  return value
}

function infinity(text: string): number {
  const [, sign] = /^([+-]?)inf(?:inity)?$/i.exec(text.trim()) ?? []
  if (sign === undefined) return NaN
  return sign === '-' ? -Infinity : Infinity
}

/** `rounded` is an integer whose last digits were lost, so that two of them may have become one. */
export type BadKind = (typeof badKinds)[number]
export const badKinds = ['missing', 'text', 'infinite', 'rounded'] as const

/** The count of a column without bad cells. */
export const noneBad: Readonly<Record<BadKind, number>> = { missing: 0, text: 0, infinite: 0, rounded: 0 }

/** A cell that may turn out to be wrong, depending on what the column is used for. */
export interface BadCell {
  readonly kind: BadKind
  readonly line: number
  readonly found: string
  /** The file, if the table consists of several. */
  readonly file?: string
}

/** Bad cells of a kind that a column names one by one; of more, the first few are known. */
export const keptBad = 5
