import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { LIMITS } from '../../src/data/source.ts'
import { brief, config, cpuTime, file, fixture, npy, plainSplit, problemsOf, rowOf, smallCsv } from './support.ts'
import { patiently } from '../support/slowness.ts'

const named = { kind: 'columns', numeric: ['a', 'b'], categorical: ['c'], encoding: 'one-hot' } as const

describe('delimited text', () => {
  const plain = smallCsv(30)
  const load = (name: string, text: string) => loadDataset(config(file(name, text), { inputs: named }))

  it.each([
    ['a byte order mark', 'bom.csv', `\ufeff${plain}`],
    ['Windows line ends', 'crlf.csv', plain.replaceAll('\n', '\r\n')],
    ['old Macintosh line ends', 'cr.csv', plain.replaceAll('\n', '\r')],
    ['mixed line ends', 'mixed.csv', plain.replace('\n', '\r\n').replace('no\n', 'no\r')],
    ['blank lines', 'blank.csv', `\n${plain.replaceAll('\n', '\n\n  \n')}\n`],
    ['no line end at the end', 'end.csv', plain.trimEnd()],
    ['quotes', 'quotes.csv', plain.replaceAll(/[^,\n]+/g, '"$&"')],
    ['spaces around cells', 'spaces.csv', plain.replaceAll(',', ' , ')],
    ['semicolons', 'semicolons.csv', plain.replaceAll(',', ';')],
    ['tabs', 'tabs.tsv', plain.replaceAll(',', '\t')],
    ['tabs under the wrong name', 'tabs.csv', plain.replaceAll(',', '\t')],
    ['bars', 'bars.csv', plain.replaceAll(',', '|')],
    ['an upper-case extension', 'UPPER.CSV', plain],
  ])('is read with %s', async (_, name, text) => {
    const [found, expected] = [await load(name, text), await load('plain.csv', plain)]
    expect(found.inputs).toEqual(expected.inputs)
    expect(found.targets).toEqual(expected.targets)
    expect(found.features).toEqual(expected.features)
  })

  it('keeps delimiters, quotes and line breaks inside quotes, and counts lines past them', async () => {
    const text = smallCsv(30, (cells, row) => {
      if (row % 3 === 0) cells[2] = '"red, ""or""\nscarlet"'
    })
    const data = await load('inside.csv', text)
    expect(data.features).toEqual(['a', 'b', 'c=blue', 'c=green', 'c=red, "or"\nscarlet'])
    const wrong = await problemsOf(load('inside2.csv', text.replace('\n6,', '\nsix,')))
    // Rows 0 and 3 before it take two lines each, and there is the header.
    expect(brief(wrong)).toEqual(['data/not-a-number 8:1 six'])
    const across = await problemsOf(load('inside3.csv', text.replace('\n4.5,', '\n\nfour,')))
    expect(brief(across)).toEqual(['data/not-a-number 7:1 four'])
  })

  it('takes a header for data only where the first row holds numbers or the config says so', async () => {
    const body = plain.slice(plain.indexOf('\n') + 1)
    const bare = config(file('bare.csv', body), { target: '-1' })
    expect((await loadDataset(bare)).features).toEqual(['0', '1', '2=blue', '2=green', '2=red'])
    const forced = await loadDataset({ ...bare, target: '3', header: false })
    expect(forced.targets.length).toBe(30)
    const inputs = { ...named, numeric: ['2001'], categorical: [] }
    const years = config(file('years.csv', `2001,2002,2003,y\n${body}`), { inputs })
    expect((await loadDataset({ ...years, header: true })).targets.length).toBe(30)
    expect((await loadDataset(years)).features).toEqual(['2001']) // the target's name settles it
    expect((await loadDataset({ ...years, target: '-1' })).features).toEqual(['2001']) // years count on
    const counts = config(file('counts.csv', `1,2,3,y\n${body}`), { inputs: { ...inputs, numeric: ['1'] }, target: '-1' })
    // Counts may be a row: y is a class of one.
    expect((await problemsOf(loadDataset(counts)))[0]?.code).toBe('data/small-class')
  })

  it('knows a header by the target where all columns are text', async () => {
    const text = ['y,z', ...Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'a' : 'b'},${i % 3 ? 'c' : 'd'}`)].join('\n')
    expect((await loadDataset(config(file('text.csv', text)))).features).toEqual(['z=c', 'z=d'])
  })

  it('prefers semicolons where commas are decimal, and says what is wrong with those', async () => {
    const text = ['a;b;y', ...Array.from({ length: 20 }, (_, i) => `${i},5;${i},25;${i % 2}`)].join('\n')
    const problems = await problemsOf(
      loadDataset(
        config(file('decimal.csv', text), {
          inputs: { kind: 'columns', numeric: ['a', 'b'], categorical: [], encoding: 'one-hot' },
        }),
      ),
    )
    expect(problems[0]).toMatchObject({ code: 'data/not-a-number', found: '0,5', hint: 'write decimal points' })
  })
})

describe('JSON lines', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({
    a: i * 1.5,
    b: (i * 7) % 11,
    c: ['red', 'green', 'blue'][i % 3],
    y: i % 2 > 0,
  }))

  it('are read as the same table as CSV, whatever the order of the keys', async () => {
    const lines = rows.map(({ a, b, c, y }, i) => JSON.stringify(i % 2 ? { y, c, b, a } : { a, b, c, y }))
    const data = await loadDataset(config(file('rows.jsonl', `\ufeff${lines.join('\r\n\r\n')}`), { inputs: named }))
    const csv = await loadDataset(config(file('rows.csv', smallCsv(30)), { inputs: named }))
    expect(data.inputs).toEqual(csv.inputs)
    expect(data.targets).toEqual(csv.targets)
    expect(data.classes).toEqual(['false', 'true'])
  })

  it('may be arrays, their columns named by position', async () => {
    const lines = rows.map(({ a, b, c, y }) => JSON.stringify([a, b, c, String(y)]))
    const data = await loadDataset(config(file('arrays.ndjson', lines.join('\n')), { target: '-1' }))
    expect(data.features).toEqual(['0', '1', '2=blue', '2=green', '2=red'])
  })

  it('are refused line by line', async () => {
    const good = '{"a":1,"y":"p"}'
    const wrong = ['{"a":2', '[1]', '{"a":1}', '{"a":1,"y":"p","z":3}', '{"a":[1],"y":"p"}', '3']
    const text = [good, ...wrong, '{"a":null,"y":"q"}', good]
    const problems = await problemsOf(loadDataset(config(file('bad.jsonl', text.join('\n')))))
    expect(problems.map((d) => `${d.code} ${d.at?.line}`)).toEqual([
      'data/json 2',
      'data/ragged 3',
      'data/ragged 4',
      'data/ragged 5',
      'data/nested 6',
      'data/json 7',
    ])
    const missing = await problemsOf(loadDataset(config(file('null.jsonl', [good, '{"a":null,"y":"q"}', good].join('\n')))))
    expect(brief(missing)).toEqual(['data/missing 2:1 nothing'])
    const huge = await problemsOf(loadDataset(config(file('huge.jsonl', `${good}\n{"a":1e999,"y":"q"}`))))
    expect(brief(huge)).toEqual(['data/not-finite 2:1 Infinity'])
  })
})

describe('NumPy arrays', () => {
  const grid = Array.from({ length: 6 }, (_, row) => [0, 1, 2].map((i) => 4 * row + i))
  const load = (name: string) =>
    loadDataset(
      config(fixture(`${name}.npy`), {
        target: '-1',
        task: 'regression',
        split: plainSplit,
        inputs: { kind: 'array', shape: [3], scale: 1 },
      }),
    )

  const types = ['float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64']
  it.each([...types, 'fortran'])('of %s are read, the last column as the target', async (name) => {
    const { targets, targetScale, ...data } = await load(name)
    expect(grid.map((_, row) => rowOf(data, row))).toEqual(grid)
    const { mean, sd } = targetScale?.[0] ?? { mean: NaN, sd: NaN }
    expect([...targets].map((t) => t * sd + mean).map(Math.round)).toEqual([3, 7, 11, 15, 19, 23])
  })

  it('of booleans are 0 and 1', async () => {
    const data = await loadDataset(
      config(fixture('bool.npy'), {
        target: '-1',
        task: 'regression',
        split: plainSplit,
        inputs: { kind: 'array', shape: [3], scale: 1 },
      }),
    ).catch((error: Error) => error.message)
    expect(data).toMatch(/constant-target/) // 3, 7, 11, … are all odd
  })

  it('of other types, or without rows, are refused', async () => {
    for (const [name, found] of [
      ['text', 'U3'],
      ['scalar', 'shape ()'],
      ['big-endian', '>f4'],
    ] as const) {
      const [problem] = await problemsOf(load(name))
      expect(problem).toMatchObject({ code: 'data/npy' })
      expect(problem?.found).toContain(found)
    }
  })

  it('with NaN or infinity are refused with row and column', async () => {
    const problems = await problemsOf(loadDataset(config(fixture('nan.npy'), { target: '-1', split: plainSplit })))
    expect(brief(problems)).toEqual(['data/not-finite 2:1 NaN', 'data/not-finite 3:2 -Infinity'])
    expect(problems[1]?.message).toContain('row 2 of the array')
  })

  it('in an npz take their part by name, and keep their shape', async () => {
    const expected = Array.from({ length: 6 }, (_, i) => 6 * 7 + i)
    for (const name of ['images.npz', 'images-fortran.npz']) {
      const groupBy = name === 'images.npz' ? null : 'site'
      const data = await loadDataset(config(fixture(name), { target: 'y', split: { ...plainSplit, groupBy } }))
      expect(data.inputShape).toEqual([2, 3])
      expect(data.classes).toEqual(['0', '1', '2', '3'])
      expect([...data.targets.subarray(0, 5)]).toEqual([0, 1, 2, 3, 0])
      expect(rowOf(data, 7)).toEqual(expected)
    }
    const shaped = config(fixture('images.npz'), { inputs: { kind: 'array', shape: [2, 3, 1], scale: 0.5 } })
    expect(rowOf(await loadDataset(shaped), 7)).toEqual(expected.map((v) => v / 2))
  })

  it('in an npz are refused where a name is wrong or not enough', async () => {
    const [wrong] = await problemsOf(loadDataset(config(fixture('images-fortran.npz'), { target: 'sit' })))
    expect(wrong).toMatchObject({ code: 'data/no-array', hint: 'did you mean "site"?', allowed: 'x, y, site' })
    const other = zipSync({ 'p.npy': new Uint8Array(9), 'q.npy': new Uint8Array(9), 'y.npy': new Uint8Array(9) })
    const [unclear] = await problemsOf(loadDataset(config(file('unclear.npz', other))))
    expect(unclear).toMatchObject({ code: 'data/no-array', found: 'p, q' })
    const long = zipSync({ 'x.npy': readFileSync(fixture('uint8.npy')), 'y.npy': readFileSync(fixture('uint8.npy')) })
    const [matrix] = await problemsOf(loadDataset(config(file('matrix.npz', long))))
    expect(matrix).toMatchObject({
      code: 'data/target-width',
      found: '4 values a row',
      hint: expect.stringContaining('for one-hot classes, save y.argmax(axis=1)') as string,
    })
    const deep = zipSync({ 'x.npy': readFileSync(fixture('uint8.npy')), 'y.npy': npy('|u1', [6, 2, 2], Buffer.alloc(24)) })
    const [tensor] = await problemsOf(loadDataset(config(file('tensor.npz', deep))))
    expect(tensor).toMatchObject({ code: 'data/npz', found: 'shape (6, 2, 2)' })
  })
})

describe('files', () => {
  it('of every format may be gzipped', async () => {
    const csv = await loadDataset(config(file('z.csv.gz', gzipSync(smallCsv(30)))))
    expect(csv.targets.length).toBe(30)
    const npz = await loadDataset(config(file('z.npz.gz', gzipSync(readFileSync(fixture('images.npz'))))))
    expect(npz.inputShape).toEqual([2, 3])
    const rows = Array.from({ length: 20 }, (_, i) => JSON.stringify({ a: i * i, y: i % 2 ? 'p' : 'q' })).join('\n')
    expect((await loadDataset(config(file('z.jsonl.GZ', gzipSync(rows))))).features).toEqual(['a'])
  })

  it.each([
    ['data.xlsx', 'x', 'data/format', '.xlsx'],
    ['data', 'x', 'data/format', 'no extension'],
    ['constructor.gz', 'x', 'data/format', '.gz'],
    ['x.constructor', 'x', 'data/format', '.constructor'],
    ['empty.csv', '', 'data/empty', undefined],
    ['blank.csv', ' \n\n', 'data/empty', undefined],
    ['empty.jsonl', '\n\n', 'data/empty', undefined],
    ['not.csv.gz', 'a,y\n1,2\n', 'data/gzip', 'incorrect header check'],
    ['torn.csv.gz', gzipSync('a,y\n1,2\n'.repeat(100)).subarray(0, 30), 'data/gzip', 'unexpected end of file'],
    ['not.npz', 'PK no archive', 'data/npz', undefined],
    ['not.npy', 'NUMPY', 'data/npy', undefined],
    ['hidden.csv', gzipSync('a,y'), 'data/encoding', undefined],
    ['latin.csv', Buffer.from('a,y\ncaf\u00e9,1\n', 'latin1'), 'data/encoding', undefined],
    ['wide.csv', Buffer.from('\ufeffa,y\n1,2\n', 'utf16le'), 'data/encoding', undefined],
  ])('%s is refused', async (name, content, code, found) => {
    const [problem] = await problemsOf(loadDataset(config(file(name, content))))
    expect(problem?.code).toBe(code)
    if (found !== undefined) expect(problem?.found).toContain(found)
  })

  it('that are not there, or folders, are refused', async () => {
    const missing = await problemsOf(loadDataset(config(`${file('x.txt', '')}-not-there.csv`)))
    expect(missing[0]).toMatchObject({ code: 'data/unreadable', found: expect.stringContaining('ENOENT') })
    const folder = file('x.txt', '').replace(/x\.txt$/, 'folder.csv')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(folder)
    expect(brief(await problemsOf(loadDataset(config(folder))))).toEqual(['data/no-files'])
  })

  it('that unpack to more than the limit are refused before they do', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, '0,0\n'))
    expect(bomb.length).toBeLessThan(200_000)
    const limits = { ...LIMITS, bytes: 2 ** 20 }
    const zip = zipSync({ 'x.npy': new Uint8Array(8 * 2 ** 20), 'y.npy': new Uint8Array(10) })
    const large = '1,2\n'.repeat(2 ** 18 + 1)
    for (const path of [file('bomb.csv.gz', bomb), file('bomb.npz', zip), file('large.csv', large)]) {
      const time = await cpuTime(async () => {
        expect((await problemsOf(loadDataset(config(path), limits)))[0]?.code).toBe('data/too-large')
      })
      expect(time).toBeLessThan(patiently(0.5))
    }
  })

  it('with too many columns, a row without end, or a made-up archive directory are refused', async () => {
    const limits = { ...LIMITS, columns: 100, record: 10_000 }
    const problem = async (name: string, content: string | Uint8Array) =>
      (await problemsOf(loadDataset(config(file(name, content)), limits)))[0]?.code
    expect(await problem('columns.csv', `${'1,'.repeat(101)}1\n`)).toBe('data/too-many-columns')
    expect(await problem('endless.csv', `a,y\n"${'x'.repeat(50_000)}`)).toBe('data/csv')
    expect(await problem('endless.jsonl', `{"a":1,"y":1}\n${' '.repeat(20_000)}1`)).toBe('data/too-large')
    expect(await problem('entries.npz', claimEntries(4_000_000_000))).toBe('data/npz')
  })
})

/** An archive of one array whose 64-bit directory says that there are `count`. */
function claimEntries(count: number): Uint8Array {
  const zip = Buffer.from(zipSync({ 'x.npy': new Uint8Array(10) }))
  const end = zip.length - 22
  const wide = Buffer.alloc(56)
  wide.writeUInt32LE(0x06064b50, 0)
  wide.writeUInt32LE(count, 32)
  wide.writeUInt32LE(zip.readUInt32LE(end + 16), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeUInt32LE(end, 8)
  return Buffer.concat([zip.subarray(0, end), wide, locator, zip.subarray(end)])
}
