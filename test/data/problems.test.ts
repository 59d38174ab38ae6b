import { describe, expect, it } from 'vitest'
import { formatDiagnostic } from '../../src/base/diagnostics.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { brief, config, digits, file, plainSplit, problemsOf, smallCsv, wine } from './support.ts'

const named = { kind: 'columns', numeric: ['a', 'b'], categorical: ['c'], encoding: 'one-hot' } as const
const problems = (text: string, more: Partial<DataConfig> = {}) => problemsOf(loadDataset(config(file('p.csv', text), more)))

/** The small table with single cells replaced: { '3:c': '' } empties column c of row 3. */
function withCells(cells: Readonly<Record<string, string>>, rows = 40): string {
  return smallCsv(rows, (found, row) => {
    ;['a', 'b', 'c', 'y'].forEach((name, i) => {
      found[i] = cells[`${row}:${name}`] ?? found[i] ?? ''
    })
  })
}

describe('wrong cells', () => {
  it('are listed with line and column, all at once, in reading order', async () => {
    const text = withCells({
      '0:a': '',
      '1:b': 'NA',
      '2:c': '?',
      '3:y': 'null',
      '4:a': 'NaN',
      '5:b': 'abc',
      '6:a': '-inf',
      '7:b': '1e39',
    })
    for (const inputs of [named, { kind: 'auto' }] as const) {
      expect(brief(await problems(text, { inputs }))).toEqual([
        'data/missing 2:1 nothing',
        'data/missing 3:2 NA',
        'data/missing 4:3 ?',
        'data/missing 5:4 null',
        'data/missing 6:1 NaN',
        'data/not-a-number 7:2 abc',
        'data/not-finite 8:1 -inf',
        'data/not-finite 9:2 1e39',
      ])
    }
  })

  it('read well', async () => {
    const [first] = await problems(withCells({ '2:b': 'abc' }), { inputs: named })
    expect(first && formatDiagnostic(first).replace(/^.*p\.csv/, 'p.csv')).toBe(
      [
        'p.csv:4:2: error[data/not-a-number] not a number in column "b"',
        '  found:   abc',
        '  allowed: a decimal number',
        '  hint:    list the column under data.inputs.categorical if it holds categories',
      ].join('\n'),
    )
  })

  it.each(['0x10', '1_000', '12px', '1,5', '--1', '1e', 'true', '0b1', '١'])('%s is not a number', async (cell) => {
    const found = await problems(withCells({ '2:b': `"${cell}"` }), { inputs: named })
    expect(brief(found)).toEqual([`data/not-a-number 4:2 ${cell}`])
  })

  it.each(['+1.5', '.5', '5.', '1e3', '1E-3', '-0', '007', '3.4e38'])('%s is a number', async (cell) => {
    const data = await loadDataset(config(file('n.csv', withCells({ '2:b': cell })), { inputs: named }))
    expect(data.inputs[2 * 5 + 1]).toBe(Math.fround(Number(cell)) + 0)
  })

  it('in columns that are not used do not matter', async () => {
    const inputs = { ...named, numeric: ['a'], categorical: [] }
    const data = await loadDataset(config(file('u.csv', withCells({ '0:b': '', '1:c': 'NA' })), { inputs }))
    expect(data.features).toEqual(['a'])
  })

  it('of one kind are named up to five in a column; more are one problem', async () => {
    const text = smallCsv(1000, (cells, row) => {
      if (row % 2) cells[0] = row % 3 ? 'x' : 'y'
      if (row % 4 === 0) cells[1] = ''
    })
    const found = await problems(text, { inputs: named })
    expect(found.map(({ message, found: texts, at }) => [message, texts, at?.line])).toEqual([
      ['250 of 1,000 values in column "b" are missing, the first of them here', 'nothing', 2],
      ['500 of 1,000 values in column "a" are no numbers, the first of them here', 'x, y', 3],
    ])
    const five = smallCsv(1000, (cells, row) => {
      if (row < 5) cells[1] = ''
    })
    expect(brief(await problems(five, { inputs: named }))).toEqual(
      [2, 3, 4, 5, 6].map((line) => `data/missing ${line}:2 nothing`),
    )
  })

  it('in a target are no gap that could be filled in', async () => {
    const gaps = { inputs: named, missing: { strategy: 'indicator', values: [], fill: 0 } as const }
    const [one] = await problems(withCells({ '2:y': '' }), gaps)
    expect(one?.hint).toBe('a target is never filled in: delete the rows without one, or predict another column')
    const text = smallCsv(1000, (cells, row) => {
      if (row % 4 === 0) cells[cells.length - 1] = ''
    })
    const found = await problems(text, gaps)
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^250 of 1,000 values in column "\w+" are missing, the first of them here$/),
    ])
  })

  it('of rows are one problem too, where many rows have the same', async () => {
    const ragged = await problems(smallCsv(1000).replaceAll('green', 'gr,een'))
    expect(ragged.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^the row has \d cells where the first has \d, and 332 more like this, in lines \d+, \d+, \d+ and others$/,
      ),
    ])
  })

  it('make a column of numbers with a few slips an error, and one with many a category', async () => {
    const slips = await problems(withCells({ '3:b': 'oops', '9:b': 'ouch' }))
    expect(brief(slips)).toEqual(['data/not-a-number 5:2 oops', 'data/not-a-number 11:2 ouch'])
    const many = smallCsv(40, (cells, row) => {
      if (row % 4 === 0) cells[1] = 'low'
    })
    expect((await loadDataset(config(file('many.csv', many)))).features).toContain('b=low')
  })

  it('all missing are one problem', async () => {
    const empty = smallCsv(40, (cells) => {
      cells[1] = ''
    })
    expect((await problems(empty)).map((d) => d.code)).toEqual(['data/empty-column'])
  })
})

describe('wrong rows', () => {
  it('of another length are listed', async () => {
    const text = smallCsv(10)
      .replace('\n3,', '\n3,extra,')
      .replace(/\n6,[^,]*,/, '\n')
    expect(brief(await problems(text))).toEqual(['data/ragged 4:5 5', 'data/ragged 6:3 2'])
  })

  it('with a quote that never closes, or one in mid-cell, are placed', async () => {
    const open = await problems(smallCsv(10).replace('red', '"red'))
    expect(open[0]).toMatchObject({ code: 'data/csv', message: 'a quote is never closed' })
    const inner = await problems(smallCsv(10).replace('\n3,3', '\n3"5,3'))
    expect(brief(inner)[0]).toMatch(/^data\/csv 4:1/)
  })
})

describe('wrong names', () => {
  it('of columns come with the nearest right one, all at once', async () => {
    const inputs = { ...named, numeric: ['a', 'bb'], categorical: ['colour'] }
    const found = await problemsOf(loadDataset(config(wine, { target: 'klass', inputs })))
    expect(brief(found)).toEqual(['klass', 'a', 'bb', 'colour'].map((name) => `data/no-column ${name}`))
    expect(found[0]?.hint).toBe('did you mean "class"?')
    expect(found[0]?.allowed).toContain('alcohol, malic_acid')
  })

  it('in a file without header are told so', async () => {
    const [found] = await problemsOf(loadDataset(config(digits, { target: 'label' })))
    expect(found).toMatchObject({ code: 'data/no-column', allowed: '0 to 64, or -1 for the last column' })
    for (const target of ['65', '-66', '1.5', '99999999999']) {
      expect((await problemsOf(loadDataset(config(digits, { target }))))[0]?.code).toBe('data/no-column')
    }
  })

  it('with two parts are refused: a target as input is a leak', async () => {
    const twice = await problems(smallCsv(20), { inputs: { ...named, numeric: ['a', 'y', 'a'], categorical: [] } })
    expect(twice.map((d) => d.message)).toEqual([
      '"y" is the target and cannot also be an input',
      '"a" is listed as an input twice',
    ])
    const group = await problems(smallCsv(20), { split: { ...plainSplit, groupBy: 'y' } })
    expect(group.map((d) => d.code)).toEqual(['data/column-twice'])
    const input = await problems(smallCsv(20), { inputs: named, split: { ...plainSplit, groupBy: 'c' } })
    expect(input.map((d) => d.message)).toEqual(['"c" is the group and cannot also be an input'])
  })

  it('in a header twice are refused', async () => {
    const found = await problems(smallCsv(20).replace('a,b', 'a,a'), { header: true })
    expect(brief(found)).toEqual(['data/duplicate-column 1:2 a'])
  })

  it('such as __proto__ are names like others', async () => {
    const text = smallCsv(20).replace('a,b', '__proto__,constructor')
    const data = await loadDataset(config(file('proto.csv', text)))
    expect(data.features.slice(0, 2)).toEqual(['__proto__', 'constructor'])
  })
})

describe('data that nothing can be learned from', () => {
  it('have one class, small classes, a constant target, no rows, or no inputs', async () => {
    const one = smallCsv(20).replaceAll('yes', 'no')
    expect(brief(await problems(one))).toEqual(['data/one-class no'])
    const small = await problems(withCells({ '0:y': 'rare', '1:y': 'odd', '2:y': 'odd' }))
    expect(brief(small)).toEqual(['data/small-class 2 rows', 'data/small-class 1 row'])
    const spared = await loadDataset(config(file('s.csv', withCells({ '0:y': 'rare' })), { split: plainSplit }))
    expect(spared.classes).toContain('rare')
    const flat = smallCsv(20, (cells) => {
      cells[0] = '4'
    })
    expect(brief(await problems(flat, { target: 'a', task: 'regression' }))).toEqual(['data/constant-target 4'])
    expect(brief(await problems('a,b,y\n', { header: true }))).toEqual(['data/empty'])
    const none = smallCsv(20, (cells) => cells.splice(0, 3, '1', '1', '1'))
    expect(brief(await problems(none))).toEqual(['data/no-inputs'])
  })

  it('have a text target for regression, or thousands of classes', async () => {
    expect((await problems(smallCsv(20), { task: 'regression' }))[0]?.code).toBe('data/not-a-number')
    const many = smallCsv(10_001, (cells, row) => {
      cells[3] = `class ${row}`
    })
    expect((await problems(many, { split: plainSplit }))[0]?.code).toBe('data/too-many-levels')
  })

  it('have a shape that does not hold the columns', async () => {
    const inputs = { kind: 'array', shape: [8, 8, 3], scale: 1 } as const
    const [found] = await problemsOf(loadDataset(config(digits, { target: '-1', inputs })))
    expect(found).toMatchObject({ code: 'data/shape', found: '[8, 8, 3] = 192 values', allowed: '64 input columns' })
  })
})

describe('decimal commas', () => {
  it('are refused by name, not taken for categories', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},${i % 10};${i % 3},5;${'ab'[i % 2]}`)
    const found = await problems(['länge;breite;y', ...rows].join('\n'), { target: 'y', inputs: { kind: 'auto' } })
    expect(found.map((d) => [d.code, d.at?.column])).toEqual([
      ['data/decimal-comma', 1],
      ['data/decimal-comma', 2],
    ])
  })
})
