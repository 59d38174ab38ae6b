import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { afterAll, describe, expect, it } from 'vitest'
import { findParts } from '../../src/cli/commands/init-data.ts'
import { decodeJpeg } from '../../src/data/formats/image-folder/jpeg.ts'
import { decodePng } from '../../src/data/formats/image-folder/png.ts'
import { resized, withChannels } from '../../src/data/formats/image-folder/resize.ts'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { brief, config, fixture, plainSplit, problemsOf, rowOf, smallCsv } from './support.ts'

interface Oracle {
  readonly grey: readonly number[]
  readonly color: readonly number[]
  readonly sizes: Readonly<Record<string, readonly number[]>>
}
const { height, width, images, jpegs } = JSON.parse(readFileSync(fixture('images.json'), 'utf8')) as {
  readonly height: number
  readonly width: number
  readonly images: Readonly<Record<string, Oracle>>
  readonly jpegs: Readonly<Record<string, readonly number[]>>
}

const root = mkdtempSync(join(tmpdir(), 'tunegate-folders-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0

/** A folder with these files. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(root, `f${folders++}`)
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

/** A gray image whose values are all the same. */
const flat = (value: number, side = 4, channels = 1): Uint8Array =>
  encode({ width: side, height: side, channels, depth: 8, data: new Uint8Array(side * side * channels).fill(value) })

/** Ten images of each of two classes, told apart by how bright they are. */
const twoClasses = (prefix = ''): Record<string, Uint8Array> =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`${prefix}${i % 2 ? 'bright' : 'dark'}/${i}.png`, flat(i % 2 ? 200 + i : 10 + i)]),
  )

const load = (path: string, more: Partial<DataConfig> = {}) => loadDataset(config(path, { target: 'label', ...more }))

describe.each(Object.entries(images))('%s', (name, oracle) => {
  const image = decodePng(readFileSync(fixture(`images/${name}`)))
  it('has the pixels that Pillow reads', () => {
    expect([image.height, image.width]).toEqual([height, width])
    expect([...withChannels(image, 1).values]).toEqual(oracle.grey)
    expect([...withChannels(image, 3).values]).toEqual(oracle.color)
  })
  it.each(Object.entries(oracle.sizes))('has the pixels of Pillow at %s', (size, expected) => {
    const [h = 0, w = 0] = size.split('x').map(Number)
    const { values } = resized(withChannels(image, 1), h, w)
    // Pillow computes in fixed point, so a mean just at a half may round the other way.
    expect(values.length).toBe(expected.length)
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (values[i] ?? NaN))))).toBeLessThanOrEqual(1)
  })
})

describe('a JPEG', () => {
  it.each(Object.entries(jpegs))('%s has nearly the pixels of Pillow', (name, expected) => {
    const image = decodeJpeg(readFileSync(fixture(`images/${name}`)))
    expect(image.values.length).toBe(expected.length)
    // Decoders may differ in their cosine transform and in how they stretch color.
    const far = expected.map((value, i) => Math.abs(value - (image.values[i] ?? NaN)))
    expect(Math.max(...far)).toBeLessThanOrEqual(4)
  })
  it('with thousands of scans is refused', () => {
    const bytes = readFileSync(fixture('images/progressive.jpg'))
    const scan = Buffer.from([0xff, 0xda])
    expect(() => decodeJpeg(Buffer.concat([bytes, ...Array<Buffer>(100).fill(scan)]))).toThrow('more than 64 scans')
    expect(() => decodeJpeg(bytes.subarray(0, 300))).toThrow()
  })
  it('may be named .png, and lies beside PNG', async () => {
    const bytes = readFileSync(fixture('images/baseline.jpg'))
    const data = await load(folder({ 'a/1.png': bytes, 'a/2.jpeg': bytes, 'b/3.PNG': flat(3), 'b/4.jpg': flat(4) }), {
      split: { ...plainSplit, validation: 0, test: 0 },
      inputs: { kind: 'array', shape: [8, 8, 3], scale: 1 },
    })
    expect([data.classes, data.targets.length]).toEqual([['a', 'b'], 4])
  })
})

describe('a folder of images', () => {
  it('has a class for each folder, and keeps its shape', async () => {
    const data = await load(folder(twoClasses()))
    expect([data.classes, data.inputShape, data.targets.length]).toEqual([['bright', 'dark'], [4, 4, 1], 20])
    expect(rowOf(data, 0)).toEqual(Array(16).fill(201))
    const summary = await inspect(folder(twoClasses()))
    expect(summary).toMatchObject({
      format: 'image-folder',
      rows: 20,
      target: 'label',
      task: 'classification',
      imageShape: [4, 4, 1],
    })
  })
  it('is resized to the shape that the spec gives', async () => {
    const files = { ...twoClasses(), 'dark/large.png': flat(9, 30, 3) }
    const shaped = (shape: readonly number[]) => load(folder(files), { inputs: { kind: 'array', shape, scale: 1 / 255 } })
    const data = await shaped([2, 2, 3])
    expect([data.inputShape, data.features.length]).toEqual([[2, 2, 3], 12])
    expect(rowOf(data, 20)).toEqual(Array(12).fill(Math.fround(9 / 255)))
    expect((await problemsOf(shaped([4, 4]))).map((d) => d.code)).toEqual(['data/shape'])
  })
  it('has the size of its first image, up to 64 pixels', async () => {
    const files = { 'a/1.png': flat(1, 100, 3), 'b/2.png': flat(2, 50) }
    expect((await inspect(folder(files))).imageShape).toEqual([64, 64, 1])
  })
  it.each([
    ['images outside of a class', { 'dark/1.png': flat(1), 'stray.png': flat(2) }, 'data/images', 'stray.png'],
    ['the parts of a split', twoClasses('train/'), 'data/images', undefined],
    [
      'a file that is no image',
      { ...twoClasses(), 'dark/x.png': 'no image' },
      'data/images',
      'neither as a PNG nor as a JPEG',
    ],
    ['nothing', { 'notes.md': 'none' }, 'data/no-files', undefined],
    ['two formats', { ...twoClasses(), 'labels.csv': 'a,b\n' }, 'data/mixed-folder', 'image-folder, csv'],
  ])('with %s is refused', async (what, files, code, found) => {
    const all = what === 'the parts of a split' ? { ...files, ...twoClasses('test/') } : files
    const [problem] = await problemsOf(load(folder(all)))
    expect(problem?.code).toBe(what === 'the parts of a split' ? 'data/split-files' : code)
    if (found !== undefined) expect(problem?.found).toContain(found)
  })
  it('may have one folder for each part of the split, which init finds', async () => {
    const path = folder({ ...twoClasses('train/'), ...twoClasses('val/'), ...twoClasses('test/'), 'README.md': 'about' })
    const parts = await findParts([path])
    expect(parts).toEqual({
      source: join(path, 'train'),
      files: { validation: join(path, 'val'), test: join(path, 'test') },
    })
    const { splits, classes } = await load(parts.source, { ...parts, split: plainSplit })
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([20, 20, 20])
    expect(classes).toEqual(['bright', 'dark'])
    const [whole] = await problemsOf(load(path))
    expect(whole?.hint).toMatch(/name each in place of source, such as train: .*\/train$/)
  })
  it('whose folders are not all parts has classes', async () => {
    const path = folder({ 'train/1.png': flat(1), 'bus/2.png': flat(2) })
    expect(await findParts([path])).toEqual({ source: path })
  })
  it('does not follow links', async () => {
    const path = folder(twoClasses())
    symlinkSync('/etc/hostname', join(path, 'dark', 'link.png'))
    expect((await problemsOf(load(path))).map((d) => [d.code, d.found])).toEqual([['data/link', 'dark/link.png']])
  })
  it('whose image unpacks to more than its pixels is refused', () => {
    const chunk = (type: string, content: Uint8Array): Buffer => {
      const body = Buffer.concat([Buffer.from(type), content])
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
      length.writeUInt32BE(content.length)
      sum.writeUInt32BE(crc32(body))
      return Buffer.concat([length, body, sum])
    }
    const header = (w: number): Buffer => chunk('IHDR', Buffer.from([0, 0, 0, w, 0, 0, 0, 4, 8, 0, 0, 0, 0]))
    const png = (w: number, packed: Uint8Array): Buffer =>
      Buffer.concat([
        Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
        header(w),
        chunk('IDAT', packed),
        chunk('IEND', Buffer.alloc(0)),
      ])
    expect(decodePng(png(4, deflateSync(Buffer.alloc(20)))).values.length).toBe(16)
    expect(() => decodePng(png(4, deflateSync(Buffer.alloc(100_000_000))))).toThrow()
    expect(() => decodePng(png(0, deflateSync(Buffer.alloc(20))))).toThrow('0 × 4 pixels')
    expect(() => decodePng(png(4, deflateSync(Buffer.alloc(20))).subarray(0, -4))).toThrow('cut short')
  })
})

describe('several files', () => {
  const lines = smallCsv(60).trimEnd().split('\n')
  const part = (from: number, to: number): string => [lines[0], ...lines.slice(from + 1, to + 1), ''].join('\n')
  const shards = { 'train-0.csv': part(0, 20), 'train-1.csv.gz': gzipSync(part(20, 50)), 'train-2.csv': part(50, 60) }
  const whole = (): Promise<unknown> => loadDataset(config(join(folder({ 'all.csv': part(0, 60) }), 'all.csv'))).then(cells)
  const cells = ({ inputs, features, targets, classes }: Awaited<ReturnType<typeof loadDataset>>) => ({
    inputs,
    features,
    targets,
    classes,
  })

  it('of a folder, or of a pattern, are one table', async () => {
    const path = folder({ ...shards, 'README.md': 'about' })
    expect(cells(await loadDataset(config(path)))).toEqual(await whole())
    const mixed = folder({ ...shards, 'test-0.csv': part(0, 9) })
    expect(cells(await loadDataset(config(join(mixed, 'train-*'))))).toEqual(await whole())
    expect(cells(await loadDataset(config(join(mixed, '*ain*-*csv*'))))).toEqual(await whole())
    expect((await inspect(path)).rows).toBe(60)
  })
  it('have their own places in errors', async () => {
    const path = folder({ ...shards, 'train-2.csv': part(50, 60).replace('\n75,', '\nx,') })
    const [problem] = await problemsOf(loadDataset(config(path)))
    expect(problem?.at).toMatchObject({ line: 2, column: 1 })
    expect(problem?.at?.file).toMatch(/train-2\.csv$/)
  })
  it('have one fingerprint, which changes with each of them', async () => {
    const print = async (files: Readonly<Record<string, string | Uint8Array>>) =>
      (await loadDataset(config(folder(files)))).fingerprint
    expect(await print(shards)).toBe(await print(shards))
    expect(await print({ ...shards, 'train-2.csv': part(50, 59) })).not.toBe(await print(shards))
  })
  it('with other columns, or of several parts, or none, are refused', async () => {
    const other = folder({ ...shards, 'train-3.csv': part(0, 9).replace('a,b', 'a,d') })
    expect(brief(await problemsOf(loadDataset(config(other))))[0]).toMatch(/^data\/different-columns 1:2 d/)
    const parts = folder({ ...shards, 'test-0.csv': part(0, 9) })
    expect((await problemsOf(loadDataset(config(parts)))).map((d) => [d.code, d.found])).toEqual([
      ['data/split-files', 'test, train'],
    ])
    const none = await problemsOf(loadDataset(config(join(parts, 'valid-*.csv'), { split: plainSplit })))
    expect(none.map((d) => d.code)).toEqual(['data/no-files'])
  })
})
