import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { strToU8, zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import { openZip, zipEntries, type ZipEntry } from '../../src/base/zip.ts'
import { fieldOf, zip64 } from '../support/zip-fields.ts'

const folder = mkdtempSync(join(tmpdir(), 'zip-'))
const big = Buffer.alloc(3_000_000, 'some text that packs well; ')
const members = { 'a/stored.bin': strToU8('stored'), 'a/big.txt': big, empty: new Uint8Array() } as const
const archive = pack({ ...members, 'a/stored.bin': [members['a/stored.bin'], { level: 0 }] })

function pack(files: Zippable): Buffer {
  return Buffer.from(zipSync(files, { comment: 'a comment' } as never))
}

function changed(change: (bytes: Buffer) => void, bytes = archive): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

/** Both ways to read one archive: from a file and from memory. */
const readers = {
  'in a file': async <T>(bytes: Buffer, use: (entries: readonly ZipEntry[]) => Promise<T>, most = 10): Promise<T> => {
    const path = join(folder, 'one.zip')
    writeFileSync(path, bytes)
    const zip = await openZip(path, most)
    try {
      return await use(zip.entries)
    } finally {
      await zip.close()
    }
  },
  'in memory': async <T>(bytes: Buffer, use: (entries: readonly ZipEntry[]) => Promise<T>, most = 10): Promise<T> =>
    use(await zipEntries(bytes, most)),
}

const all = async (entries: readonly ZipEntry[]): Promise<Record<string, Buffer>> => {
  const found: [string, Buffer][] = []
  for (const { name, content } of entries) found.push([name, await buffer(content())])
  return Object.fromEntries(found)
}

describe.each(Object.entries(readers))('a zip archive %s', (_, read) => {
  it('is read entry by entry', async () => {
    const found = await read(archive, async (entries) => {
      expect(entries.map((e) => [e.name, e.bytes])).toEqual([
        ['a/stored.bin', 6],
        ['a/big.txt', big.length],
        ['empty', 0],
      ])
      return all(entries)
    })
    for (const [name, content] of Object.entries(members)) expect(found[name]?.equals(content), name).toBe(true)
  })

  it('with zip64 fields is read', async () => {
    expect(await read(zip64('x', Buffer.from('text')), all)).toEqual({ x: Buffer.from('text') })
  })

  it.each([
    ['is none', Buffer.from('no zip')],
    ['ends early', archive.subarray(0, archive.length - 30)],
    [
      'has two entries of one name',
      changed(
        (bytes) => bytes.write('a/stored.bin', fieldOf(bytes, 'a/stored.two', 'name')),
        pack({ 'a/stored.bin': big, 'a/stored.two': big }),
      ),
    ],
    ['has a name that leads outside', pack({ '../outside': big })],
    ['has an absolute name', pack({ '/outside': big })],
    ['lists fewer entries than it claims', changed((bytes) => bytes.writeUInt16LE(9, bytes.lastIndexOf('PK\x05\x06') + 10))],
    ['has its directory elsewhere', changed((bytes) => bytes.writeUInt32LE(7, bytes.lastIndexOf('PK\x05\x06') + 16))],
    [
      'has an entry outside of the file',
      changed((bytes) => bytes.writeUInt32LE(2 ** 31, fieldOf(bytes, 'a/big.txt', 'offset'))),
    ],
    ['has an entry where none is', changed((bytes) => bytes.writeUInt32LE(9, fieldOf(bytes, 'a/big.txt', 'offset')))],
    [
      'claims more packed bytes than the file has',
      changed((bytes) => bytes.writeUInt32LE(2 ** 31, fieldOf(bytes, 'a/big.txt', 'packed'))),
    ],
    [
      'claims more bytes than its packed bytes can hold',
      changed((bytes) => bytes.writeUInt32LE(2 ** 31, fieldOf(bytes, 'a/big.txt', 'size'))),
    ],
    ['claims one byte more', changed((bytes) => bytes.writeUInt32LE(big.length + 1, fieldOf(bytes, 'a/big.txt', 'size')))],
    ['claims one byte less', changed((bytes) => bytes.writeUInt32LE(big.length - 1, fieldOf(bytes, 'a/big.txt', 'size')))],
    ['has another checksum', changed((bytes) => bytes.writeUInt32LE(7, fieldOf(bytes, 'a/big.txt', 'crc')))],
    ['has another content', changed((bytes) => bytes.write('STORED', bytes.indexOf('stored', 40)))],
    ['is encrypted', changed((bytes) => bytes.writeUInt16LE(1, fieldOf(bytes, 'a/big.txt', 'flags')))],
    [
      'uses a compression that nobody has',
      changed((bytes) => bytes.writeUInt16LE(99, fieldOf(bytes, 'a/big.txt', 'method'))),
    ],
    ['has a damaged stream', changed((bytes) => bytes.fill(0xff, 200, 260))],
    [
      'has its zip64 end beyond all files',
      changed(
        (bytes) => bytes.fill(0xff, bytes.indexOf('PK\x06\x07') + 8, bytes.indexOf('PK\x06\x07') + 16),
        zip64('x', big),
      ),
    ],
    [
      'has its zip64 directory beyond all files',
      changed(
        (bytes) => bytes.fill(0xff, bytes.indexOf('PK\x06\x06') + 48, bytes.indexOf('PK\x06\x06') + 56),
        zip64('x', big),
      ),
    ],
  ])('that %s is refused', async (_what, bytes) => {
    await expect(read(bytes, all).then(() => 'it is read')).rejects.toThrow()
  })

  it('is refused before its directory is read if it claims too many entries', async () => {
    await expect(read(archive, all, 2)).rejects.toThrow('more than 2 entries')
    await expect(read(zip64('x', big, 2 ** 40), all)).rejects.toThrow('more than 10 entries')
  })

  it('is read or refused, and never ends the process, whatever byte is changed', async () => {
    const small = zip64('x.npy', Buffer.from('some text'))
    for (const value of [0, 0xff]) {
      for (let at = 0; at < small.length; at++) {
        const bytes = changed((copy) => copy.fill(value, at, Math.min(small.length, at + (at % 3 === 0 ? 8 : 1))), small)
        await read(bytes, all).catch((error: unknown) => expect(error).toBeInstanceOf(Error))
      }
    }
  })
})
