import { describe, expect, it } from 'vitest'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import { LIMITS } from '../../src/data/source.ts'
import { spelledNumbers, spellingOf } from '../../src/data/spelling.ts'
import { brief, config, file, npy, plainSplit, problemsOf, smallCsv } from './support.ts'

let files = 0
const written = (content: string | Uint8Array, ending = 'csv'): string => file(`untidy${files++}.${ending}`, content)
const load = (content: string, ending?: string) => loadDataset(config(written(content, ending)))
const problems = async (content: string, ending?: string) =>
  brief(await problemsOf(load(content, ending))).map((one) => one.trim())

/** Rows of a number, another number and one of two classes. */
const rows = (count: number, cell: (i: number) => string = (i) => String((i * 37) % 101)): string[] =>
  Array.from({ length: count }, (_, i) => `${cell(i)},${(i * 17) % 29},${i % 2 ? 'p' : 'q'}`)
const table = (header: string, body: readonly string[]): string => `${[header, ...body].join('\n')}\n`

describe('the first lines', () => {
  const plain = table('a,b,y', rows(40))

  it('may be longer than the sample, and are a header still', async () => {
    const names = Array.from({ length: 900 }, (_, i) => `a_gene_with_a_long_name_${i}`)
    const body = Array.from({ length: 12 }, (_, r) => `${names.map((_, i) => ((r + 1) * (i + 3)) % 97).join(',')},${r % 2}`)
    const found = await inspect(written(table(`${names.join(',')},y`, body)))
    expect([found.header, found.rows, found.target]).toEqual([true, 12, 'y'])
  })
  it('may be cut by the sample within a quoted text', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `"${'a line\n'.repeat(150)}",${i},${i % 2 ? 'p' : 'q'}`)
    expect((await inspect(written(table('t,a,y', text)))).rows).toBe(20)
  })
  it.each([
    ['sep= of Excel', `sep=;\n${plain.replaceAll(',', ';')}`],
    ['sep= in quotes, with a byte order mark', `\ufeff"sep=|"\r\n${plain.replaceAll(',', '|')}`],
    ['a comment', `# exported 2026-01-01\n${plain}`],
    ['comments with delimiters', `# a, b\n# c, d, e, f\n${plain}`],
  ])('may be %s', async (_, text) => {
    const [found, expected] = [await load(text), await load(plain)]
    expect(found.features).toEqual(expected.features)
    expect(found.inputs).toEqual(expected.inputs)
  })
  it('before the header count for the line of an error', async () => {
    const named = { kind: 'columns', numeric: ['a'], categorical: [], encoding: 'one-hot' } as const
    const text = `# one\n# two\n${table('a,b,y', ['x,1,p', ...rows(20)])}`
    const found = await problemsOf(loadDataset(config(written(text), { inputs: named })))
    expect(brief(found)).toEqual(['data/not-a-number 4:1 x'])
  })
  it('with # are a header if they have its cells', async () => {
    expect((await inspect(written(table('#a,b,y', rows(20))))).columns.map((c) => c.name)).toEqual(['#a', 'b', 'y'])
  })
  it.each([
    ['40,2,p,q', rows(40), 'the first line is not a header'],
    ['Table of 2026', rows(40), 'the first line is not a header'],
    ['a,b,y', rows(40).map((row) => `${row},`), 'the rows end in a delimiter'],
    ['a,b,y', rows(40).map((row, i) => `r${i},${row}`), 'the rows have one cell more'],
  ])('%s that do not fit the rows are one error', async (header, body, message) => {
    const found = await problemsOf(load(table(header, body)))
    expect(found.map((d) => [d.code, d.at?.line])).toEqual([['data/ragged', 1]])
    expect(found[0]?.message).toContain(message)
  })
  it('that repeat a name above numbers are a header, and an error', async () => {
    expect(await problems(table('a,a,y', rows(20)))).toEqual(['data/duplicate-column 1:2 a'])
  })
  it('with units below the header are one error', async () => {
    expect(await problems(table('a,b,y', ['kg,m,-', ...rows(20)]))).toEqual(['data/second-header 2:1 kg, m, -'])
    const slips = await problems(table('a,b,y', ['kg,1,p', ...rows(30)]))
    expect(slips).toEqual(['data/not-a-number 2:1 kg'])
  })
  it('with a wrong row among them do not hide the delimiter', async () => {
    const text = table(
      'a;b;y',
      rows(20).map((row, i) => (i === 3 ? `${row};9` : row).replaceAll(',', ';')),
    )
    expect(await problems(text)).toEqual(['data/ragged 5:4 4'])
  })
  it('again among the rows are one error', async () => {
    const text = `${table('a,b,y', rows(20))}a,b,y\n${rows(20).join('\n')}\na,b,y\n${rows(3).join('\n')}`
    const found = await problemsOf(load(text))
    expect(brief(found)).toEqual(['data/repeated-header 22:1'])
    expect(found[0]?.message).toBe('2 rows repeat the header')
  })
})

describe('a header of numbers', () => {
  const headerOf = async (text: string) => {
    const { header, columns, rows: count } = await inspect(written(text))
    return [header, count, columns.map((c) => c.name).join()]
  }
  const five = (i: number): string => Array.from({ length: 5 }, (_, j) => ((i * 7 + j * 3) % 10) / 4).join(',')
  const numbers = Array.from({ length: 20 }, (_, i) => five(i))
  it('of pandas, with its index or without', async () => {
    const indexed = numbers.map((row, i) => `${i},${row}`)
    expect(await headerOf(table(',0,1,2,3,4', indexed))).toEqual([true, 20, 'Unnamed: 0,0,1,2,3,4'])
    expect(await headerOf(table('0,1,2,3,4', numbers))).toEqual([true, 20, '0,1,2,3,4'])
  })
  it('of years, beside names or alone', async () => {
    expect(await headerOf(table('1990,1991,1992,1993,1994', numbers))).toEqual([true, 20, '1990,1991,1992,1993,1994'])
    const named = numbers.map((row, i) => `land ${i},${row}`)
    expect(await headerOf(table('country,1990,1995,2000,2005,2010', named))).toEqual([
      true,
      20,
      'country,1990,1995,2000,2005,2010',
    ])
  })
  it('is none where a row could say the same', async () => {
    expect((await headerOf(table('1,2,3,4,5', numbers)))[0]).toBe(false)
    expect(
      (
        await headerOf(
          table(
            '0,1,2',
            numbers.map((row) => row.split(',').slice(0, 3).join()),
          ),
        )
      )[0],
    ).toBe(false)
    const years = Array.from({ length: 20 }, (_, i) => `${1990 + i},${1991 + i},${1992 + i}`)
    expect((await headerOf(years.join('\n')))[0]).toBe(false)
    expect((await headerOf(table(',5,yes', rows(20))))[0]).toBe(false)
  })
})

describe('numbers in another spelling', () => {
  it.each([
    ['$1,234.56', 'a currency sign'],
    ['-€12', 'a currency sign'],
    ['12,50 €', 'a currency sign'],
    ['1,234', 'thousands separators'],
    ['1,100,200', 'thousands separators'],
    ["1'234.5", 'thousands separators'],
    ['1\u202f234,5', 'thousands separators'],
    ['1.234,5', 'thousands separators'],
    ['1.234.567', 'thousands separators'],
    ['1,5', 'decimal commas'],
    ['\u22121.5', 'typographic minus'],
    ['\u20131.5', 'typographic minus'],
    ['1.5D+02', 'D exponents'],
    ['12 %', 'percent'],
    ['(1,234)', 'parentheses'],
    ['12.5-', 'the minus at the end'],
    ['<0.5', 'bounds'],
    ['\u0661\u0662', 'other digits'],
    ['\uff11\uff12', 'other digits'],
  ])('%s has %s', (text, words) => {
    expect(spellingOf(text)?.words).toContain(words)
  })
  it.each(['', 'red', '2026-01-01', '12:30', '12px', '1_000', '0x10', '1,2,3', 'A1', '1st', '-', '1.2.3', 'p<0.05'])(
    '"%s" has none',
    (text) => {
      expect(spellingOf(text)).toBeUndefined()
    },
  )
  it.each([
    ['thousands', (i: number) => `"1,${100 + i}"`, 'with thousands separators'],
    ['dollars', (i: number) => `$${i}.50`, 'with a currency sign'],
    ['some typographic minuses', (i: number) => (i % 2 ? `${i}.5` : `\u2212${i}.5`), 'with a typographic minus'],
    ['D exponents', (i: number) => `${i}.5D+01`, 'with D exponents, as Fortran writes them'],
    ['dashes for missing values', (i: number) => (i % 2 ? '-' : `${i}.5`), 'and - for missing values'],
    ['one unit', (i: number) => `${i}.5 kg`, 'with the unit kg'],
    ['points for missing values', (i: number) => (i % 3 ? '.' : `${i}.5`), 'and . for missing values'],
  ])('%s are an error, not a column that is left out', async (_, cell, words) => {
    const found = await problemsOf(load(table('a,b,y', rows(60, cell))))
    expect(found.map((d) => d.code)).toEqual(['data/number-spelling'])
    expect(found[0]?.message).toBe(`column "a" has numbers ${words}`)
  })
  it('are found where there are too many for categories', async () => {
    const found = await problemsOf(
      load(
        table(
          'a,b,y',
          rows(10_100, (i) => `$${i}`),
        ),
      ),
    )
    expect(found.map((d) => d.code)).toEqual(['data/number-spelling'])
  })
  it('are one error for a column that is said to be numeric, or the target', async () => {
    const inputs = { kind: 'columns', numeric: ['a'], categorical: [], encoding: 'one-hot' } as const
    const path = written(
      table(
        'a,b,y',
        rows(60, (i) => `"1,${100 + i}"`),
      ),
    )
    expect(brief(await problemsOf(loadDataset(config(path, { inputs }))))).toEqual(['data/not-a-number 2:1 1,100'])
    const regression = { task: 'regression', target: 'a', split: plainSplit } as const
    const [target] = await problemsOf(loadDataset(config(path, regression)))
    expect(target).toMatchObject({ code: 'data/not-a-number', hint: 'remove the separators' })
  })
  it('with a unit are categories where there are few, or several units', () => {
    const cylinders = (count: number, unit: (i: number) => string): string[] =>
      Array.from({ length: count }, (_, i) => `${i} ${unit(i)}`)
    expect(spelledNumbers(cylinders(8, () => 'cyl'))).toBeUndefined()
    expect(spelledNumbers(cylinders(40, (i) => (i % 2 ? 'kg' : 'g')))).toBeUndefined()
    expect(spelledNumbers(cylinders(40, () => 'kg'))?.found).toEqual(['0 kg', '1 kg', '2 kg'])
  })
  it('tell init why the column is not an input', async () => {
    const { columns } = await inspect(
      written(
        table(
          'a,b,y',
          rows(60, (i) => `$${i}.50`),
        ),
      ),
    )
    expect(columns.map(({ spelling }) => spelling)).toEqual(['with a currency sign', null, null])
  })
  it('do not make categories numbers', () => {
    for (const texts of [['red', 'green'], ['1', '2', '-'], ['10-20', '20-30', '<10'], ['A1', '$5'], [], ['-']])
      expect(spelledNumbers(texts), texts.join()).toBeUndefined()
  })
})

describe('values that look different and are not', () => {
  const labelled = (labels: readonly string[]): string =>
    table(
      'a,b,y',
      Array.from({ length: 40 }, (_, i) => `${i * 1.5},${i % 7},${labels[i % labels.length]}`),
    )
  it.each([
    ['1 and 1.0', ['1', '2', '1.0']],
    ['two Unicode forms', ['caf\u00e9', 'cafe\u0301', 'tea']],
    ['two zeros', ['0', '-0', '1']],
  ])('%s are an error as classes', async (_, labels) => {
    expect((await problemsOf(load(labelled(labels)))).map((d) => d.code)).toEqual(['data/same-level'])
  })
  it('texts that differ in case or blanks are a note, and so are codes with leading zeros none', async () => {
    expect((await load(labelled(['Yes', 'yes', 'no', 'n\u00a0o', 'n o']))).notes).toEqual([
      'classes of "y" that differ only in case, blanks or the form of letters: "Yes" and "yes", "n o" and "n\u00a0o"',
    ])
    expect((await load(labelled(['1', '01', '2']))).notes).toEqual([])
  })
  it('integers of JSON above 2^53 are an error as texts, and fine as numbers', async () => {
    const lines = (id: (i: number) => string) =>
      Array.from({ length: 40 }, (_, i) => `{"a": ${i % 9}, "id": ${id(i)}, "y": "${i % 2}"}`).join('\n')
    const split = { ...plainSplit, groupBy: 'id' }
    const large = written(
      lines((i) => `900719925474099${2 + (i % 8)}`),
      'jsonl',
    )
    expect(brief(await problemsOf(loadDataset(config(large, { split }))))).toEqual([
      'data/large-integer 1:2 9007199254740992, 9007199254740994, 9007199254740996',
    ])
    const quoted = written(
      lines((i) => `"900719925474099${2 + (i % 8)}"`),
      'jsonl',
    )
    expect((await loadDataset(config(quoted, { split }))).keys[0]?.codes.reduce((a, b) => Math.max(a, b))).toBe(7)
    expect((await loadDataset(config(large))).features).toEqual(['a', 'id'])
  })
  it('integers of an array above 2^53 are an error as classes', async () => {
    const values = BigInt64Array.from({ length: 24 }, (_, i) => (i % 2 ? 2n ** 53n + BigInt((i >> 1) % 3) : BigInt(i)))
    const path = written(npy('<i8', [12, 2], new Uint8Array(values.buffer)), 'npy')
    const found = await problemsOf(loadDataset(config(path, { target: '1', split: plainSplit })))
    expect(found.map((d) => d.code)).toEqual(['data/large-integer'])
  })
})

describe('a table that is too wide', () => {
  it('is refused at its first line, below comments', async () => {
    const path = file('wide-comment.csv', `# one\n# two\n${','.repeat(60)}\n${','.repeat(60)}\n`)
    const found = await problemsOf(loadDataset(config(path), { ...LIMITS, columns: 4 }))
    expect(brief(found)).toEqual(['data/too-many-columns 3:1 more than 16 delimiters'])
  })
})

describe('words for missing values', () => {
  it('that are usual are all texts in quotes, where other cells have none', async () => {
    for (const word of ['NA', '#N/A', 'NaT', '<NA>', '-nan']) {
      const rows = Array.from({ length: 30 }, (_, i) => `${i * 1.5},"${i % 3 === 0 ? word : 'DE'}",${i % 2}`)
      expect((await load(table('a,c,y', rows))).features).toEqual(['a', 'c=DE', `c=${word}`].sort())
    }
  })
  it('of spreadsheets, pandas and databases are missing', async () => {
    for (const word of ['#N/A', '<NA>', 'NaT', '\\N', '#DIV/0!', '-nan']) {
      const text = smallCsv(30, (cells, row) => {
        if (row === 5) cells[2] = word
      })
      expect(await problems(text)).toEqual([`data/missing 7:3 ${word}`])
    }
  })
  it('in quotes are texts, unless everything is quoted', async () => {
    const country = (i: number): string => ['"NA"', '"DE"', '"FR"'][i % 3] ?? ''
    const text = table(
      'a,c,y',
      Array.from({ length: 30 }, (_, i) => `${i * 1.5},${country(i)},"${i % 2}"`),
    )
    expect((await load(text)).features).toEqual(['a', 'c=DE', 'c=FR', 'c=NA'])
    const all = text.replaceAll(/(?<=^|,)[^",\n]+/gm, '"$&"')
    expect((await problemsOf(load(all)))[0]?.code).toBe('data/missing')
  })
})

describe('a file that is not what its name says', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n'
  it.each(['csv', 'csv.gz', 'parquet', 'arrow', 'npy', 'npz', 'jsonl', 'json', 'txt'])(
    'as a pointer of Git LFS named .%s is told so',
    async (ending) => {
      const [found] = await problemsOf(inspect(written(pointer, ending)))
      expect([found?.code, found?.hint]).toEqual([
        'data/lfs-pointer',
        'run git lfs pull; in a workflow, set lfs: true for actions/checkout',
      ])
    },
  )
  it.each(['<!DOCTYPE html>\n<html><body>a, b</body></html>', '\n<html lang="en">\n404, not found'])(
    'as a web page is told so: %j',
    async (page) => {
      for (const ending of ['csv', 'txt', 'jsonl']) {
        expect((await problemsOf(inspect(written(page, ending)))).map((d) => d.code)).toEqual(['data/html'])
      }
    },
  )
})

describe('quotes of other programs', () => {
  it('that are single are one error', async () => {
    const [found, ...more] = await problemsOf(
      load(
        table(
          'a,t,y',
          rows(30, (i) => `${i},'x, ${i % 3}'`),
        ),
      ),
    )
    expect([found?.message, more]).toEqual(['the rows have cells in single quotes, which are not quotes', []])
  })
  it('that follow a backslash have a hint', async () => {
    const [found] = await problemsOf(
      load(
        table(
          'a,b,y',
          rows(30, (i) => `"say \\"${i}\\""`),
        ),
      ),
    )
    expect(found?.hint).toBe('write "" for a quote inside of a cell, where the file has \\"')
  })
})
