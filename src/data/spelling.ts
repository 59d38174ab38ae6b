import { occurrences } from '../base/lists.ts'
import { isMissing, parseNumber } from './cells.ts'

/** A way to write numbers other than the decimal notation that is read. */
export interface Spelling {
  /** Reads after "numbers": `with thousands separators`. */
  readonly words: string
  readonly hint: string
}

const sign = String.raw`[+\-\u2212\u2010-\u2015\uFE63\uFF0D]?`
/** Anything that separates groups of three digits, except the comma and the point. */
const blank = String.raw`[ \u00A0\u2009\u202F'\u2019]`
const byCommas = String.raw`(?:,\d{3})+(?:\.\d+)?`
const byPoints = String.raw`(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d+`
const byBlanks = String.raw`(?:${blank}\d{3})+(?:[.,]\d+)?`
const groups = String.raw`[1-9]\d{0,2}(?:${byCommas}|${byPoints}|${byBlanks})`
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

/** Words that may stand for a missing value. They may also be categories, so they are not read as missing. */
const missingWords = /^(?:[-–—−]{1,3}|\.{1,3}|\*|na|n\.a\.|n\/a|none|nil|missing|unknown|undefined|not available|no data)$/i

export const isMissingWord = (text: string): boolean => missingWords.test(text)

/** Among this many different numbers or fewer, `-` may be a category. */
const fewestNumbers = 10
/** The largest share of other texts among numbers. */
const slips = 0.05

/**
 * Why a column of numbers is read as texts: how its numbers are spelled, or the words that stand for a missing value.
 * Undefined if the texts are not numbers, or if they are plain ones.
 *
 * @param texts different texts of the column
 * @returns the spelling, examples, and all words for a missing value if they are the reason
 */
export function spelledNumbers(
  texts: readonly string[],
): { readonly spelling: Spelling; readonly found: string[]; readonly missing: string[] } | undefined {
  const present = texts.filter((text) => !isMissing(text))
  const spelled = present.flatMap((text) => (Number.isNaN(parseNumber(text)) ? [[text, spellingOf(text)] as const] : []))
  const words = spelled.filter(([text, spelling]) => !spelling && isMissingWord(text)).map(([text]) => text)
  const known = spelled.filter(([, spelling]) => spelling !== undefined)
  const numbers = present.length - spelled.length + known.length
  const others = present.length - numbers - words.length
  if (numbers === 0) return withUnit(present)
  if (numbers < 2 || others > slips * present.length) return undefined
  if (known.length > 0) {
    const spelling = commonest(known.flatMap(([, one]) => one ?? []))
    const found = known.filter(([, one]) => one === spelling).map(([text]) => text)
    return { spelling: unlessDecimal(spelling, present), found: found.slice(0, 3), missing: [] }
  }
  if (words.length === 0 || numbers <= fewestNumbers) return undefined
  const hint = 'list these words under data.missing.values'
  const found = words.slice(0, 3)
  return { spelling: named(`and ${found.join(', ')} for missing values`, hint), found, missing: words }
}

const measured = whole(String.raw`${sign}${plain}\s?([a-zµ°²³/]{1,8})`, 'i')

/** Numbers that all have the same unit, such as `1.5 kg`. A few of them may be categories, such as `4 cyl`. */
function withUnit(texts: readonly string[]): ReturnType<typeof spelledNumbers> {
  const [unit] = [...new Set(texts.map((text) => measured.exec(text)?.[1]))]
  if (unit === undefined || texts.length <= fewestNumbers) return undefined
  if (!texts.every((text) => measured.exec(text)?.[1] === unit)) return undefined
  return { spelling: named(`with the unit ${unit}`, 'write the numbers alone'), found: texts.slice(0, 3), missing: [] }
}

/** Commas separate thousands only if each of them, in every text, is followed by groups of three digits. */
function unlessDecimal(spelling: Spelling, texts: readonly string[]): Spelling {
  return spelling === thousands && texts.some((text) => spellingOf(text) === decimalCommas) ? decimalCommas : spelling
}

const commonest = (all: readonly Spelling[]): Spelling => [...occurrences(all)].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
