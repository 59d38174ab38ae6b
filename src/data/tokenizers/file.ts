import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import { readWithin, reasonOf } from '../../base/files.ts'
import { sha256 } from '../../base/hash.ts'
import { parseJson, type JsonLimits } from '../../base/json.ts'
import { shownPath } from '../../base/paths.ts'
import { fail } from '../problems.ts'
import type { Tokenizer } from './definition.ts'

/** The largest vocabularies in use have a quarter of a million entries, and a BPE tokenizer about as many merges. */
const limits: JsonLimits = { bytes: 64 * 2 ** 20, depth: 32, values: 4_000_000 }

/** Parts of a tokenizer that may be null, and that older files leave out. */
const optionalParts = ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'] as const

const what = 'a tokenizer.json as Hugging Face tokenizers writes it, with the model BPE, WordPiece, Unigram or WordLevel'

/**
 * Reads a tokenizer in Hugging Face's format. Only its tokens count, without special ones such as `[CLS]`: the training rows
 * determine which of them get an id.
 *
 * @throws InputError if the file cannot be read, or is no such tokenizer
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const name = shownPath(path)
  const bytes = await contentOf(path, name)
  const parsed = parseJson(bytes.toString('utf8'), limits)
  if (!parsed.ok) return wrong(`${name} ${parsed.error.message}`, parsed.error.found)
  const found = parsed.value
  if (!isRecord(found) || !isRecord(found['model'])) return wrong(`${name} is not a tokenizer`, kindOf(found))
  const tokenizer = created(name, {
    ...Object.fromEntries(optionalParts.map((part) => [part, null])),
    ...found,
    added_tokens: Array.isArray(found['added_tokens']) ? found['added_tokens'] : [],
  })
  return {
    fingerprint: sha256(bytes),
    tokenize: (text) => {
      try {
        return tokenizer.tokenize(text)
      } catch (error) {
        return wrong(`${name} cannot tokenize a text: ${reason(error)}`, text.slice(0, 100))
      }
    },
  }
}

async function contentOf(path: string, name: string): Promise<Buffer> {
  const content = await readWithin(path, limits.bytes).catch((error: NodeJS.ErrnoException) =>
    fail({
      code: 'data/tokenizer',
      message: error.code === 'ENOENT' ? `there is no file ${name}` : `${name} cannot be read`,
      found: reasonOf(error),
      allowed: 'word, char, or the path of a tokenizer.json, relative to the spec',
    }),
  )
  return content ?? wrong(`${name} is too large for a tokenizer`, `more than ${limits.bytes} bytes`)
}

/** The library checks little, so whatever it throws means that the file is not what it seems. */
function created(name: string, json: Readonly<Record<string, unknown>>): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, {})
  } catch (error) {
    return wrong(`${name} is not a tokenizer that can be read: ${reason(error)}`)
  }
}

const wrong = (message: string, found?: string): never =>
  fail({ code: 'data/tokenizer', message, allowed: what, ...(found === undefined ? {} : { found }) })

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string =>
  isRecord(value) ? `a map with the keys ${Object.keys(value).slice(0, 8).join(', ')}` : `a ${typeof value}`
