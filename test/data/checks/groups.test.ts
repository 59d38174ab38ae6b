import { describe, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { stream } from '../../../src/base/random.ts'
import { checkData } from '../../../src/data/check.ts'
import { loadDataset } from '../../../src/data/load.ts'
import type { DataConfig, Dataset } from '../../../src/data/types.ts'
import { config, digits, file, wine } from '../support.ts'

const groupsOf = (data: Dataset) => checkData(data, ['groups'])
const split = { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 }

/** A study of `people`, each seen a few times: rows of one are alike, and nothing else tells who is who. */
function repeated(name: string, value: (person: number) => string | number, people = 60): string {
  const random = stream(3, 'people')
  const order = Array.from({ length: people }, () => random.uniform())
  const number = order.map((own) => order.filter((other) => other < own).length)
  const lines = order.flatMap((_, person) => {
    const own = [random.normal(), random.normal(), random.normal(), random.normal()]
    return Array.from({ length: 3 + (person % 4) }, () => {
      const seen = own.map((mean) => (mean + 0.2 * random.normal()).toFixed(4))
      return [...seen, value(number[person] ?? 0), random.integer(2) === 0 ? 'no' : 'yes'].join(',')
    })
  })
  return file(`${name.replace(/\W/g, '-')}.csv`, [`a,b,c,d,${name},y`, ...lines, ''].join('\n'))
}

const load = (source: string, change: Partial<DataConfig> = {}) =>
  loadDataset(config(source, { standardize: true, split, ...change }))

describe('groups that are not declared', () => {
  it.each([
    ['a number', (person: number) => 1000 + person],
    ['a text', (person: number) => `k${(person * 7919) % 1009}`],
  ] as const)('are found by how alike their rows are, where the name says nothing: %s', async (_, value) => {
    const [found] = groupsOf(await load(repeated(`v5-${typeof value(1)}`, value)))
    expect(found).toMatchObject({ check: 'groups' })
    expect(found?.message).toMatch(
      /^rows may belong together by "v5-\w+" \(of [89]\d % of the rows, the most similar other row has the same value, where chance gives 1 %/,
    )
    expect(found?.message).toMatch(
      /\d\d of its 60 values are in more than one part of the split.* set split\.groupBy: v5-.*; rows \d+, /,
    )
    expect(found?.rows?.length).toBeGreaterThan(50)
  })

  it.each(['patient', 'Subject_ID', 'userId', 'session no.'])(
    'are found by their name where rows are not alike: %s',
    async (name) => {
      const random = stream(9, 'rows')
      const lines = Array.from({ length: 200 }, (_, i) => `${random.normal().toFixed(4)},p${i % 40},${i % 2}`)
      const data = await load(file('named.csv', [`a,${name},y`, ...lines, ''].join('\n')))
      expect(groupsOf(data)[0]?.message).toMatch(/its name says so/)
    },
  )

  it('are found among columns that are no inputs, and columns that say the same are named beside', async () => {
    const source = repeated('v', (person) => 500 + person)
    const inputs = { kind: 'columns', numeric: ['a', 'b', 'c', 'd'], categorical: [], encoding: 'one-hot' } as const
    expect(groupsOf(await load(source, { inputs }))).toHaveLength(1)
    const twice = repeated('v,house', (person) => `${500 + person},h${person}`)
    const found = groupsOf(await load(twice, { inputs }))
    expect(found).toHaveLength(1)
    expect(found[0]?.message).toMatch(/; likewise "(v|house)"; rows/)
  })

  it('are no matter where they are declared, or nested in what is', async () => {
    const source = repeated('v,place', (person) => `${500 + person},${Math.floor(person / 3)}`)
    expect(groupsOf(await load(source, { split: { ...split, groupBy: 'place' } }))).toEqual([])
  })
})

describe('declared groups', () => {
  it('that are torn apart are counted and their rows named', async () => {
    const data = await load(
      repeated('patient', (person) => person),
      { split: { ...split, groupBy: 'patient' } },
    )
    expect(groupsOf(data)).toEqual([])
    const [row = 0] = data.splits.test
    const [key] = data.keys
    const brother = data.splits.test.find((other) => other !== row && key?.codes[other] === key?.codes[row]) ?? -1
    const test = data.splits.test.filter((other) => other !== row)
    const torn = { ...data, splits: { ...data.splits, test, validation: Int32Array.from([...data.splits.validation, row]) } }
    const [found] = groupsOf(torn)
    expect(found?.message).toMatch(/^1 group of "patient" in more than one part of the split, despite groupBy; rows /)
    expect(found?.rows).toContain(row)
    expect(found?.rows).toContain(brother)
  })
})

describe('no groups are cried', () => {
  const breast = fileURLToPath(new URL('../../diagnose/data/breast-cancer.csv', import.meta.url))
  const iris = fileURLToPath(new URL('../../diagnose/data/iris.csv', import.meta.url))

  it('in the data of the examples and tests, whatever the target', async () => {
    const tables = [
      [wine, 'class'],
      [breast, 'class'],
      [iris, 'class'],
    ] as const
    const regressions = [
      [wine, 'alcohol'],
      [wine, 'proline'],
      [wine, 'magnesium'],
      [breast, 'worst_texture'],
      [iris, 'petal_width'],
    ] as const
    const all = await Promise.all([
      ...tables.map(([source, target]) => load(source, { target })),
      ...regressions.map(([source, target]) =>
        load(source, { target, task: 'regression', split: { ...split, stratify: false } }),
      ),
      load(digits, { target: '-1', header: false }),
      load(digits, { target: '-1', inputs: { kind: 'array', shape: [8, 8, 1], scale: 1 / 16 }, standardize: false }),
    ])
    expect(all.flatMap(groupsOf)).toEqual([])
  })

  it.each([
    ['a whole number that goes with the inputs', (own: number) => Math.round(20 + 12 * own)],
    ['a whole number that does not', (_: number, i: number) => (i * 7919) % 83],
    ['a text that does not', (_: number, i: number) => `t${(i * 7919) % 83}`],
    ['a text of few values', (own: number) => `g${Math.round(2 * Math.tanh(own))}`],
  ])('by %s', async (_, value) => {
    const random = stream(4, 'plain')
    const lines = Array.from({ length: 400 }, (_row, i) => {
      const own = random.normal()
      const noisy = [own + 0.1 * random.normal(), own + 0.1 * random.normal(), random.normal()].map((v) => v.toFixed(4))
      return [...noisy, value(own, i), i % 2].join(',')
    })
    expect(groupsOf(await load(file('plain.csv', ['a,b,c,v,y', ...lines, ''].join('\n'))))).toEqual([])
  })
})
