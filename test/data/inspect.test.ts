import { describe, expect, it } from 'vitest'
import { inspect } from '../../src/data/inspect.ts'
import { guessImage } from '../../src/data/guess.ts'
import type { ColumnSummary } from '../../src/data/summary.ts'
import { digits, file, fixture, smallCsv, wine } from './support.ts'

describe('inspect', () => {
  it('knows the digits for 8 × 8 images with the class last', async () => {
    const found = await inspect(digits)
    expect(found).toMatchObject({
      format: 'csv',
      delimiter: ',',
      header: false,
      rows: 1797,
      target: '64',
      task: 'classification',
      imageShape: [8, 8, 1],
      scale: 1 / 16,
    })
    expect(found.columns.length).toBe(65)
    expect(found.columns.filter(({ type }) => type === 'constant').map(({ name }) => name)).toEqual(['0', '32', '39'])
    expect(found.columns[64]).toEqual({
      name: '64',
      index: 64,
      type: 'numeric',
      distinct: 10,
      missing: 0,
      min: 0,
      max: 9,
      sd: expect.closeTo(2.864506423320853, 9) as number,
      whole: true,
      words: null,
      time: false,
      label: false,
      listed: null,
      separators: [],
      spelling: null,
    })
  })

  const guess = async (head: string, row: (i: number) => readonly (string | number)[]) => {
    const rows = Array.from({ length: 60 }, (_, i) => row(i).join(','))
    const found = await inspect(file(`guess-${head.length}.csv`, [head, ...rows].join('\n')))
    return { target: found.target, task: found.task, why: found.targetWhy }
  }
  const some = (i: number, of: number): number => (i * 37 + (i >> 2)) % of

  it('takes the target that the evidence speaks for: name, place and number of values', async () => {
    const titanic = 'survived,pclass,age,fare,class,alone'
    expect(
      await guess(titanic, (i) => [i % 2, some(i, 3), some(i, 50) + 0.5, some(i, 90) + 0.1, 'ABC'[i % 3] ?? '', i % 2]),
    ).toEqual({ target: 'survived', task: 'classification', why: ['its name tells it', 'it has 2 values'] })
    expect(await guess('class,a,b,total', (i) => ['XY'[i % 2] ?? '', some(i, 40), some(i, 9), i / 7])).toMatchObject({
      target: 'class',
    })
    // The measurements of a diamond are no targets; its price is.
    expect(
      await guess('price,x,y,z', (i) => [i / 3, some(i, 40) + 0.5, some(i, 50) + 0.5, some(i, 60) + 0.5]),
    ).toMatchObject({
      target: 'price',
    })
    expect(await guess('x,y,a', (i) => [some(i, 40) + 0.5, i / 3, some(i, 50)])).toMatchObject({ target: 'y' })
    expect(await guess('spam,links,number', (i) => [i % 2, some(i, 40), 'abc'[i % 3] ?? ''])).toMatchObject({
      target: 'spam',
    })
    expect(await guess('a,b,amount', (i) => [some(i, 40), some(i, 9), i / 7])).toEqual({
      target: 'amount',
      task: 'regression',
      why: ['it is the last column that can be one'],
    })
  })

  it.each([
    ['a date', 'a,price,when', (i: number) => [some(i, 9), i / 3, `2024-0${(i % 9) + 1}-1${i % 9}`]],
    ['a day as people write it', 'a,price,seen', (i: number) => [some(i, 9), i / 3, `${(i % 27) + 1}.${(i % 12) + 1}.2024`]],
    ['a date that the name tells', 'a,price,sold_date', (i: number) => [some(i, 9), i / 3, 20240101 + i]],
    ['an identifier in any order', 'a,price,customer_id', (i: number) => [some(i, 9), i / 3, (i * 7919) % 100_003]],
    ['a row number', 'a,price,n', (i: number) => [some(i, 9), i / 3, i + 1]],
  ] as const)('never takes %s for the target', async (_, head, row) => {
    expect(await guess(head, row)).toMatchObject({ target: 'price', task: 'regression' })
  })

  it('takes no target that most rows lack, whatever its name', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i * 1.5},${i % 4 === 0 ? 'ab'[i % 2] : ''},${i % 2 ? 'high' : 'low'}`,
    )
    expect((await inspect(file('storms.csv', `wind,category,status\n${rows.join('\n')}\n`))).target).toBe('status')
    const full = rows.map((row) => row.replace(/,,/, ',b,'))
    expect((await inspect(file('full.csv', `wind,category,status\n${full.join('\n')}\n`))).target).toBe('category')
  })

  it('takes a column that lists labels for several of them, and only where it is sure', async () => {
    const cells = ['rock;live', 'live', '', 'jazz;rock;live', 'jazz', 'rock;90s', 'live;jazz']
    const rows = Array.from({ length: 70 }, (_, i) => `${(i * 37) % 41},${cells[i % 7]},${(i * 13) % 53}`)
    const found = await inspect(file('listing.csv', `x,tags,z\n${rows.join('\n')}\n`))
    expect(found).toMatchObject({ target: 'tags', task: 'multi-label', labels: { separator: ';', minRows: 1 } })
    expect(found.targetWhy).toContain('its cells list 4 labels')
    const rare = [...rows.slice(1), '5,demo;rock,6'].join('\n')
    expect((await inspect(file('rare.csv', `x,tags,z\n${rare}\n`))).labels).toMatchObject({ separator: ';', minRows: 10 })
    const named = rows.map((row, i) => row.replace(/,.*,/, `,"Last${i}, First${i % 5}",`)).join('\n')
    expect((await inspect(file('named.csv', `x,tags,z\n${named}\n`))).labels).toBeUndefined()
  })

  it('knows the lists of a file, and that they are no inputs', async () => {
    const cells = [['rock', 'live'], ['live'], [], ['jazz', 'rock', 'live'], ['jazz'], ['rock', '90s'], ['live', 'jazz']]
    const rows = Array.from({ length: 70 }, (_, i) => ({ x: (i * 37) % 41, at: [i % 3, i % 5], tags: cells[i % 7] }))
    const found = await inspect(file('listing.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')))
    expect(found.columns.map(({ type }) => type)).toEqual(['numeric', 'list', 'list'])
    expect(found).toMatchObject({ target: 'tags', task: 'multi-label', labels: { separator: null, minRows: 1 } })
  })

  it('counts no gap as a class', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 41},${i === 7 ? '' : i % 2 ? 'high' : 'low'}`)
    const found = await inspect(file('gap.csv', `x,status\n${rows.join('\n')}\n`))
    expect(found.columns[1]).toMatchObject({ distinct: 2, missing: 1 })
    expect(found.targetWhy).toContain('it has 2 values')
  })

  it('never takes a pixel for the target', async () => {
    const pixels = Array.from({ length: 64 }, (_, i) => `pixel${i}`)
    expect(await guess(pixels.join(','), (i) => pixels.map((_, j) => some(i + j, 17)))).toEqual({
      target: null,
      task: null,
      why: [],
    })
    expect(
      await guess([...pixels, 'digit'].join(','), (i) => [...pixels.map((_, j) => some(i + j, 17)), i % 10]),
    ).toMatchObject({ target: 'digit' })
  })

  it('knows the class column of wine and that it is no image', async () => {
    const found = await inspect(wine)
    expect(found).toMatchObject({
      header: true,
      rows: 178,
      target: 'class',
      task: 'classification',
      imageShape: null,
      scale: null,
    })
    expect(found.columns[0]).toMatchObject({
      name: 'alcohol',
      type: 'numeric',
      distinct: 126,
      min: 11.03,
      max: 14.83,
      whole: false,
    })
  })

  it('tells the types of columns, counts missing values, and guesses a measurement as regression', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      [i + 1, `k${i}`, i % 9 ? i % 7 : '', i % 3 ? 'p' : i % 2 ? 'NA' : 'q', 'same', ((i * 37) % 101) + 0.25].join(';'),
    )
    const found = await inspect(file('types.csv', ['row;key;n;c;k;price', ...rows].join('\n')))
    expect(found.columns.map(({ name, type, missing }) => `${name} ${type} ${missing}`)).toEqual([
      'row identifier 0',
      'key identifier 0',
      'n numeric 5',
      'c categorical 7',
      'k constant 0',
      'price numeric 0',
    ])
    expect(found).toMatchObject({ delimiter: ';', target: 'price', task: 'regression' })
  })

  it('takes a telling name before the last column, and text in front where there is no header', async () => {
    const rows = smallCsv(30)
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    const moved = rows.map(([a, b, c, y]) => [y === 'y' ? 'Label' : y, a, b, c].join(',')).join('\n')
    expect(await inspect(file('moved.csv', moved))).toMatchObject({ target: 'Label', task: 'classification' })
    const bare = rows
      .slice(1)
      .map(([a, b, , y]) => [y, a, b].join(','))
      .join('\n')
    expect(await inspect(file('bare.csv', bare))).toMatchObject({ header: false, target: '0', task: 'classification' })
  })

  it('knows the arrays of an npz', async () => {
    expect(await inspect(fixture('images.npz'))).toMatchObject({
      format: 'npz',
      rows: 40,
      target: 'y',
      task: 'classification',
      imageShape: [2, 3, 1],
    })
  })

  it.each([
    // columns, prefix, largest, shape
    [64, '', 16, [8, 8, 1]],
    [784, 'pixel', 255, [28, 28, 1]],
    [3072, 'p', 255, [32, 32, 3]],
    [192, '', 255, [8, 8, 3]],
    [16, '', 9, [4, 4, 1]],
    [9, '', 9, null],
    [63, '', 16, null],
    [27, '', 16, null],
    [64, 'x_', 1, null],
    [64, '', 256, null],
  ] as const)('takes %i columns named "%s…" with values up to %i for images of %j', (columns, prefix, max, imageShape) => {
    const pixels = Array.from(
      { length: columns },
      (_, index): ColumnSummary => ({
        name: `${prefix}${index}`,
        index,
        type: 'numeric',
        distinct: 9,
        missing: 0,
        min: 0,
        max,
        sd: 1,
        whole: true,
        words: null,
        time: false,
        label: false,
        listed: null,
        separators: [],
        spelling: null,
      }),
    )
    expect(guessImage(pixels)).toEqual({ imageShape, scale: imageShape && 1 / max })
    expect(guessImage(pixels.map((column) => ({ ...column, whole: false }))).imageShape).toBeNull()
    expect(guessImage(pixels.map((column) => ({ ...column, name: 'income' }))).imageShape).toBeNull()
  })

  it('takes sentences for texts, and reads them alone if nothing else is left', async () => {
    const sentence = (i: number): string => `this is review number ${i} and the film was ${i % 2 ? 'good' : 'bad'}`
    const of = async (name: string, head: string, row: (i: number) => string) =>
      inspect(file(name, [head, ...Array.from({ length: 60 }, (_, i) => row(i))].join('\n')))
    const alone = await of('alone.csv', 'id,review,label', (i) => `${i},${sentence(i)},${i % 2 ? 'good' : 'bad'}`)
    expect(alone.columns.map(({ name, type, words }) => `${name} ${type} ${words}`)).toEqual([
      'id identifier null',
      'review text 10',
      'label categorical null',
    ])
    expect(alone).toMatchObject({ target: 'label', task: 'classification', text: { column: 'review', length: 16 } })
    const beside = await of('beside.csv', 'stars,review,label', (i) => `${i % 5},${sentence(i)},${i % 2 ? 'good' : 'bad'}`)
    expect([beside.columns[1]?.type, beside.text]).toEqual(['text', null])
    const names = await of('names.csv', 'name,label', (i) => `Mr. John van Dyke ${i},${i % 2 ? 'good' : 'bad'}`)
    expect([names.columns[0]?.type, names.text]).toEqual(['identifier', null])
  })

  it('stops counting different values at 10,000', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i * 0.37},${i % 3}`)
    const found = await inspect(file('many.csv', ['a,b', ...rows].join('\n')))
    expect(found.columns.map(({ distinct }) => distinct)).toEqual([10_001, 3])
  })
})
