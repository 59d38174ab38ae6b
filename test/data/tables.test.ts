import { readdirSync, readFileSync } from 'node:fs'
import zlib, { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpackLz4Frame, xxHash32 } from '../../src/data/formats/arrow/lz4-frame.ts'
import { unpackZstd } from '../../src/data/formats/zstd.ts'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import { readSource } from '../../src/data/read-source.ts'
import { LIMITS } from '../../src/data/source.ts'
import { brief, config, file, fixture, plainSplit, problemsOf } from './support.ts'

type Texts = readonly (string | null)[]
const expected = JSON.parse(readFileSync(fixture('tables.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, Texts>>>
>
const path = (name: string): string => fixture(`tables/${name}`)

/** The cells of a file as text, read once as numbers and once as texts; null for a missing one. */
async function cellsOf(name: string): Promise<Record<string, { texts: Texts; numbers: readonly number[] }>> {
  const source = await readSource(path(name))
  const opened = await source.format.open(source, { header: 'auto', target: null, groupBy: null })
  const texts = opened.read(opened.names.map(() => 'text'))
  const numbers = opened.read(opened.names.map(() => 'double'))
  return Object.fromEntries(
    opened.names.map((column, i) => {
      const { codes, levels } = texts.columns[i] ?? {}
      const text = Array.from({ length: texts.rows }, (_, row) => levels?.[codes?.[row] ?? -1] ?? '')
      const number = Array.from({ length: texts.rows }, (_, row) => numbers.columns[i]?.at(row) ?? NaN)
      return [column, { texts: text.map((one) => (one === '' ? null : one)), numbers: number }]
    }),
  )
}

describe('tables of pyarrow, pandas, polars and fastparquet', () => {
  it.each(Object.keys(expected).filter((name) => !name.startsWith('nested')))(
    '%s has the cells that pyarrow reads',
    async (name) => {
      const found = await cellsOf(name)
      const columns = expected[name] ?? {}
      expect(Object.keys(found)).toEqual(Object.keys(columns))
      for (const [column, cells] of Object.entries(columns)) {
        const { texts = [], numbers = [] } = found[column] ?? {}
        const isNumber = cells.every((cell) => cell === null || Number.isFinite(Number(cell)))
        if (isNumber) expect(numbers, column).toEqual(cells.map((cell) => (cell === null ? NaN : Number(cell))))
        if (!isNumber || column === 'i64' || column === 'u64') expect(texts, column).toEqual(cells)
      }
    },
  )

  it('train as the same table in CSV does', async () => {
    const columns = expected['pandas.parquet'] ?? {}
    const names = ['f32', 'i8', 'category', 'y']
    const rows = (columns['y'] ?? []).map((_, row) => names.map((name) => columns[name]?.[row] ?? '').join(','))
    const inputs = { kind: 'columns', numeric: ['f32', 'i8'], categorical: ['category'], encoding: 'one-hot' } as const
    const csv = await loadDataset(config(file('pandas.csv', [names.join(','), ...rows].join('\n')), { inputs }))
    const own = await loadDataset(config(path('pandas.parquet'), { inputs }))
    expect(own.inputs).toEqual(csv.inputs)
    expect([own.features, own.classes, own.targets]).toEqual([csv.features, csv.classes, csv.targets])
  })

  it('keep NA as a text, and refuse what is missing', async () => {
    const inputs = { kind: 'columns', numeric: [], categorical: ['word'], encoding: 'one-hot' } as const
    const found = await problemsOf(loadDataset(config(path('none.parquet'), { inputs })))
    expect(brief(found)[0]).toBe('data/missing 6:2 nothing')
    expect(found.filter(({ message }) => message.includes('NA'))).toEqual([])
  })

  it('are inspected, and may be gzipped', async () => {
    expect(await inspect(path('pandas.parquet'))).toMatchObject({ format: 'parquet', header: true, rows: 60, target: 'y' })
    const zipped = file('zipped.parquet.gz', gzipSync(readFileSync(path('pandas.parquet'))))
    expect((await inspect(zipped)).rows).toBe(60)
  })

  it('with lists or structures are refused where those are used', async () => {
    const [found] = await problemsOf(loadDataset(config(path('nested.parquet'))))
    expect(found).toMatchObject({ code: 'data/nested', found: 'a, s' })
    const inputs = { kind: 'columns', numeric: ['b'], categorical: [], encoding: 'one-hot' } as const
    const spared = await loadDataset(config(path('nested.parquet'), { inputs, split: plainSplit }))
    expect(spared.features).toEqual(['b'])
  })
})

describe('a Parquet file that is not sound', () => {
  const sound = readFileSync(path('none.parquet'))
  const problem = async (content: Uint8Array, limits = LIMITS) => {
    const [found] = await problemsOf(loadDataset(config(file('unsound.parquet', content), { split: plainSplit }), limits))
    return `${found?.code} ${found?.found}`
  }
  const patched = (at: number, bytes: readonly number[]): Buffer => {
    const copy = Buffer.from(sound)
    copy.set(bytes, at)
    return copy
  }

  it.each([
    ['empty but for its magic', Buffer.from('PAR1PAR1'), 'PAR1'],
    ['cut short', sound.subarray(0, -9), 'PAR1'],
    ['encrypted', Buffer.concat([sound.subarray(0, -4), Buffer.from('PARE')]), 'it is encrypted'],
    ['with metadata longer than itself', patched(sound.length - 8, [255, 255, 255, 0]), 'bytes of metadata'],
    [
      'of an encoding with differences',
      readFileSync(path('delta.parquet')),
      'the encoding DELTA_BYTE_ARRAY is not supported',
    ],
  ])('%s is refused', async (_, content, words) => {
    expect(await problem(content)).toMatch(new RegExp(`^data/parquet .*${words}`))
  })

  /** Where the first page begins: behind the magic. */
  const page = 4
  it('with a page that claims gigabytes is refused before they are there', async () => {
    // The page's header: type, then unpacked and packed size as zigzag numbers.
    const header = sound.subarray(page, page + 8)
    expect(header[0]).toBe(0x15)
    const large = Buffer.concat([
      sound.subarray(0, page),
      Buffer.from([0x15, header[1] ?? 0, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15, 0x02]),
      sound.subarray(page + 10),
    ])
    expect(await problem(large, { ...LIMITS, memory: 2 ** 30 })).toMatch(/^data\/parquet /)
  })

  it('with a list that claims more items than bytes is refused', async () => {
    const { requireSoundStruct } = await import('../../src/data/formats/parquet/thrift.ts')
    const list =
      (...bytes: number[]) =>
      () =>
        requireSoundStruct(Uint8Array.from(bytes), 0)
    expect(list(0x19, 0xfc, 0xff, 0xff, 0xff, 0x07, 0)).toThrow('claim a list of 16777215 items')
    expect(list(...Array<number>(40).fill(0x1c))).toThrow('nested too deeply')
    expect(list(...Array<number>(40).fill(0x19))).toThrow()
    expect(list(0x15, ...Array<number>(20).fill(0xff))).toThrow('too long')
    expect(list(0x18, 0x7f, 1)).toThrow('cut short')
    expect(list(0x15, 2, 0)()).toBe(3)
  })
})

it('the files of the folder are all in the list of cells, or refused', () => {
  const others = ['blocks.feather', 'delta.parquet', 'old.feather']
  expect(readdirSync(fixture('tables')).toSorted()).toEqual([...Object.keys(expected), ...others].toSorted())
})

describe('a JSON array', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({
    a: i * 1.5,
    c: ['red', 'a "quoted", [text]', '\\'][i % 3],
    y: i % 2 > 0,
  }))
  const lines = file('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))
  const inputs = { kind: 'columns', numeric: ['a'], categorical: ['c'], encoding: 'one-hot' } as const
  it.each([
    ['in one line', JSON.stringify(rows)],
    ['over several lines', JSON.stringify(rows, null, 2)],
    [
      'with a byte order mark and Windows line ends',
      `\ufeff\r\n${JSON.stringify(rows, null, 1).replaceAll('\n', '\r\n')}\r\n`,
    ],
  ])('%s is read as JSON lines are', async (_, text) => {
    const [own, expected] = [
      await loadDataset(config(file('rows.json', text), { inputs })),
      await loadDataset(config(lines, { inputs })),
    ]
    expect([own.features, own.inputs, own.targets]).toEqual([expected.features, expected.inputs, expected.targets])
  })
  it('of arrays has columns by position', async () => {
    expect(
      (await inspect(file('lists.json', JSON.stringify(rows.map(({ a, y }) => [a, y]))))).columns.map((c) => c.name),
    ).toEqual(['0', '1'])
  })
  it('has errors in their lines', async () => {
    const text = `[\n  {"a": 1, "y": "p"},\n  {"a": null,\n   "y": "q"},\n  {"a": 3}\n]`
    expect(brief(await problemsOf(loadDataset(config(file('gap.json', text)))))).toEqual(['data/ragged 5:2'])
  })
  it.each([
    ['{"a": [1, 2], "y": [1, 2]}', 'df.to_json'],
    ['{"a":1,"y":2}\n{"a":2,"y":3}', 'df.to_json'],
    ['[{"a":1,"y":1}] {"a":2,"y":2}', '.jsonl'],
    ['[{"a":1,"y":1}', ''],
    ['[{"a":1,"y":1},,{"a":2,"y":2}]', ''],
    ['[{"a":NaN,"y":1},{"a":1,"y":2}]', 'write null'],
    ['[]', ''],
    ['null', '.jsonl'],
    ['[[[1]]]', ''],
    ['["a', ''],
  ])('%s is refused', async (text, hint) => {
    const [found] = await problemsOf(loadDataset(config(file('wrong.json', text), { target: '-1' })))
    expect(found?.hint ?? '').toContain(hint)
  })
})

describe('text between blanks', () => {
  const cells = Array.from({ length: 40 }, (_, i) => [`${(i * 37) % 101}.5`, `-${(i * 17) % 29}`, i % 2 ? 'p' : 'q'])
  const csv = ['a,b,y', ...cells.map((row) => row.join(','))].join('\n')
  const features = async (name: string, text: string) => {
    const { inputs, features: names, targets } = await loadDataset(config(file(name, text)))
    return { inputs, names, targets }
  }
  it.each([
    ['aligned.txt', csv.replaceAll(',', '     ')],
    ['leading.dat', csv.replaceAll(/^/gm, '   ').replaceAll(',', ' \t ')],
    ['quoted.data', csv.replaceAll(/[pq]$/gm, '"$&"').replaceAll(',', ' ')],
    ['comment.txt', `# made by a tool, 2026\n\n${csv.replaceAll(',', '  ')}\n\n`],
    ['commas.data', csv],
    ['tabs.txt', csv.replaceAll(',', '\t')],
    ['bars.psv', csv.replaceAll(',', ' | ')],
  ])('%s is read as CSV is', async (name, text) => {
    expect(await features(name, text)).toEqual(await features('plain.csv', csv))
  })
  it('may have blanks in quotes, and one tab, as the cars of UCI have', async () => {
    const rows = cells.map(([a, b, y], i) => `${a}   ${b} ${y}\t"a car ${i % 2 ? 'of two words' : ''}"`)
    const found = await inspect(file('cars.data', rows.join('\n')))
    expect([found.rows, found.columns.length, found.columns[3]?.distinct]).toEqual([40, 4, 2])
  })
  it('has places in its own lines', async () => {
    const text = `a b y\n\n1 2 p\n\nx 3 q\n${cells.map((row) => row.join(' ')).join('\n')}`
    expect(brief(await problemsOf(loadDataset(config(file('places.txt', text)))))).toEqual(['data/not-a-number 5:1 x'])
  })
  it('as R writes it names what is wrong with the header', async () => {
    const text = `"a" "b" "y"\n${cells.map(([a, b, y], i) => `"${i + 1}" ${a} ${b} "${y}"`).join('\n')}`
    const [found] = await problemsOf(loadDataset(config(file('r.txt', text))))
    expect(found).toMatchObject({ code: 'data/ragged', hint: 'name the first column too, if it holds row names' })
  })
})

describe('an Arrow file', () => {
  it('whose buffers have many blocks is unpacked whole', async () => {
    const source = await readSource(path('blocks.feather'))
    const opened = await source.format.open(source, { header: 'auto', target: null, groupBy: null })
    const { rows, columns } = opened.read(['double', 'text'])
    expect(rows).toBe(40_000)
    const numbers = Array.from({ length: rows }, (_, row) => columns[0]?.at(row))
    expect(numbers).toEqual(numbers.map((_, row) => row % 977))
    expect([...(columns[1]?.codes ?? [])]).toEqual(numbers.map((_, row) => row % 2))
  })

  const sound = readFileSync(path('lz4.ipc'))
  const problem = async (content: Uint8Array, limits = LIMITS) => {
    const [found] = await problemsOf(loadDataset(config(file('unsound.arrow', content), { split: plainSplit }), limits))
    return `${found?.code} ${found?.found}`
  }
  const changed = (at: number, bytes: readonly number[]): Buffer => {
    const copy = Buffer.from(sound)
    copy.set(bytes, at)
    return copy
  }
  it.each([
    ['of the first version of Feather', readFileSync(path('old.feather')), 'Feather in its first version'],
    ['cut short', sound.subarray(0, -9), 'it does not end with ARROW1'],
    ['of another format', Buffer.from('a,b\n1,2\n'), 'a message is cut short|it is damaged'],
    ['that ends in the middle of a stream', readFileSync(path('stream.arrows')).subarray(0, 3000), 'a message is cut short'],
    ['with metadata longer than itself', changed(sound.length - 10, [255, 255, 255, 127]), 'bytes of metadata'],
    ['with lists in a column', readFileSync(path('nested.arrow')), 'a, s'],
  ])('%s is refused', async (_, content, words) => {
    expect(await problem(content)).toMatch(new RegExp(`^data/(arrow|nested) .*(${words})`))
  })

  it('with a buffer that unpacks to more than memory allows is refused before it is there', async () => {
    expect(await problem(sound, { ...LIMITS, memory: 30_000 })).toMatch(/^data\/(arrow a buffer states|memory)/)
  })
})

/** Found by `npm run fuzz:values`: each was read with values that its writer did not write. */
describe('a damaged file', () => {
  it.each([
    ['place-beyond-dictionary.parquet', 'a place in its dictionary, that does not exist'],
    ['levels.parquet', 'a page has a level'],
    ['fewer-values.parquet', 'a column has -62 values where there are 17 rows'],
    ['beyond-its-type.parquet', 'a value lies outside of its type: 16253138'],
    ['overlapping-texts.arrow', 'the texts of a column overlap'],
    ['not-utf8.arrow', 'a text is not UTF-8'],
    ['decimal-digits.arrow', 'a decimal has more digits than its type'],
    ['views.arrow', 'a text lies outside of its buffer'],
    ['null-count.arrow', 'a column has 18 missing values and states 2'],
    ['other-key.npy', 'fortran_opdar'],
    ['version.npy', 'version 1.64'],
  ])('%s is refused', async (name, words) => {
    const [problem] = await problemsOf(inspect(fixture(`damaged/${name}`)))
    expect(problem?.code).toMatch(/^data\/(parquet|arrow|npy)$/)
    expect(problem?.found).toContain(words)
  })

  it.runIf('zstdCompressSync' in zlib)('whose Zstandard frame does not have its checksum is refused', () => {
    const content = Buffer.from('tunegate '.repeat(100))
    const packed = zlib.zstdCompressSync(content, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })
    expect(Buffer.from(unpackZstd(packed, content.length))).toEqual(content)
    packed[packed.length - 1] = (packed.at(-1) ?? 0) ^ 1
    expect(() => unpackZstd(packed, content.length)).toThrow('checksum')
  })
})

describe('an LZ4 frame', () => {
  const text = Buffer.from('tunegate '.repeat(40))
  it('has its content and its checksum', () => {
    expect(xxHash32(Buffer.from(''))).toBe(0x02cc5d05)
    expect(xxHash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
    const frame = frameOf(text)
    expect(Buffer.from(unpackLz4Frame(frame, text.length))).toEqual(text)
    const wrong = Buffer.from(frame)
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1
    expect(() => unpackLz4Frame(wrong, text.length)).toThrow('checksum')
    expect(() => unpackLz4Frame(frame, text.length + 1)).toThrow('states')
    for (let length = 0; length < frame.length - 4; length++) {
      expect(() => unpackLz4Frame(frame.subarray(0, length), text.length)).toThrow()
    }
  })
})

/** A frame with one block: nine literals, then one copy of all that follows; with a checksum of the content. */
function frameOf(text: Buffer): Buffer {
  const copied = text.length - 9 - 5
  const more = [...Array<number>(Math.floor((copied - 19) / 255)).fill(255), (copied - 19) % 255]
  const block = Buffer.concat([
    Buffer.from([0x9f]),
    text.subarray(0, 9),
    Buffer.from([9, 0, ...more, 0x50]),
    text.subarray(-5),
  ])
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeUInt32LE(block.length)
  sum.writeUInt32LE(xxHash32(text))
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7])
  return Buffer.concat([header, size, block, Buffer.alloc(4), sum])
}
