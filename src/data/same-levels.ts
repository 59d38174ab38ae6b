import { groupBy, listed } from '../base/lists.ts'
import { fail } from './problems.ts'

/** Numbers of up to 15 digits, which doubles tell apart, and without leading zeros, which make a code. */
const decimal = /^(?!(?:\D*\d){16})[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:e[+-]?\d+)?$/i

/** The same for two spellings of one value: of a number, or of letters in different Unicode forms. */
const valueOf = (level: string): string => (decimal.test(level) ? String(Number(level) + 0) : level.normalize('NFC'))
/** The same for two texts that a person may have meant as one. */
const meaningOf = (level: string): string => valueOf(level.normalize('NFKC')).replace(/\s+/g, ' ').trim().toLowerCase()

/**
 * Rejects levels that are one value in two spellings, such as 1 and 1.0: each would be a class or a category of its own.
 *
 * @param what what the levels are, for messages: `classes`
 * @returns a note on levels that differ only in case, blanks or the form of letters, which may be meant
 */
export function requireDifferent(name: string, levels: readonly string[], what: string): string[] {
  const [same] = alike(levels, valueOf)
  if (same) {
    fail({
      code: 'data/same-level',
      message: `column "${name}" spells one value in different ways`,
      found: same.map((level) => JSON.stringify(level)).join(', '),
      hint: decimal.test(same[0] ?? '') ? 'write each number in one way' : 'write the text in one Unicode form, such as NFC',
    })
  }
  const near = alike(levels, meaningOf)
  if (near.length === 0) return []
  const shown = listed(near, 4, (group) => group.map((level) => JSON.stringify(level)).join(' and '))
  return [`${what} of "${name}" that differ only in case, blanks or the form of letters: ${shown}`]
}

/** Groups of two levels or more with the same key. */
const alike = (levels: readonly string[], keyOf: (level: string) => string): string[][] =>
  [...groupBy(levels, keyOf).values()].filter((group) => group.length > 1)
