import type { Tokenizer, TokenizerDefinition } from './definition.ts'

/**
 * Lowercase words with inner apostrophes, such as `don't`; every other character that is not a blank is a token of its own.
 * Letters, marks and digits are those of Unicode.
 */
export const word: TokenizerDefinition<'word'> = {
  name: 'word',
  tokenize: (text) => text.normalize('NFC').toLowerCase().match(wordOrSign) ?? [],
}

const wordOrSign = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]/gu

/** Characters as they are, blanks included: for codes, names, and languages that put no blanks between words. */
const char: TokenizerDefinition<'char'> = { name: 'char', tokenize: (text) => [...text.normalize('NFC')] }

/** Every tokenizer without a file, in the order of the schema. */
export const tokenizers = [word, char] as const

/** The tokenizer of a spec that names none. */
export const defaultTokenizer: string = word.name

const named = (name: string): TokenizerDefinition | undefined => tokenizers.find((one) => one.name === name)

/** Whether it is the path of a file, and not the name of a tokenizer. */
export const isTokenizerFile = (tokenizer: string): boolean => named(tokenizer) === undefined

/**
 * The tokenizer of this name, or that of the file at this path.
 *
 * @throws InputError if the file cannot be read or is no tokenizer
 */
export async function openTokenizer(tokenizer: string): Promise<Tokenizer> {
  const known = named(tokenizer)
  if (known) return { fingerprint: known.name, tokenize: known.tokenize }
  const { readTokenizer } = await import('./file.ts')
  return readTokenizer(tokenizer)
}
