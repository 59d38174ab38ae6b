import type { Column } from './column.ts'
import { counted, fail, type Problems } from './problems.ts'
import type { Table } from './table.ts'
import type { Tokenize } from './tokenizers/definition.ts'
import type { Dataset, Splits } from './types.ts'

/** Ids that are no token: what fills a short text, and every token that the vocabulary lacks. */
export const [paddingId, unknownId] = [0, 1]
/** Their names in the vocabulary, which no tokenizer gives to a token. */
const specials = ['[PAD]', '[UNK]'] as const

/** How many of a row's inputs, from the first, are token ids; 0 without a text. */
export const tokensOf = ({ fitted }: Pick<Dataset, 'fitted'>): number =>
  fitted.reduce((sum, input) => sum + (input.as === 'tokens' ? input.length : 0), 0)

export interface TokenSettings {
  readonly tokenize: Tokenize
  /** The most ids, padding and unknown included. */
  readonly most: number
  /** Tokens per text; longer texts are cut, shorter ones padded at the end. */
  readonly length: number
}

/** A text column as ids. */
export interface TokenIds {
  /** rows × length, row-major. */
  readonly ids: Int32Array
  /** Tokens in the order of their ids, after padding and unknown. */
  readonly vocabulary: readonly string[]
  readonly notes: readonly string[]
}

/**
 * Texts → ids. The vocabulary comes from the training rows alone: their most frequent tokens, equal counts in the order of
 * their characters. So it says nothing about rows that are held out.
 *
 * @throws InputError if held-out rows have no token of the vocabulary at all
 */
export function tokenIds(column: Column, rows: number, splits: Splits, settings: TokenSettings): TokenIds {
  const { length, most } = settings
  const { codes, texts, tokens } = tokenized(column, settings.tokenize)
  const textOf = (row: number): Int32Array => texts[codes[row] ?? -1] ?? new Int32Array()
  const counts = new Float64Array(tokens.length)
  for (const row of splits.train) for (const token of textOf(row)) counts[token] = (counts[token] ?? 0) + 1
  const kept = mostFrequent(tokens, counts, most - specials.length)
  const idOf = new Int32Array(tokens.length).fill(unknownId)
  kept.forEach((token, rank) => {
    idOf[token] = specials.length + rank
  })
  const ids = idsOf(textOf, rows, length, idOf)
  requireKnown(column.name, ids, length, splits)
  const vocabulary = [...specials, ...kept.map((token) => tokens[token] ?? '')]
  const lengths = Array.from({ length: rows }, (_, row) => textOf(row).length)
  return { ids, vocabulary, notes: notesOf(column.name, { ids, vocabulary, lengths, seen: counts }, settings) }
}

/**
 * Texts as ids of a vocabulary that was fitted before.
 *
 * @param vocabulary tokens in the order of their ids, padding and unknown included
 */
export function knownTokenIds(
  column: Column,
  rows: number,
  vocabulary: readonly string[],
  { tokenize, length }: Omit<TokenSettings, 'most'>,
): Int32Array {
  const { codes, texts, tokens } = tokenized(column, tokenize)
  const known = new Map(vocabulary.slice(specials.length).map((token, rank) => [token, specials.length + rank]))
  const idOf = Int32Array.from(tokens, (token) => known.get(token) ?? unknownId)
  return idsOf((row) => texts[codes[row] ?? -1] ?? new Int32Array(), rows, length, idOf)
}

/** rows × length, row-major: longer texts cut, shorter ones padded at the end. */
function idsOf(textOf: (row: number) => Int32Array, rows: number, length: number, idOf: Int32Array): Int32Array {
  const ids = new Int32Array(rows * length).fill(paddingId)
  for (let row = 0; row < rows; row++) {
    ids.set(
      textOf(row)
        .subarray(0, length)
        .map((token) => idOf[token] ?? unknownId),
      row * length,
    )
  }
  return ids
}

/** Each different text once, as numbers of its tokens. */
function tokenized({ codes, levels, name }: Column, tokenize: Tokenize) {
  if (!codes || !levels) throw new Error(`the texts of column "${name}" were not kept`)
  const numbers = new Map<string, number>()
  const numberOf = (token: string): number => {
    const known = numbers.get(token)
    if (known !== undefined) return known
    numbers.set(token, numbers.size)
    return numbers.size - 1
  }
  const texts = levels.map((text) => Int32Array.from(tokenize(text), numberOf))
  return { codes, texts, tokens: [...numbers.keys()] }
}

function mostFrequent(tokens: readonly string[], counts: Float64Array, most: number): number[] {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return [...counts.keys()]
    .filter((token) => (counts[token] ?? 0) > 0)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || byText(tokens[a] ?? '', tokens[b] ?? ''))
    .slice(0, most)
}

/** Held-out rows without a known token would all get one prediction: they are in another language, or of another column. */
function requireKnown(name: string, ids: Int32Array, length: number, { validation, test }: Splits): void {
  const isKnown = (row: number): boolean => ids.subarray(row * length, (row + 1) * length).some((id) => id > unknownId)
  for (const [part, rows] of [['validation', validation] as const, ['test', test] as const]) {
    if (rows.length === 0 || rows.some(isKnown)) continue
    fail({
      code: 'data/unknown-texts',
      message: `no ${part} row has a token in column "${name}" that the training rows have`,
      found: counted(rows.length, 'row'),
      hint: 'check the column, or use more training rows; for texts without blanks between words set tokenizer: char',
    })
  }
}

interface Facts extends Pick<TokenIds, 'ids' | 'vocabulary'> {
  /** Tokens of each row. */
  readonly lengths: readonly number[]
  /** How often the training rows have each token. */
  readonly seen: Float64Array
}

function notesOf(name: string, { ids, vocabulary, lengths, seen }: Facts, { most, length }: TokenSettings): string[] {
  const different = seen.reduce((sum, count) => sum + Number(count > 0), 0)
  const cut = lengths.filter((tokens) => tokens > length).length
  const none = lengths.filter((tokens) => tokens === 0).length
  const read = lengths.reduce((sum, tokens) => sum + Math.min(tokens, length), 0)
  const unknown = ids.reduce((sum, id) => sum + Number(id === unknownId), 0)
  const percent = (part: number, of: number): string => `${((100 * part) / Math.max(1, of)).toFixed(1)} %`
  const all = `${counted(different, 'different token')} in the training rows of "${name}"`
  return [
    vocabulary.length < most
      ? `${all}: the vocabulary has ${counted(vocabulary.length, 'id')}, fewer than the ${most.toLocaleString('en')} allowed`
      : `${all}; the vocabulary has the ${(most - specials.length).toLocaleString('en')} most frequent`,
    `${percent(unknown, read)} of all tokens of "${name}" are not in the vocabulary`,
    ...(cut === 0
      ? []
      : [`${percent(cut, lengths.length)} of the texts are longer than ${counted(length, 'token')} and cut`]),
    ...(none === 0 ? [] : [`${counted(none, 'text')} without any token`]),
  ]
}

/** Rejects cells without a text. A word such as NA is a text. */
export function checkTexts({ file }: Table, column: Column, problems: Problems): void {
  const { codes, levels, bad, name, index } = column
  const blank = new Set(levels?.flatMap((text, code) => (text.trim() === '' ? [code] : [])))
  const count = codes?.reduce((sum, code) => sum + Number(blank.has(code)), 0) ?? 0
  const listed = bad.filter(({ kind, found }) => kind === 'missing' && found.trim() === '')
  for (const { line, file: own = file } of listed) {
    problems.add({
      code: 'data/empty-text',
      message: `an empty text in column "${name}"`,
      at: { file: own, line, column: index + 1 },
      found: 'nothing',
      hint: 'write the text, or drop the row',
    })
  }
  if (listed.length > 0 || count === 0) return problems.addUnlisted(Math.max(0, count - listed.length))
  problems.add({ code: 'data/empty-text', message: `column "${name}" has empty texts`, found: counted(count, 'row') })
}
