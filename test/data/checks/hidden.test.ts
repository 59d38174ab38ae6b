import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shuffled, stream } from '../../../src/base/random.ts'
import { checkData } from '../../../src/data/check.ts'
import { classScores } from '../../../src/data/checks/methods/class-scores.ts'
import type { CheckName } from '../../../src/data/checks/definition.ts'
import { centred, leastSquares, type Matrix, product } from '../../../src/data/checks/methods/linear-fit.ts'
import { loadDataset } from '../../../src/data/load.ts'
import type { DataConfig } from '../../../src/data/types.ts'
import { config, file, fixture } from '../support.ts'

interface Vectors {
  readonly fits: readonly { name: string; x: number[][]; y: number[][]; fitted: number[][] }[]
  readonly canonical: { readonly x: number[][]; readonly classes: number[]; readonly squared: number }
}
const vectors = JSON.parse(readFileSync(fixture('linear.json'), 'utf8')) as Vectors
const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
})

describe('least squares', () => {
  it.each(vectors.fits)("fit as numpy's do: $name", ({ x, y, fitted }) => {
    const found = product(centred(matrix(x)), leastSquares(matrix(x), matrix(y))).values
    const expected = fitted.flat()
    expect(found).toHaveLength(expected.length)
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 6))
  })

  it("give classes the scores of scikit-learn's canonical correlation", () => {
    const { x, classes, squared } = vectors.canonical
    const truth = matrix(classes.map((code) => [0, 1, 2].map((k) => (k === code ? 1 : 0))))
    const predicted = product(centred(matrix(x)), leastSquares(matrix(x), truth))
    const scores = classScores(predicted, truth)
    const [own, fit] = [product(truth, column(scores)).values, product(predicted, column(scores)).values]
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
    expect(dot(own, fit) ** 2 / dot(own, own) / dot(fit, fit)).toBeCloseTo(squared, 6)
  })
})

const column = (values: Float64Array): Matrix => ({ values, rows: values.length, columns: 1 })

/** 300 rows of five honest measurements, a category and a label of three classes; `more` adds a column before the label. */
function table(name: string, more: (label: number, row: number, random: ReturnType<typeof stream>) => (string | number)[]) {
  const random = stream(11, 'honest', name)
  const labels = Array.from({ length: 300 }, () => random.integer(3))
  return labels.map((label, row) => {
    const own = Array.from({ length: 5 }, (_, j) => (random.normal() + (j === 0 ? label : 0)).toFixed(3))
    return [...own, 'abcd'[random.integer(4)] ?? '', ...more(label, row, random), `c${label}`]
  })
}

async function found(name: CheckName, rows: readonly (readonly (string | number)[])[], change: Partial<DataConfig> = {}) {
  const names = (rows[0] ?? []).slice(0, -1).map((_, i) => `x${i}`)
  const lines = [[...names, 'y'], ...rows].map((row) => row.join(','))
  const source = file(`hidden-${name}.csv`, [...lines, ''].join('\n'))
  return checkData(await loadDataset(config(source, { standardize: true, ...change })), [name])
}

const honest = (name: string) => table(name, (_, row, random) => [random.normal().toFixed(4), 2000 + (row % 20)])

it.each(['formula', 'hindsight', 'siblings', 'trend', 'timestamp', 'identifier'] as const)(
  '%s finds nothing in independent rows of honest columns',
  async (name) => expect(await found(name, honest(name))).toEqual([]),
)

describe('formula', () => {
  it('names the two columns whose sum gives the class', async () => {
    const [one] = await found(
      'formula',
      table('sum', (label, _, random) => {
        const noise = 9 * random.normal()
        return [noise.toFixed(4), (([2, 0, 1][label] as number) - Number(noise.toFixed(4))).toFixed(4)]
      }),
    )
    expect(one?.message).toMatch(/^the label is a sum of these columns, each times a fixed number: x[67], x[67];/)
  })

  it('names the columns of a total, and not the measurements beside them', async () => {
    const rows = honest('total').map((row) => [
      ...row.slice(0, -1),
      (2 * Number(row[0]) - 3 * Number(row[1]) + 7).toFixed(3),
    ])
    const [one] = await found('formula', rows, { task: 'regression', split: { ...config('').split, stratify: false } })
    expect(one?.message).toMatch(/: x[01], x[01]; this holds/)
  })

  it('leaves a label alone that the inputs explain but for a hundredth', async () => {
    const random = stream(5, 'nearly')
    const rows = honest('nearly').map((row) => [
      ...row.slice(0, -1),
      Number(row[0]) + Number(row[1]) + 0.15 * random.normal(),
    ])
    expect(await found('formula', rows, { task: 'regression', split: { ...config('').split, stratify: false } })).toEqual([])
  })
})

describe('hindsight', () => {
  it.each([
    [
      'a copy with errors',
      (label: number, random: ReturnType<typeof stream>) => `o${random.uniform() < 0.25 ? random.integer(3) : label}`,
      /predictive power 0\.\d\d, as of a copy/,
    ],
    [
      'the label of half of the rows',
      (label: number, random: ReturnType<typeof stream>) => (random.uniform() < 0.5 ? `o${label}` : 'none'),
      /tells the label of the \d\d % of the rows/,
    ],
    [
      'a flag of one class',
      (label: number, random: ReturnType<typeof stream>) => Number(label === 1 && random.uniform() < 0.8),
      /marks \d\d % of the rows of "c1" and no other row/,
    ],
  ] as const)('says what a column looks like: %s', async (_, value, expected) => {
    const [one] = await found(
      'hindsight',
      table('leak', (label, _row, random) => [value(label, random)]),
    )
    expect(one?.message).toMatch(/^1 input that may have been filled in after the label was known: x6 \(/)
    expect(one?.message).toMatch(expected)
  })
})

describe('siblings', () => {
  const measuredTwice = (noise: number) => {
    const random = stream(3, 'siblings', noise)
    const rows = honest('sources').slice(0, 75)
    const seen = rows.flatMap((row) =>
      Array.from({ length: 4 }, () =>
        row.map((cell, i) => (i < 5 ? (Number(cell) + noise * random.normal()).toFixed(3) : cell)),
      ),
    )
    return shuffled(seen, random)
  }

  it('finds rows of one source that no column names', async () => {
    const [one] = await found('siblings', measuredTwice(0.05))
    expect(one?.message).toMatch(
      /^rows seem to repeat a source that no column names: of (9\d|100) % of 300 rows, a few rows are far closer/,
    )
    expect(one?.rows?.length).toBeGreaterThan(100)
  })

  /** 100 sources, three times each: four measurements that a source repeats with this error, a category and a label. */
  const labelled = (noise: number, label: (random: ReturnType<typeof stream>) => string | number) => {
    const random = stream(3, 'labelled', noise)
    const rows = Array.from({ length: 100 }, () => {
      const shared = ['abcd'[random.integer(4)] ?? '', label(random)]
      const own = Array.from({ length: 4 }, () => random.normal())
      return Array.from({ length: 3 }, () => [...own.map((x) => (x + noise * random.normal()).toFixed(3)), ...shared])
    })
    return shuffled(rows.flat(), random)
  }
  const price = (random: ReturnType<typeof stream>): string => random.normal().toFixed(3)
  const numbers = { task: 'regression', split: { ...config('').split, stratify: false } } as const

  it('finds rows of one source by the label that they share, where they are not much closer than others', async () => {
    const [one] = await found('siblings', labelled(0.3, price), numbers)
    expect(one?.message).toMatch(/of \d\d % of 300 rows, a few rows are far closer than all others, or agree with it/)
  })

  it('finds them without a gap where the nearest rows share their label far too often', async () => {
    const [one] = await found(
      'siblings',
      labelled(0.35, (random) => random.integer(3)),
      numbers,
    )
    expect(one?.message).toMatch(/: \d\d % of the nearest 3 rows have the same label and categories, where rows further/)
  })

  it('keeps quiet where another measurement is as far as another source', async () => {
    expect(await found('siblings', labelled(1, price), numbers)).toEqual([])
  })

  it('keeps quiet where rows fall into rare categories', async () => {
    const random = stream(3, 'fields')
    const rows = honest('fields').map((row) => [...row.slice(0, 5), `f${random.integer(40)}`, row.at(-1) ?? ''])
    expect(await found('siblings', rows)).toEqual([])
  })
})

describe('trend', () => {
  const drifting = honest('drift').map((row, i) => [
    ...row.slice(0, -1).map((cell, j) => (j < 2 ? Number(cell) + i / 150 : cell)),
    row.at(-1) ?? '',
  ])

  it('names the inputs that change along the file', async () => {
    const [one] = await found('trend', drifting)
    expect(one?.message).toMatch(
      /^2 inputs different at the end of the file than at its beginning.*: x[01] \(0\.\d\d\), x[01] \(0\.\d\d\);/,
    )
  })

  it('says nothing about a file that is sorted by the label', async () => {
    const sorted = honest('sorted').sort((a, b) => String(a.at(-1)).localeCompare(String(b.at(-1))))
    expect(await found('trend', sorted)).toEqual([])
  })

  it('says nothing where the split follows the file', async () => {
    const timed = drifting.map((row, i) => [i, ...row])
    expect(await found('trend', timed, { split: { ...config('').split, stratify: false, time: 'x0' } })).toEqual([])
  })
})

describe('timestamp', () => {
  const day = (i: number): string => new Date(1.7e12 + 864e5 * (i % 200)).toISOString()
  it.each([
    ['seconds since 1970', (i: number) => 1_700_000_000 + 997 * i, '2023-11-14 to 2023-11-18'],
    ['milliseconds since 1970', (i: number) => 1_700_000_000_000 + 86_400_000 * i, '2023-11-14 to 2024-09-08'],
    ['dates such as 20240131', (i: number) => day(i).slice(0, 10).replaceAll('-', ''), '2023-11-14 to 2024-05-31'],
    [
      'dates and times such as 20240131235959',
      (i: number) => day(i).slice(0, 19).replace(/\D/g, ''),
      '2023-11-14 to 2024-05-31',
    ],
  ] as const)('reads %s', async (notation, value, span) => {
    const [one] = await found(
      'timestamp',
      table('time', (_, row) => [value(row)]),
    )
    expect(one?.message).toContain(`1 input with points in time as numbers: x6 (${notation}, ${span})`)
  })

  it('takes eight digits that are no dates for numbers', async () => {
    expect(
      await found(
        'timestamp',
        table('digits', (_, row) => [20_240_000 + 33 * row]),
      ),
    ).toEqual([])
  })
})

describe('identifier', () => {
  it.each([
    ['8 digits', (random: ReturnType<typeof stream>) => 10_000_000 + random.integer(90_000_000)],
    ['16 digits', (random: ReturnType<typeof stream>) => `4${String(random.integer(1e9)).padStart(9, '0')}000000`],
  ] as const)('finds numbers that were drawn at random: %s', async (_, value) => {
    const [one] = await found(
      'identifier',
      table('ids', (_label, _row, random) => [value(random)]),
    )
    expect(one?.message).toContain(': x6')
  })

  it('leaves amounts and populations alone', async () => {
    const rows = table('amounts', (_, _row, random) => [Math.round(Math.exp(11 + 1.5 * random.normal()))])
    expect(await found('identifier', rows)).toEqual([])
  })
})
