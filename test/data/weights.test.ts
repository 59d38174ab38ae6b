import { describe, expect, it } from 'vitest'
import { baseRows } from '../../src/data/base-rows.ts'
import { loadDataset } from '../../src/data/load.ts'
import { labelWeights, rowWeights } from '../../src/data/weights.ts'
import { batchSource } from '../../src/train/batches.ts'
import { noAugmentation } from '../../src/compile/presets/definition.ts'
import { someLevers } from '../support/levers.ts'
import positive from '../train/fixtures/pos-weight.json' with { type: 'json' }
import fixture from '../train/fixtures/weighted.json' with { type: 'json' }
import { brief, config, file, problemsOf, smallCsv } from './support.ts'

const { labels, balanced } = fixture
const train = Int32Array.from(labels.keys())

/** Three of four rows are of the class no. */
const skewed = (name: string, weight: (row: number) => string = (row) => String(row % 5)): string => {
  const lines = smallCsv(80, (cells, row) => {
    cells[3] = row % 4 === 0 ? 'yes' : 'no'
    cells.push(weight(row))
  })
  return file(name, lines.replace('a,b,c,y', 'a,b,c,y,w'))
}

describe('class weights', () => {
  it('that are balanced are those of scikit-learn', () => {
    const { weights } = rowWeights(
      { weighting: { classes: 'balanced' } },
      { codes: labels, classes: ['a', 'b', 'c'], column: null, train },
    )
    labels.forEach((label, row) => expect(weights?.[row]).toBeCloseTo(balanced[label] ?? NaN, 6))
  })

  it('are counted in the training rows, and have a mean of 1 there', async () => {
    const data = await loadDataset(config(skewed('balanced.csv'), { weighting: { classes: 'balanced' } }))
    const sums = [0, 0]
    for (const row of data.splits.train)
      sums[data.targets[row] ?? -1] = (sums[data.targets[row] ?? -1] ?? 0) + (data.weights?.[row] ?? NaN)
    expect(sums[0]).toBeCloseTo(data.splits.train.length / 2, 4)
    expect(sums[1]).toBeCloseTo(data.splits.train.length / 2, 4)
    expect((await loadDataset(config(skewed('plain.csv')))).weights).toBeUndefined()
  })

  it('may be given by name, which must exist', async () => {
    const path = skewed('named.csv')
    const { weights, targets } = await loadDataset(config(path, { weighting: { classes: { yes: 4 } } }))
    const [no, yes] = [targets.indexOf(0), targets.indexOf(1)]
    expect((weights?.[yes] ?? NaN) / (weights?.[no] ?? NaN)).toBeCloseTo(4, 5)
    const wrong = await problemsOf(loadDataset(config(path, { weighting: { classes: { yess: 4 } } })))
    expect(wrong[0]).toMatchObject({ code: 'data/no-class', found: 'yess', hint: 'did you mean "yes"?' })
  })
})

describe('weights of labels', () => {
  it.each(positive.flatMap((c, i) => (c.balanced ? [[i, c.targets, c.balanced] as const] : [])))(
    'that are balanced are the usual pos_weight, case %i',
    (_, rows, known) => {
      const targetNames = known.map((_, k) => `l${k}`)
      const all = { targets: Float32Array.from(rows.flat()), targetNames, targetScale: null, classes: null }
      const found = labelWeights({ weighting: { classes: 'balanced' } }, all, Int32Array.from(rows.keys())).labelWeights
      known.forEach((weight, k) => expect((found?.[k] ?? NaN) / weight).toBeCloseTo(1, 6))
    },
  )

  const tags = ['a;b', 'b', 'b', 'b;c', '', 'c']
  const rows = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 41},${tags[i % 6]}`)
  const of = (classes: 'balanced' | Readonly<Record<string, number>>) =>
    config(file('tagged.csv', `x,tags\n${rows.join('\n')}\n`), {
      target: 'tags',
      labels: { separator: ';', minRows: 1 },
      task: 'multi-label',
      weighting: { classes },
    })

  it('are counted in the training rows', async () => {
    const { targets, splits, ...data } = await loadDataset(of('balanced'))
    const yes = splits.train.reduce((sum, row) => sum + (targets[row * 3] ?? NaN), 0)
    expect(data.weights).toBeUndefined()
    expect(data.labelWeights?.[0]).toBeCloseTo((splits.train.length - yes) / yes, 5)
  })

  it('may be given by name, which must exist, and are not 0', async () => {
    expect([...((await loadDataset(of({ b: 0.5, c: 4 }))).labelWeights ?? [])]).toEqual([1, 0.5, 4])
    const [unknown] = await problemsOf(loadDataset(of({ bb: 4 })))
    expect(unknown).toMatchObject({ code: 'data/no-class', found: 'bb', allowed: 'a, b, c' })
    const [none] = await problemsOf(loadDataset(of({ b: 0 })))
    expect(none).toMatchObject({ code: 'data/weights', message: expect.stringContaining('"b" has a weight of 0') })
  })
})

describe('a column of weights', () => {
  it('is no input, and multiplies the class weights', async () => {
    const data = await loadDataset(config(skewed('column.csv'), { weighting: { column: 'w' } }))
    expect(data.features).not.toContain('w')
    expect(data.weights?.[5]).toBe(0)
    expect((data.weights?.[4] ?? NaN) / (data.weights?.[1] ?? NaN)).toBeCloseTo(4, 5)
    const both = await loadDataset(config(skewed('both.csv'), { weighting: { column: 'w', classes: { yes: 3 } } }))
    expect((both.weights?.[4] ?? NaN) / (both.weights?.[1] ?? NaN)).toBeCloseTo(12, 5)
  })

  it('must have a number of 0 or more in every row', async () => {
    const load = (cell: string) =>
      problemsOf(
        loadDataset(
          config(
            skewed('bad-weight.csv', () => cell),
            { weighting: { column: 'w' } },
          ),
        ),
      )
    expect(brief(await load('-1'))).toEqual(['data/weights -1'])
    expect(brief(await load('0'))).toEqual(['data/weights'])
    expect(brief(await load('x'))[0]).toBe('data/not-a-number 2:5 x')
  })

  it('must have a weight in validation rows too, where seeds train on them', async () => {
    const { splits } = await loadDataset(config(skewed('split-weights.csv'), { weighting: { column: 'w' } }))
    const path = skewed('no-weight.csv', (row) => (row === splits.validation[0] ? '-1' : '1'))
    const load = (more: object) => loadDataset(config(path, { weighting: { column: 'w' }, ...more }))
    const problems = await problemsOf(load({}))
    expect(brief(problems)).toEqual(['data/weights -1'])
    expect(problems[0]?.hint).toContain('rows: fixed')
    const fixed = await load({ split: { ...config(path).split, fixed: true } })
    expect(fixed.folds).toEqual([])
  })

  it('stays that of the base where a base is retrained', async () => {
    const base = config(skewed('base-weights.csv'), { weighting: { column: 'w' } })
    const own = { ...base, source: skewed('own-weights.csv', () => '1') }
    const loaded = await loadDataset(own)
    const joined = await baseRows(base, own, loaded)
    const before = await loadDataset(base)
    const weightsIn = ({ weights, splits }: typeof before) => Array.from(splits.train, (row) => weights?.[row])
    expect(weightsIn(joined)).toEqual(weightsIn(before))
  })
})

it('weights multiply the targets of batches, which are no rows of the data then', async () => {
  const data = await loadDataset(config(skewed('batches.csv'), { weighting: { column: 'w' } }))
  const levers = { ...someLevers, regularization: { ...someLevers.regularization, labelSmoothing: 0 } }
  const source = batchSource(data, { task: 'classification', width: 2, levers, augmentation: noAugmentation }, 1)
  expect(source.rowsOf).toBeNull()
  const [batch] = source(0)
  const sums = Array.from(
    { length: batch?.rows ?? 0 },
    (_, row) => (batch?.targets[2 * row] ?? 0) + (batch?.targets[2 * row + 1] ?? 0),
  )
  const known = new Set(data.weights)
  expect(sums.every((sum) => known.has(Math.fround(sum)))).toBe(true)
  expect(new Set(sums).size).toBeGreaterThan(1)
})
