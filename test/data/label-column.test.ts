import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { baseRows } from '../../src/data/base-rows.ts'
import { checkData } from '../../src/data/check.ts'
import { duplicates } from '../../src/data/checks/duplicates.ts'
import { listItems, labelEvidence, labelsIn } from '../../src/data/label-lists.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig, Dataset, LabelsConfig } from '../../src/data/types.ts'
import { LIMITS } from '../../src/data/source.ts'
import lists from './fixtures/lists.json' with { type: 'json' }
import { brief, config, file, fixture, plainSplit, problemsOf } from './support.ts'

const tagged = (source: string, more: Partial<LabelsConfig> = {}, rest: Partial<DataConfig> = {}): DataConfig =>
  config(source, {
    target: 'tags',
    labels: { separator: ';', minRows: 1, ...more },
    task: 'multi-label',
    split: plainSplit,
    ...rest,
  })

/** The labels of each row. */
const labelsOf = ({ targets, targetNames = [] }: Dataset): string[][] => {
  const width = targetNames.length
  const rows = Array.from({ length: targets.length / width }, (_, row) => targets.subarray(row * width, (row + 1) * width))
  return rows.map((own) => targetNames.filter((_, k) => own[k] === 1))
}

/** A table of the given cells, again and again until it has this many rows. */
const table = (name: string, cells: readonly string[], rows = 60): string =>
  file(
    name,
    `x,tags\n${Array.from({ length: rows }, (_, i) => `${(i * 37) % 101},${cells[i % cells.length]}`).join('\n')}\n`,
  )

const cells = ['rock;live', 'live', '', 'jazz; rock ;live', 'jazz;', 'rock;rock;90s']

describe('one column of labels', () => {
  it('gives each label an output, in sorted order, and a row without a value none', async () => {
    const data = await loadDataset(tagged(table('tags.csv', cells)))
    expect(data.targetNames).toEqual(['90s', 'jazz', 'live', 'rock'])
    expect(labelsOf(data).slice(0, 6)).toEqual([
      ['live', 'rock'],
      ['live'],
      [],
      ['jazz', 'live', 'rock'],
      ['jazz'],
      ['90s', 'rock'],
    ])
    expect(data.notes).toContain('10 rows of 60 have no label')
  })

  it('has the same labels in whichever order the rows are', async () => {
    const names = async (order: readonly string[]) => (await loadDataset(tagged(table('order.csv', order)))).targetNames
    expect(await names(cells.toReversed())).toEqual(await names(cells))
  })

  it('takes a word for a missing value as no label, and says so', async () => {
    const data = await loadDataset(tagged(table('na.csv', ['rock;live', 'NA', 'live', 'rock;jazz', 'rock'])))
    expect(data.notes).toContain('12 rows of 60 have no label, also where "tags" says NA')
  })

  it('leaves out labels that fewer rows than asked for have, and names them with their rows', async () => {
    const rare = Array.from({ length: 60 }, (_, i) =>
      i % 8 === 0 ? 'demo;rock' : i % 9 === 1 ? 'b-side' : (cells[i % 5] ?? ''),
    )
    const all = await loadDataset(tagged(table('rare.csv', rare)))
    expect(all.notes.join()).toContain('2 labels of "tags" in fewer than 10 rows, too few to measure: demo (8), b-side (7)')
    const kept = await loadDataset(tagged(table('rare.csv', rare), { minRows: 10 }))
    expect(kept.targetNames).toEqual(['jazz', 'live', 'rock'])
    expect(kept.notes).toContain('2 labels of "tags" left out, each in fewer than 10 rows: demo (8), b-side (7)')
  })

  it('leaves out a label that every row has', async () => {
    const data = await loadDataset(tagged(table('every.csv', ['a;b;c', 'a;b', 'a;c', 'a'])))
    expect(data.targetNames).toEqual(['b', 'c'])
    expect(data.notes).toContain('1 label of "tags" left out, in every row: a (60)')
  })

  it('may have more different cells than a category', async () => {
    const limits = { ...LIMITS, levels: 4 }
    expect((await loadDataset(tagged(table('many.csv', cells)), limits)).targetNames).toHaveLength(4)
  })

  it('tells the labels that are imbalanced in one finding', async () => {
    const rare = Array.from({ length: 60 }, (_, i) => (i < 3 ? 'a;d' : i < 5 ? 'e' : i % 2 === 0 ? 'b;c' : 'b'))
    const data = await loadDataset(tagged(table('uneven.csv', rare)))
    expect(checkData(data, ['imbalance']).map(({ message }) => message)).toEqual([
      '4 of 5 labels are imbalanced, out of 60 rows: "e" is yes in 2 rows, "a" is yes in 3 rows, "d" is yes in 3 rows, "b" is no in 5 rows',
    ])
  })

  it('has its inputs checked once, not for each label', async () => {
    const find = vi.spyOn(duplicates, 'find')
    const twice = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${cells[i % cells.length]}`)
    const data = await loadDataset(tagged(file('twice.csv', `x,z,tags\n${twice.join('\n')}\n`)))
    const [found] = checkData(data, ['duplicates'])
    expect(found?.message).toMatch(/rows with inputs that also occur in another part/)
    expect(found?.message).not.toContain('label')
    expect(find).toHaveBeenCalledTimes(1)
    find.mockRestore()
  })

  it.each([
    ['another separator', cells, { separator: '|' }, /no row of column "tags" has the separator "\|"/, 'did you mean ";"?'],
    ['a separator where there are lists', ['"[""a"", ""b""]"', '"[""a""]"'], {}, /has a list where/, 'leave out separator'],
    ['no separator', cells, { separator: null }, /no list of labels, in 50 rows, first in row 1/, 'separator: ";"'],
    ['one label', ['a;', '', 'a', 'a'], {}, /has one label to learn/, undefined],
    ['no label', ['a;b', 'a;b'], {}, /has no label to learn/, undefined],
    ['two spellings of a number', ['1;2', '1.0', '2'], {}, /spells one value in different ways/, 'write each number'],
  ] as const)('is refused with %s', async (_, given, more, words, hint) => {
    const [problem] = await problemsOf(loadDataset(tagged(table('wrong.csv', given), more)))
    expect(problem?.message).toMatch(words)
    expect(problem?.hint?.slice(0, 200) ?? '').toContain(hint ?? '')
  })

  it('is refused with too many labels, and says which of them can stay', async () => {
    const many = Array.from({ length: 700 }, (_, i) => `l${i % 350};often`)
    many.push(...Array.from({ length: 100 }, (_, i) => `l${i};l${i + 100}`))
    const [problem] = await problemsOf(loadDataset(tagged(table('wide.csv', many, 800))))
    expect(problem).toMatchObject({ code: 'data/too-many-labels', found: '351 labels', allowed: 'at most 300' })
    expect(problem?.hint).toContain('minRows: 3')
  })

  it('is refused once for all labels that are too rare for the split', async () => {
    const rare = [...Array.from({ length: 57 }, (_, i) => cells[i % 5] ?? ''), 'demo;rock', 'demo', 'b-side']
    const stratified = { split: { ...plainSplit, stratify: true } }
    const problems = await problemsOf(loadDataset(tagged(table('rare.csv', rare), {}, stratified)))
    expect(brief(problems)).toEqual(['data/small-class b-side (1), demo (2)'])
    expect(problems[0]?.hint).toContain('minRows: 3')
    const parts = { split: { ...plainSplit, time: 'x' } }
    const timed = Array.from({ length: 60 }, (_, i) => `${i},${i < 55 ? (cells[i % 5] ?? '') : 'demo;b-side'}`)
    const late = await problemsOf(loadDataset(tagged(file('late.csv', `x,tags\n${timed.join('\n')}\n`), {}, parts)))
    expect(late[0]?.message).toBe('2 labels of "tags" are in no training row, or in every one, so there is nothing to learn')
  })
})

describe('lists of labels', () => {
  it.each(readdirSync(fixture('lists')))('of %s are those that pyarrow reads', async (name) => {
    const data = await loadDataset(tagged(fixture(`lists/${name}`), { separator: null }))
    expect(labelsOf(data)).toEqual(lists)
  })

  const rows = lists.map((tags, i) => ({
    x: (i * 37) % 101,
    tags: i === 2 ? null : tags.length === 0 ? [] : [...tags, null],
  }))
  it.each([
    ['lists.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['lists.json', JSON.stringify(rows)],
    [
      'lists.csv',
      `x,tags\n${lists.map((tags, i) => `${(i * 37) % 101},"${JSON.stringify(tags).replaceAll('"', '""')}"`).join('\n')}`,
    ],
    [
      'python.csv',
      `x,tags\n${lists.map((tags, i) => `${(i * 37) % 101},"[${tags.map((tag) => `'${tag}'`).join(', ')}]"`).join('\n')}`,
    ],
  ])('are read from %s', async (name, content) => {
    expect(labelsOf(await loadDataset(tagged(file(name, content), { separator: null })))).toEqual(lists)
  })

  it('may be in a file whose other columns are read', async () => {
    const inputs = { kind: 'columns', numeric: ['x'], categorical: [], encoding: 'one-hot' } as const
    const more = rows.map((row, i) => JSON.stringify({ ...row, y: i % 2, other: { a: 1 } })).join('\n')
    for (const source of [file('more.jsonl', more), fixture('lists/plain.parquet')]) {
      const first = { inputs, target: source.endsWith('jsonl') ? 'y' : 'x', task: 'regression' } as const
      const used = source.endsWith('jsonl') ? first : { ...first, inputs: { ...inputs, numeric: [] } }
      const problems = await problemsOf(loadDataset(config(source, used)).then(() => loadDataset(config('none.csv'))))
      expect(problems.map(({ code }) => code)).not.toContain('data/nested')
    }
  })

  it.each([
    ['a list of lists', '{"x":1,"tags":[["a"]]}', 'data/nested'],
    ['an object', '{"x":1,"tags":{"a":1}}', 'data/nested'],
    ['a text', '{"x":1,"tags":"a"}', 'data/not-a-list'],
  ])('are refused with %s', async (_, line, code) => {
    const text = [...rows.map((row) => JSON.stringify(row)), line].join('\n')
    const problems = await problemsOf(loadDataset(tagged(file('odd.jsonl', text), { separator: null })))
    expect(problems.map((one) => one.code)).toEqual([code])
  })

  it('of a damaged Parquet file never end in anything but an error in words', async () => {
    const sound = readFileSync(fixture('lists/pages-v2.parquet'))
    for (let at = 4; at < 700; at += 3) {
      const copy = Buffer.from(sound)
      copy[at] = (copy[at] ?? 0) ^ 0xff
      const data = await loadDataset(tagged(file('damaged.parquet', copy), { separator: null })).catch(
        (error: unknown) => error,
      )
      const said = data instanceof Error ? data.constructor.name : 'read'
      expect(['InputError', 'read']).toContain(said)
    }
  })
})

describe('the text of a list', () => {
  it.each([
    ['["rock", "live"]', ['rock', 'live']],
    ["['rock', \"it's\"]", ['rock', "it's"]],
    ["['rock' 'live']", ['rock', 'live']],
    ["('a', 'b',)", ['a', 'b']],
    ["{'a'}", ['a']],
    ['[]', []],
    ['[1, 2.5]', ['1', '2.5']],
    ['["caf\\u00e9", "a\\"b"]', ['café', 'a"b']],
  ])('%s has its items', (text, items) => expect(listItems(text)).toEqual(items))

  it.each(['rock', 'rock;live', '[rock, live]', '["a"', '["a"] b', '12', ''])('%s is none', (text) =>
    expect(listItems(text)).toBeUndefined(),
  )

  it('has each label once, without blanks around it', () => {
    expect(labelsIn(' rock ;; live;rock;', ';')).toEqual(['rock', 'live'])
    expect(labelsIn('a b  c', ' ')).toEqual(['a', 'b', 'c'])
  })
})

describe('the evidence for labels', () => {
  const of = (texts: readonly string[]) => labelEvidence(texts.map((text) => [text, 4] as const))

  it.each([
    [';', ['rock;live', 'live', 'jazz;rock', 'jazz', 'live;jazz;rock', 'rock;jazz']],
    ['|', ['rock|live', 'live', 'jazz|rock', 'jazz', 'live|jazz|rock', 'rock|jazz']],
    [',', ['rock, live', 'live', 'jazz, rock', 'jazz', 'live, jazz, rock', 'rock, jazz']],
    [null, ["['rock', 'live']", "['live']", "['jazz', 'rock']", "['live', 'jazz', 'rock']", "['rock', 'jazz']"]],
  ])('is strong for %s between them', (separator, texts) => expect(of(texts)).toMatchObject({ separator }))

  it.each([
    ['places', Array.from({ length: 40 }, (_, i) => `${'ABCD'[i % 4]}ville, ${['Ohio', 'Utah'][i % 2]}`)],
    ['addresses', Array.from({ length: 40 }, (_, i) => `${i} Main St, Springfield, ${['Ohio', 'Utah'][i % 2]}`)],
    ['names', Array.from({ length: 40 }, (_, i) => `Last${i}, First${i % 5}`)],
    ['numbers', Array.from({ length: 40 }, (_, i) => `${i % 4},${i % 3}`)],
    ['sentences', Array.from({ length: 40 }, (_, i) => `we came, we saw the town number ${i}, and we left`)],
    ['classes', Array.from({ length: 6 }, (_, i) => `class ${i}`)],
    ['few with a sign', ['a', 'b', 'c', 'd', 'e', 'a;b', 'b;a']],
  ])('is none for %s', (_, texts) => expect(of(texts)).toBeUndefined())
})

describe('a base that is retrained beside a change', () => {
  const rows = Array.from({ length: 80 }, (_, i) => `${(i * 37) % 101},${cells[i % cells.length]}`)
  const version = (name: string, own: readonly string[]) => tagged(file(name, `x,tags\n${own.join('\n')}\n`))

  it('learns the labels of the change, in its own rows', async () => {
    const base = version('base-tags.csv', rows)
    const own = version('own-tags.csv', [
      ...rows.slice(0, -1),
      ...['demo', 'demo', 'demo', 'demo;live'].map((c, i) => `${200 + i},${c}`),
    ])
    const loaded = await loadDataset(own)
    const joined = await baseRows(base, own, loaded)
    expect(loaded.targetNames).toEqual(['90s', 'demo', 'jazz', 'live', 'rock'])
    expect(joined.targetNames).toEqual(loaded.targetNames)
    const labels = labelsOf(joined)
    expect(Array.from(joined.splits.train, (row) => labels[row]).flat()).not.toContain('demo')
    const measured = Array.from(joined.splits.test, (row) => labels[row])
    expect(measured).toEqual(Array.from(loaded.splits.test, (row) => labelsOf(loaded)[row]))
  })
})
