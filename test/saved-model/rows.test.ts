import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { readSource } from '../../src/data/read-source.ts'
import { openTokenizer } from '../../src/data/tokenizers/index.ts'
import type { DataConfig } from '../../src/data/types.ts'
import type { ModelManifest } from '../../src/saved-model/manifest.ts'
import { modelRows, type ModelRows } from '../../src/saved-model/rows.ts'
import { brief, config, digits, file, fixture, plainSplit, problemsOf, wine } from '../data/support.ts'

/** Rows of a file in the way in which the model of another one would read them. */
async function rowsLike(trained: DataConfig, data: string): Promise<ModelRows & { readonly trained: Float32Array }> {
  const { fitted, inputShape, inputs } = await loadDataset(trained)
  const { inputs: text } = trained
  const tokenize = text.kind === 'text' ? (await openTokenizer(text.tokenizer)).tokenize : null
  const input = { shape: inputShape, columns: fitted, missingValues: trained.missing?.values ?? [], tokenizer: null }
  // What a folder holds has been through JSON.
  const manifest = JSON.parse(JSON.stringify({ input })) as ModelManifest
  const read = await modelRows({ manifest, tokenize }, await readSource(data))
  return { ...read, trained: inputs }
}

const cells = (row: number): string[] => {
  const gap = (value: string, every: number): string => (row % every === 3 ? '' : value)
  return [
    gap((Math.sin(row) * 100 + row).toFixed(3), 7),
    String(row % 5 === 0 ? -0.5 : 1e6 / (row + 1)),
    row % 11 === 5 ? '-' : String(row % 4),
    gap(['red', 'green', 'blue', 'a, "b"', 'rare'][row === 40 ? 4 : row % 4] ?? '', 9),
    ['x', 'y', 'z'][row % 3] ?? '',
    `word${row % 6} and word${row % 4}, said row ${row % 10}`,
    row % 2 === 0 ? 'yes' : 'no',
  ]
}
const quoted = (cell: string): string => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const line = (values: readonly string[]): string => values.map(quoted).join(',')
const header = 'num,wide,code,kind,letter,said,y'
const table = (rows: number, from = 0): string =>
  [header, ...Array.from({ length: rows }, (_, i) => line(cells(from + i))), ''].join('\n')

const mixed = file('mixed.csv', table(60))
const columns = (encoding: 'one-hot' | 'index') =>
  ({ kind: 'columns', numeric: ['num', 'wide', 'code'], categorical: ['kind', 'letter'], encoding }) as const
const missing = (strategy: 'median' | 'most-frequent' | 'constant' | 'indicator') =>
  ({ strategy, values: ['-'], fill: -7 }) as const

describe('rows become the inputs that they were in training, bit by bit', () => {
  const ways: readonly (readonly [string, DataConfig])[] = [
    [
      'pixels without a header',
      config(digits, { target: '-1', header: false, inputs: { kind: 'array', shape: [8, 8, 1], scale: 0.0625 } }),
    ],
    ['plain columns', config(wine, { target: 'class', standardize: true })],
    ['by quantiles', config(wine, { target: 'class', standardize: 'quantile' })],
    ...(['median', 'most-frequent', 'constant', 'indicator'] as const).map(
      (strategy) =>
        [
          `missing: ${strategy}`,
          config(mixed, { inputs: columns('one-hot'), missing: missing(strategy), standardize: 'robust' }),
        ] as const,
    ),
    [
      'rare categories',
      config(mixed, { inputs: columns('one-hot'), missing: missing('indicator'), categories: { minRows: 3 } }),
    ],
    [
      'categories as an index',
      config(mixed, { inputs: columns('index'), missing: missing('median'), categories: { minRows: 3 } }),
    ],
    [
      'a scaling for each column',
      config(mixed, {
        inputs: columns('one-hot'),
        missing: missing('median'),
        standardize: true,
        scaling: { wide: 'quantile', num: false },
      }),
    ],
    ['a regression', config(wine, { target: 'alcohol', task: 'regression', standardize: true, split: plainSplit })],
    ['words', config(mixed, { inputs: { kind: 'text', column: 'said', tokenizer: 'word', vocabulary: 12, length: 5 } })],
    [
      'tokens of a file',
      config(mixed, {
        inputs: { kind: 'text', column: 'said', tokenizer: fixture('wordpiece.json'), vocabulary: 40, length: 9 },
      }),
    ],
  ]
  it.each(ways)('%s', async (_, way) => {
    const { inputs, trained } = await rowsLike(way, way.source)
    expect(inputs.length).toBeGreaterThan(100)
    expect(Buffer.from(inputs.buffer).equals(Buffer.from(trained.buffer))).toBe(true)
  })
})

describe('a file with other columns', () => {
  const way = config(mixed, { inputs: columns('one-hot'), missing: missing('median'), standardize: true })

  it('may lack the target, have more columns, and have them in another order', async () => {
    const order = [3, 1, 4, 0, 2]
    const names = header.split(',')
    const rows = Array.from({ length: 60 }, (_, row) => line(['extra', ...order.map((i) => cells(row)[i] ?? '')]))
    const other = file('other.csv', [line(['more', ...order.map((i) => names[i] ?? '')]), ...rows, ''].join('\n'))
    const { inputs, trained } = await rowsLike(way, other)
    expect([...inputs]).toEqual([...trained])
  })

  it('may be of another format', async () => {
    const names = header.split(',')
    const rows = Array.from({ length: 60 }, (_, row) =>
      JSON.stringify(
        Object.fromEntries(
          cells(row).map((cell, i) => [names[i], i < 3 && cell !== '-' && cell !== '' ? Number(cell) : cell || null]),
        ),
      ),
    )
    const { inputs, trained } = await rowsLike(way, file('other.jsonl', `${rows.join('\n')}\n`))
    expect([...inputs]).toEqual([...trained])
  })

  it('without a header has the inputs in order, with or without the target', async () => {
    const pixels = config(digits, { target: '-1', header: false, inputs: { kind: 'array', shape: [64], scale: 1 } })
    const text = Array.from({ length: 3 }, (_, row) => Array.from({ length: 64 }, (_, i) => (row + i) % 17).join(','))
    const { inputs } = await rowsLike(pixels, file('pixels.csv', `${text.join('\n')}\n`))
    expect([...inputs.slice(64, 68)]).toEqual([1, 2, 3, 4])
  })

  it('may have a header that looks like a row, because every column is text', async () => {
    const texts = config(mixed, { inputs: { kind: 'columns', numeric: [], categorical: ['letter'], encoding: 'one-hot' } })
    const { inputs } = await rowsLike(texts, file('letters.csv', 'letter,y\nz,no\n'))
    expect([...inputs]).toEqual([0, 0, 1])
  })

  it('is refused if it lacks one that the model reads', async () => {
    const problems = await problemsOf(rowsLike(way, file('lacking.csv', 'num,letter\n1,x\n')))
    expect(problems).toMatchObject([{ code: 'predict/no-column', allowed: 'wide, code, kind', found: 'num, letter' }])
    expect(problems[0]?.message).toMatch(/lacking\.csv lacks 3 columns that the model reads$/)
  })
})

describe('a cell that the model has no input for', () => {
  const one = (change: readonly string[]): string => `${header}\n${line(change)}\n`

  it('is a category that training lacks: no position of a one-hot vector is 1', async () => {
    const way = config(mixed, { inputs: { ...columns('one-hot'), numeric: [], categorical: ['letter'] } })
    const { inputs } = await rowsLike(way, file('unseen.csv', one(['1', '1', '1', 'red', 'q', '', ''])))
    expect([...inputs]).toEqual([0, 0, 0])
  })

  it('is refused as an index, unless rare categories share one', async () => {
    const index = { kind: 'columns', numeric: [], categorical: ['letter'], encoding: 'index' } as const
    const data = file('unseen-index.csv', one(['1', '1', '1', 'red', 'q', '', '']))
    const problems = await problemsOf(rowsLike(config(mixed, { inputs: index }), data))
    expect(brief(problems)).toEqual(['predict/unknown-level q'])
    const { inputs } = await rowsLike(config(mixed, { inputs: index, categories: { minRows: 2 } }), data)
    expect([...inputs]).toEqual([3])
  })

  it('is refused where the model fills nothing in, and where a number should be', async () => {
    const numeric = { kind: 'columns', numeric: ['wide'], categorical: ['letter'], encoding: 'one-hot' } as const
    const data = file('cells.csv', `${header}\n1,,1,red,x,a,yes\n1,many,1,red,,a,yes\n1,1e99,1,red,y,a,no\n`)
    expect(brief(await problemsOf(rowsLike(config(mixed, { inputs: numeric }), data)))).toEqual([
      'predict/cell 2:2 nothing',
      'predict/cell 3:2 many',
      'predict/cell 3:5 nothing',
      'predict/cell 4:2 1e99',
    ])
  })
})
