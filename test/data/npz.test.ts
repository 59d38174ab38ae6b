import { zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import { LIMITS, type Limits } from '../../src/data/source.ts'
import { altered, fieldOf, zip64 } from '../support/zip-fields.ts'
import { config, file, npy, problemsOf } from './support.ts'

/** A .npy of one column of 60 rows. */
function column(type: string, padded?: number): Buffer {
  const [rows, size] = [60, Number(type.slice(2))]
  const values = Buffer.alloc(rows * size)
  for (let row = 0; row < rows; row++) values[row * size] = row % 7
  return npy(type, [rows, 1], values, padded)
}

const labels = column('|u1')
const pack = (files: Zippable): Buffer => Buffer.from(zipSync(files))
const archive = pack({ 'x.npy': column('<i4'), 'y.npy': labels })
let files = 0

async function refusal(content: Buffer, limits: Partial<Limits> = {}): Promise<unknown> {
  const path = file(`attack-${files++}.npz`, content)
  const [problem] = await problemsOf(loadDataset(config(path, { target: 'y' }), { ...LIMITS, ...limits }))
  return problem
}

const changed = (change: (bytes: Buffer) => void, bytes = archive): Buffer => altered(bytes, change)

describe('an npz of several targets', () => {
  const rows = 60
  const matrix = (width: number, at: (row: number, k: number) => number): Buffer =>
    npy(
      '|u1',
      [rows, width],
      Buffer.from(Array.from({ length: rows * width }, (_, i) => at(Math.floor(i / width), i % width))),
    )
  const x = column('<i4')
  const labelled = config('', { target: 'y', task: 'multi-label' })
  const of = (content: Zippable, more: Parameters<typeof config>[1]) =>
    loadDataset({ ...labelled, source: file(`several-${files++}.npz`, pack(content)), ...more })

  it('has a label for each column of a matrix, named by position', async () => {
    const y = matrix(3, (row, k) => Number(row % (k + 2) === 0))
    const data = await of({ 'x.npy': x, 'y.npy': y }, {})
    expect(data.targetNames).toEqual(['y.0', 'y.1', 'y.2'])
    expect(data.inputShape).toEqual([1])
    expect([...data.targets.slice(0, 6)]).toEqual([1, 1, 1, 0, 0, 0])
    expect(await inspect(file('labels.npz', pack({ 'x.npy': x, 'y.npy': y })))).toMatchObject({
      task: 'multi-label',
      targetArray: 'y',
      targets: ['y.0', 'y.1', 'y.2'],
    })
  })

  it('has a number for each column of a matrix', async () => {
    const data = await of({ 'x.npy': x, 'y.npy': matrix(2, (row, k) => (row * (k + 3)) % 50) }, { task: 'regression' })
    expect([data.targetNames, data.targetScale?.length]).toEqual([['y.0', 'y.1'], 2])
  })

  it('may have an array for each', async () => {
    const one = (of: number): Buffer => matrix(1, (row) => Number(row % of === 0))
    const data = await of({ 'x.npy': x, 'a.npy': one(2), 'b.npy': one(3) }, { target: 'a', targets: ['a', 'b'] })
    expect([data.targetNames, data.features]).toEqual([['a', 'b'], ['0']])
  })

  it('says that labels of which every row has one are classes', async () => {
    const data = await of({ 'x.npy': x, 'y.npy': matrix(3, (row, k) => Number(row % 3 === k)) }, {})
    expect(data.notes.join()).toContain('every row has exactly one label')
  })

  it.each([
    ['one column', matrix(1, (row) => row % 2), {}, /"y" of .* has one/],
    ['a third value', matrix(2, (row) => row % 3), {}, /label "y.0" has a value that is neither/],
    ['classes', matrix(2, (row) => row % 2), { task: 'classification' }, /does not have one value for each row/],
  ] as const)('is refused with %s', async (_, y, more, words) => {
    const [problem] = await problemsOf(of({ 'x.npy': x, 'y.npy': y }, more))
    expect(problem?.message).toMatch(words)
  })
})

describe('attack 18: an npz', () => {
  it('is read when nothing is wrong with it', async () => {
    const found = await loadDataset(config(file('good.npz', archive), { target: 'y' }))
    expect(found.targets.length).toBe(60)
  })

  it.each([
    ['another checksum', changed((b) => b.writeUInt32LE(7, fieldOf(b, 'x.npy', 'crc'))), 'checksum'],
    ['a size one byte too large', changed((b) => b.writeUInt32LE(369, fieldOf(b, 'x.npy', 'size'))), 'not enough bytes'],
    ['a size one byte too small', changed((b) => b.writeUInt32LE(367, fieldOf(b, 'x.npy', 'size'))), 'too many bytes'],
    ['a size of two gigabytes', changed((b) => b.writeUInt32LE(2 ** 31 - 2, fieldOf(b, 'x.npy', 'size'))), 'cannot hold'],
    [
      'two arrays of one name',
      changed((b) => b.write('x.npy', fieldOf(b, 'z.npy', 'name')), pack({ 'x.npy': labels, 'z.npy': labels })),
      'two entries',
    ],
    [
      'more entries than arrays could be',
      pack(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`a${i}.npy`, labels]))),
      '1000 entries',
    ],
    ['a zip64 directory of 2⁴⁰ entries', zip64('x.npy', labels, 2 ** 40), '1000 entries'],
    ['an array that is encrypted', changed((b) => b.writeUInt16LE(1, fieldOf(b, 'x.npy', 'flags'))), 'encrypted'],
  ])('with %s is refused', async (_, content, found) => {
    expect(await refusal(content)).toMatchObject({ code: 'data/npz', found: expect.stringContaining(found) as string })
  })

  it('with arrays beyond the limits is refused before one is unpacked', async () => {
    // Damaged, so that unpacking would end in another error.
    const bomb = changed((b) => b.writeUInt32LE(7, fieldOf(b, 'x.npy', 'crc')), archive)
    expect(await refusal(bomb, { bytes: archive.length })).toMatchObject({ code: 'data/too-large' })
    expect(await refusal(bomb, { memory: 500 })).toMatchObject({ code: 'data/too-large', allowed: '500 bytes' })
  })

  it('in the format zip64 is read', async () => {
    const path = file('wide.npz', zip64('x.npy', labels))
    expect(await problemsOf(loadDataset(config(path, { target: 'y' })))).toMatchObject([{ code: 'data/no-array' }])
  })
})

describe('a .npy with a header that is not padded', () => {
  it.each(['<f8', '<i8', '<f4', '<i2', '|u1'])('of type %s is read as if it were', async (type) => {
    const read = async (padded: number): Promise<unknown> =>
      (
        await loadDataset(
          config(file(`padded-${padded}.npz`, pack({ 'x.npy': column(type, padded), 'y.npy': labels })), { target: 'y' }),
        )
      ).inputs
    for (const padded of [121, 122, 127, 130]) expect(await read(padded)).toEqual(await read(128))
  })
})
