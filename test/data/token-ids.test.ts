import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { baseRows } from '../../src/data/base-rows.ts'
import { changedRows } from '../../src/data/changed-rows.ts'
import { checkData } from '../../src/data/check.ts'
import { loadDataset } from '../../src/data/load.ts'
import { tokenIds } from '../../src/data/token-ids.ts'
import { openTokenizer } from '../../src/data/tokenizers/index.ts'
import type { DataConfig, TextInputs } from '../../src/data/types.ts'
import { brief, config, file, fixture, plainSplit, problemsOf, rowOf } from './support.ts'

interface Vector {
  readonly most: number
  readonly length: number
  readonly ids: readonly (readonly number[])[]
  readonly vocabulary: readonly string[]
}
/** From Hugging Face's tokenizers: see fixtures/tokens.py. */
const vectors = JSON.parse(readFileSync(fixture('tokens.json'), 'utf8')) as {
  readonly train: readonly string[]
  readonly heldOut: readonly string[]
  readonly word: readonly Vector[]
  readonly char: readonly Vector[]
  readonly tokens: Readonly<Record<'wordpiece' | 'bpe', readonly (readonly string[])[]>>
}
const texts = [...vectors.train, ...vectors.heldOut]

/** A column of the texts, each in a row of its own. */
const column = {
  name: 'text',
  index: 0,
  isText: true,
  at: () => NaN,
  codes: Int32Array.from(texts.keys()),
  levels: texts,
  texts,
  bad: [],
  badCount: { missing: 0, text: 0, infinite: 0, rounded: 0 },
}
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i)
const splits = {
  train: range(0, vectors.train.length),
  validation: range(vectors.train.length, texts.length),
  test: new Int32Array(),
}

describe('token ids are those of Hugging Face tokenizers', () => {
  const cases = (['word', 'char'] as const).flatMap((name) => vectors[name].map((v) => [name, v] as const))
  it.each(cases)('%s', async (name, { most, length, ids, vocabulary }) => {
    const { tokenize } = await openTokenizer(name)
    const found = tokenIds(column, texts.length, splits, { tokenize, most, length })
    expect(found.vocabulary).toEqual(vocabulary)
    expect([...found.ids]).toEqual(ids.flat())
  })

  it.each(['wordpiece', 'bpe'] as const)('with the file of a %s tokenizer, without its special tokens', async (name) => {
    const { tokenize, fingerprint } = await openTokenizer(fixture(`${name}.json`))
    expect(texts.map((text) => [...tokenize(text)])).toEqual(vectors.tokens[name])
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
  })
})

const good = ['a fine film', 'what a joy', 'moving, warm and funny', 'the best of the year', 'I loved it']
const bad = ['a dull film', 'what a bore', 'cold, slow and silly', 'the worst of the year', 'I hated it']
const reviews = (change: (text: string, row: number) => string = (text) => text): string =>
  [
    'text,y',
    ...Array.from({ length: 60 }, (_, i) => {
      const [list, label] = i % 2 === 0 ? [good, 'good'] : [bad, 'bad']
      return `"${change(`${list[i % 5]} ${i}`, i)}",${label}`
    }),
    '',
  ].join('\n')
const inputs: TextInputs = { kind: 'text', column: 'text', tokenizer: 'word', vocabulary: 100, length: 8 }
const reviewConfig = (content: string, more: Partial<TextInputs> = {}, name = 'reviews.csv'): DataConfig =>
  config(file(name, content), { inputs: { ...inputs, ...more } })

describe('a text column', () => {
  it('becomes rows of ids that spell its texts', async () => {
    const data = await loadDataset(reviewConfig(reviews()))
    expect(data).toMatchObject({ inputShape: [8], classes: ['bad', 'good'] })
    expect(data.features.slice(0, 2)).toEqual(['text[1]', 'text[2]'])
    expect(data.vocabulary?.slice(0, 3)).toEqual(['[PAD]', '[UNK]', 'the'])
    const row = data.splits.train[0] ?? 0
    const words = rowOf(data, row).map((id) => data.vocabulary?.[id])
    const list = row % 2 === 0 ? good : bad
    const wanted = `${list[row % 5]} ${row}`.toLowerCase().match(/\w+|,/g) ?? []
    expect(words).toEqual([...wanted, ...new Array<string>(8 - wanted.length).fill('[PAD]')])
  })

  it('takes its vocabulary from the training rows alone: held-out rows can hold anything', async () => {
    const before = await loadDataset(reviewConfig(reviews()))
    const held = new Set([...before.splits.validation, ...before.splits.test])
    const changed = reviews((text, row) => (held.has(row) ? `${text} zzz zzz zzz` : text))
    const after = await loadDataset(reviewConfig(changed, {}, 'changed.csv'))
    expect(after.splits).toEqual(before.splits)
    expect(after.vocabulary).toEqual(before.vocabulary)
    for (const row of before.splits.train) expect(rowOf(after, row)).toEqual(rowOf(before, row))
    expect([...held].every((row) => rowOf(after, row).includes(1))).toBe(true)
  })

  it('has more different texts than categories may have', async () => {
    const many = ['text,y', ...Array.from({ length: 10_500 }, (_, i) => `row ${i} is ${i % 2 ? 'good' : 'bad'},${i % 2}`)]
    const data = await loadDataset(reviewConfig(many.join('\n')))
    expect(data.targets.length).toBe(10_500)
    expect(data.vocabulary?.length).toBe(100)
  })

  it('says how much it cut and does not know', async () => {
    const { notes } = await loadDataset(reviewConfig(reviews(), { vocabulary: 20, length: 4 }))
    expect(notes.join('\n')).toMatch(
      /\d+ different tokens in the training rows of "text"; the vocabulary has the 18 most frequent/,
    )
    expect(notes.join('\n')).toMatch(/[\d.]+ % of all tokens of "text" are not in the vocabulary/)
    expect(notes.join('\n')).toMatch(/[\d.]+ % of the texts are longer than 4 tokens and cut/)
    const small = await loadDataset(reviewConfig(reviews(), { vocabulary: 5000 }))
    expect(small.notes.join('\n')).toMatch(/the vocabulary has \d+ ids, fewer than the 5,000 allowed/)
  })

  it('has another fingerprint with another tokenizer, and the same wherever the tokenizer file is', async () => {
    const of = async (tokenizer: string): Promise<string> =>
      (await loadDataset(reviewConfig(reviews(), { tokenizer }))).fingerprint
    const moved = file('moved.json', readFileSync(fixture('bpe.json')))
    const [word, char, bpe] = [await of('word'), await of('char'), await of(fixture('bpe.json'))]
    expect(new Set([word, char, bpe]).size).toBe(3)
    expect(await of(moved)).toBe(bpe)
  })

  it('is checked for equal texts and labels, not for positions', async () => {
    const twice = await loadDataset(reviewConfig(reviews((text) => text.replace(/ \d+$/, ''))))
    expect(checkData(twice).map(({ check }) => check)).toEqual(['duplicates'])
  })

  it('of a base knows the words of the base, and reads the texts of the change', async () => {
    const base = reviewConfig(reviews(), {}, 'base.csv')
    const known = await loadDataset(base)
    const held = new Set([...known.splits.validation, ...known.splits.test])
    const own = {
      ...base,
      source: file(
        'own.csv',
        reviews((text, row) => (held.has(row) ? `film joy zzz ${row}` : text)),
      ),
    }
    const joined = await baseRows(base, own, await loadDataset(own))
    expect(joined.vocabulary).toEqual(known.vocabulary)
    const words = rowOf(joined, joined.splits.test[0] ?? 0).map((id) => joined.vocabulary?.[id])
    expect(words.slice(0, 4)).toEqual(['film', 'joy', '[UNK]', '[UNK]'])
  })
})

describe('a text column is refused', () => {
  it('where texts are empty, with their places', async () => {
    const content = reviews((text, row) => (row === 3 || row === 7 ? '' : row === 5 ? 'NA' : text)).replaceAll('""', ' ')
    expect(brief(await problemsOf(loadDataset(reviewConfig(content))))).toEqual([
      'data/empty-text 5:1 nothing',
      'data/empty-text 9:1 nothing',
    ])
  })

  it('but not where a text is a word for a missing value', async () => {
    const content = reviews().replace('"a fine film 0"', 'NA').replace('"what a joy 6"', 'n/a')
    const data = await loadDataset(reviewConfig(content))
    expect(data.notes.join()).not.toMatch(/without any token/)
    // Versions are compared as texts as well.
    const base = { ...reviewConfig(content, {}, 'base.csv'), split: plainSplit }
    const edited = async (text: string): Promise<number> => {
      const own = { ...reviewConfig(text, {}, 'own.csv'), split: plainSplit }
      const found = await changedRows(base, own, (await loadDataset(own)).splits)
      if ('notCompared' in found) throw new Error(found.notCompared)
      return found.parts.reduce((sum, part) => sum + part.edited, found.training.edited)
    }
    expect(await edited(content)).toBe(0)
    expect(await edited(content.replace(/^NA,/m, 'n/a,'))).toBe(1)
  })

  it('where held-out rows have no word of the training rows', async () => {
    const { splits: parts } = await loadDataset(config(file('plain.csv', reviews()), { inputs, split: plainSplit }))
    const held = new Set(parts.validation)
    const other = file(
      'other.csv',
      reviews((text, row) => (held.has(row) ? `unbekannt${row}` : text)),
    )
    const found = await problemsOf(loadDataset(config(other, { inputs, split: plainSplit })))
    expect(brief(found)).toEqual(['data/unknown-texts 12 rows'])
  })

  it.each([
    ['missing.json', undefined, /there is no file .*missing\.json/],
    ['broken.json', '{ "model": ', /broken\.json is not JSON/],
    ['list.json', '[1, 2]', /is not a tokenizer/],
    ['other.json', '{ "model": { "type": "Magic" } }', /is not a tokenizer that can be read/],
  ])('with the tokenizer file %s', async (name, content, message) => {
    const tokenizer = content === undefined ? `/nowhere/${name}` : file(name, content)
    const [problem, ...more] = await problemsOf(loadDataset(reviewConfig(reviews(), { tokenizer })))
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code: 'data/tokenizer', message: expect.stringMatching(message) as string })
  })
})
