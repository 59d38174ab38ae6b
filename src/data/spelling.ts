import { occurrences } from '../base/lists.ts'
import { isMissing, parseNumber } from './cells.ts'

/** A way to write numbers that is not the decimal notation that is read. */
export interface Spelling {
  /** Reads after "numbers": `with thousands separators`. */
  readonly words: string
  readonly hint: string
}

const sign = String.raw`[+\-\u2212\u2010-\u2015\uFE63\uFF0D]?`
/** Anything that separates groups of three digits, except the comma and the point. */
const blank = String.raw`[ \u00A0\u2009\u202F'\u2019]`
const groups = String.raw`[1-9]\d{0,2}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d+|(?:${blank}\d{3})+(?:[.,]\d+)?)`
const plain = String.raw`(?:\d+(?:[.,]\d+)?|[.,]\d+|${groups})`

const whole = (pattern: string, flags = ''): RegExp => new RegExp(`^\\s*${pattern}\\s*$`, flags)

const named = (words: string, hint: string): Spelling => ({ words, hint })

const decimalCommas = named('with decimal commas', 'write decimal points')
const thousands = named('with thousands separators', 'remove the separators')

/** In the order in which they are tried. */
const spellings: readonly (readonly [RegExp, Spelling])[] = [
  [whole(`${sign}${groups}`), thousands],
  [whole(String.raw`${sign}\d*,\d+`), decimalCommas],
  [
    whole(String.raw`[\u2212\u2010-\u2015\uFE63\uFF0D]${plain}(?:e[+\-\u2212]?\d+)?`, 'i'),
    named('with a typographic minus', 'write a hyphen-minus (-)'),
  ],
  [
    whole(String.raw`${sign}${plain}[dq][+-]?\d+`, 'i'),
    named('with D exponents, as Fortran writes them', 'write e instead of d'),
  ],
  [
    whole(String.raw`${sign}\s*\p{Sc}\s*${sign}${plain}[kmb]?|${sign}${plain}\s*\p{Sc}`, 'iu'),
    named('with a currency sign', 'write the number alone'),
  ],
  [whole(String.raw`(?:${sign}${plain})\s*%`), named('in percent', 'write the number alone')],
  [whole(String.raw`\(\s*\p{Sc}?\s*${plain}\s*\)`, 'u'), named('in parentheses, for negative ones', 'write a minus')],
  [whole(`${plain}-`), named('with the minus at the end', 'write the minus first')],
  [whole(String.raw`[<>≤≥~≈]=?\s*${sign}${plain}`), named('with bounds such as <5', 'decide on a number for each bound')],
  [whole(String.raw`[+-]?[\p{Nd}]+(?:[.,\u066B][\p{Nd}]+)?`, 'u'), named('in other digits', 'write the digits 0 to 9')],
]

export const isDecimalComma = (spelling: Spelling): boolean => spelling === decimalCommas

/** How a text that is not a decimal number spells one; undefined if it spells none. */
export function spellingOf(text: string): Spelling | undefined {
  if (text.length > 60 || !/\p{Nd}/u.test(text)) return undefined
  return spellings.find(([pattern]) => pattern.test(text))?.[1]
}

/** Words for a missing value that are no word for it anywhere else, so a category may have the name. */
const missingWords = /^(?:[-–—−]{1,3}|\.{1,3}|\*|na|n\.a\.|n\/a|none|nil|missing|unknown|undefined|not available|no data)$/i

export const isMissingWord = (text: string): boolean => missingWords.test(text)

/** With fewer different numbers than this, `-` beside them may be a category. */
const fewestNumbers = 10
/** Texts that are allowed among numbers. */
const slips = 0.05

/**
 * What keeps a column of texts from being one of numbers: how its numbers are spelled, or the word that stands for a missing
 * value. Undefined if the texts are no numbers, or nothing keeps them.
 *
 * @param texts different texts of the column
 */
export function spelledNumbers(
  texts: readonly string[],
): { readonly spelling: Spelling; readonly found: string[] } | undefined {
  const present = texts.filter((text) => !isMissing(text))
  const spelled = present.flatMap((text) => (Number.isNaN(parseNumber(text)) ? [[text, spellingOf(text)] as const] : []))
  const words = spelled.filter(([text, spelling]) => !spelling && isMissingWord(text)).map(([text]) => text)
  const known = spelled.filter(([, spelling]) => spelling !== undefined)
  const numbers = present.length - spelled.length + known.length
  const others = present.length - numbers - words.length
  if (numbers < 2 || others > slips * present.length) return undefined
  if (known.length > 0) {
    const spelling = commonest(known.flatMap(([, one]) => one ?? []))
    const found = known.filter(([, one]) => one === spelling).map(([text]) => text)
    return { spelling: unlessDecimal(spelling, present), found: found.slice(0, 3) }
  }
  if (words.length === 0 || numbers <= fewestNumbers) return undefined
  const hint = 'leave the cell of a missing value empty'
  return { spelling: named(`and ${words.slice(0, 3).join(', ')} for missing values`, hint), found: words.slice(0, 3) }
}

/** Commas separate thousands only if groups of three digits follow each of them everywhere. */
function unlessDecimal(spelling: Spelling, texts: readonly string[]): Spelling {
  return spelling === thousands && texts.some((text) => spellingOf(text) === decimalCommas) ? decimalCommas : spelling
}

const commonest = (all: readonly Spelling[]): Spelling => [...occurrences(all)].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
