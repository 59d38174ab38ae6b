import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { strToU8, zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import { openZip, zipEntries, type ZipEntry } from '../../src/base/zip.ts'
import { altered, fieldOf, zip64 } from '../support/zip-fields.ts'

const folder = mkdtempSync(join(tmpdir(), 'zip-'))
const big = Buffer.alloc(3_000_000, 'some text that packs well; ')
const members = { 'a/stored.bin': strToU8('stored'), 'a/big.txt': big, empty: new Uint8Array() } as const
const archive = pack({ ...members, 'a/stored.bin': [members['a/stored.bin'], { level: 0 }] })

function pack(files: Zippable): Buffer {
  return Buffer.from(zipSync(files, { comment: 'a comment' } as never))
}

const changed = (change: (bytes: Buffer) => void, bytes = archive): Buffer => altered(bytes, change)

const endOf = (bytes: Buffer): number => bytes.lastIndexOf('PK\x05\x06')
const bigField =
  (field: Parameters<typeof fieldOf>[2]) =>
  (bytes: Buffer): number =>
    fieldOf(bytes, 'a/big.txt', field)
const with16 = (value: number, at: (bytes: Buffer) => number): Buffer => changed((b) => b.writeUInt16LE(value, at(b)))
const with32 = (value: number, at: (bytes: Buffer) => number): Buffer => changed((b) => b.writeUInt32LE(value, at(b)))
/** An offset of 8 bytes after a signature of zip64, set to the highest number. */
const beyond = (signature: string, at: number): Buffer =>
  changed((b) => b.fill(0xff, b.indexOf(signature) + at, b.indexOf(signature) + at + 8), zip64('x', big))
const twice = changed(
  (b) => b.write('a/stored.bin', fieldOf(b, 'a/stored.two', 'name')),
  pack({ 'a/stored.bin': big, 'a/stored.two': big }),
)

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

describe.each(Object.entries(readers))('attack 18: a zip archive %s', (_, read) => {
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
    ['is none', Buffer.from('no zip'), 'not a zip file'],
    ['ends early', archive.subarray(0, archive.length - 30), 'not found'],
    ['has two entries of one name', twice, 'two entries named a/stored.bin'],
    ['has a name that leads outside', pack({ '../outside': big }), 'invalid relative path'],
    ['has an absolute name', pack({ '/outside': big }), 'absolute path'],
    ['lists fewer entries than it claims', with16(9, (b) => endOf(b) + 10), ''],
    ['has its directory elsewhere', with32(7, (b) => endOf(b) + 16), 'directory file header'],
    ['has an entry outside of the file', with32(2 ** 31, bigField('offset')), ''],
    ['has an entry where none is', with32(9, bigField('offset')), 'local file header'],
    ['claims more packed bytes than it has', with32(2 ** 31, bigField('packed')), 'overflows'],
    ['claims more bytes than fit', with32(2 ** 31, bigField('size')), 'packed bytes cannot hold'],
    ['claims one byte more', with32(big.length + 1, bigField('size')), 'not enough bytes'],
    ['claims one byte less', with32(big.length - 1, bigField('size')), 'too many bytes'],
    ['has another checksum', with32(7, bigField('crc')), 'checksum'],
    ['has another content', changed((b) => b.write('STORED', b.indexOf('stored', 40))), 'checksum'],
    ['is encrypted', with16(1, bigField('flags')), 'encrypted'],
    ['uses an unknown compression', with16(99, bigField('method')), 'compression method'],
    ['has a damaged stream', changed((b) => b.fill(0xff, 200, 260)), ''],
    ['has its zip64 end beyond all files', beyond('PK\x06\x07', 8), ''],
    ['has its zip64 directory beyond all files', beyond('PK\x06\x06', 48), ''],
  ])('that %s is refused', async (_what, bytes, message) => {
    await expect(read(bytes, all).then(() => 'it is read')).rejects.toThrow(message)
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
