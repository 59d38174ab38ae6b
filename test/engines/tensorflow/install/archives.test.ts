import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { readTar } from '../../../../src/base/archive.ts'
import { readPackage } from '../../../../src/engines/tensorflow/install/tar.ts'
import { needs } from '../../../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'archives-'))
const deep = `${'deep/'.repeat(40)}ünï.js`
const contents = {
  'package.json': '{"name":"one","version":"1.0.0"}',
  'index.js': 'x'.repeat(2000),
  'empty.js': '',
  [deep]: 'deep',
}

function packed(): Buffer {
  const source = mkdtempSync(join(tmpdir(), 'package-'))
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), text)
  }
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: source })
  return readFileSync(join(folder, 'one-1.0.0.tgz'))
}

describe('a package', () => {
  it('as npm packs it is read with all its paths', async (context) => {
    needs(context, 'npm')
    const files = await readPackage(packed())
    expect(Object.fromEntries(files.map((f) => [f.path, f.content.toString()]))).toEqual(contents)
  })

  it.each(['gnu', 'ustar', 'pax'])('as tar packs it by the format %s is read', async (format) => {
    const source = mkdtempSync(join(tmpdir(), 'tar-'))
    const path = `package/${'some-folder/'.repeat(format === 'ustar' ? 10 : 12)}file.js`
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), 'here')
    execFileSync('tar', [`--format=${format}`, '-czf', join(source, 'a.tgz'), '-C', source, 'package'])
    const [file, ...more] = await readPackage(readFileSync(join(source, 'a.tgz')))
    expect([file?.path, file?.content.toString(), more]).toEqual([path.slice('package/'.length), 'here', []])
  })

  it.each(['package/../../outside', 'package//absolute', 'package/a\\b'])('with the path %s is refused', async (path) => {
    await expect(readPackage(gzipSync(tar(entry(path, 'x'))))).rejects.toThrow('not allowed')
  })

  it('has no links: they are left out', async () => {
    const files = await readPackage(gzipSync(tar(entry('package/link', '', '2'), entry('package/a', 'a'))))
    expect(files.map((f) => f.path)).toEqual(['a'])
  })

  it('that is damaged anywhere in a header is refused', async () => {
    const whole = tar(entry('package/a', 'content'))
    for (let at = 0; at < 512; at += 3) {
      const bad = Buffer.from(whole)
      bad[at] = (bad[at] ?? 0) ^ 1
      await expect(readPackage(gzipSync(bad)), String(at)).rejects.toThrow()
    }
    await expect(readPackage(gzipSync(whole.subarray(0, 514)))).rejects.toThrow('damaged')
    await expect(readPackage(whole)).rejects.toThrow()
  })
})

describe('attack 13: a tar archive', () => {
  const read = async (archive: Buffer, most = { entries: 9, bytes: 2 ** 20 }): Promise<readonly string[]> => {
    const found: string[] = []
    // In small parts, so that no header arrives whole.
    const parts = Array.from({ length: Math.ceil(archive.length / 100) }, (_, i) => archive.subarray(i * 100, i * 100 + 100))
    for await (const { path, kind, content } of readTar(parts, most)) found.push(`${kind} ${path} ${await text(content)}`)
    return found
  }
  const a = entry('a', 'text')

  it('is read entry by entry, and what a reader leaves is skipped', async () => {
    expect(await read(tar(a, entry('b/', '', '5'), entry('c', '', '2')))).toEqual(['file a text', 'folder b/ ', 'other c '])
    const found: string[] = []
    for await (const { path } of readTar([tar(a, entry('b', 'x'.repeat(1000)), a)], { entries: 3, bytes: 9000 }))
      found.push(path)
    expect(found).toEqual(['a', 'b', 'a'])
  })

  it.each([
    ['without its end', a],
    ['of no bytes', Buffer.of()],
    ['that ends within a header', Buffer.concat([a, a.subarray(0, 200)])],
    ['that ends within a file', a.subarray(0, 514)],
    ['with a folder that has content', tar(entry('b/', 'x'.repeat(512), '5'))],
    ['with an extended header of megabytes', tar(entry('long', 'x'.repeat(5 * 2 ** 20), 'L'), a)],
    ['with a size below zero', tar(entry('pax', paxRecord('size', '-5'), 'x'), a)],
    ['with a size that is no number', tar(entry('pax', paxRecord('size', 'many'), 'x'), a)],
    ['with a size beyond the archive', tar(entry('pax', paxRecord('size', '5000'), 'x'), a)],
  ])('%s is refused', async (_, archive) => {
    await expect(read(archive, { entries: 9, bytes: 2 ** 24 })).rejects.toThrow()
  })

  it('with more entries or bytes than the bounds is refused, extended headers included', async () => {
    const more = 'more content than'
    await expect(read(tar(a, a, a), { entries: 2, bytes: 9000 })).rejects.toThrow(more)
    // The size in the header is enough: the content does not have to arrive.
    const claims = entry('pax', paxRecord('size', String(2 ** 40)), 'x')
    await expect(read(tar(claims, a), { entries: 2, bytes: 9000 })).rejects.toThrow(more)
    const headers = Array.from({ length: 20 }, () => entry('pax', paxRecord('path', 'b'), 'x'))
    await expect(read(tar(...headers, a), { entries: 9, bytes: 9000 })).rejects.toThrow(more)
  })

  it('that fails to arrive ends in the error of its source', async () => {
    const source = async function* (): AsyncGenerator<Buffer> {
      yield tar(a).subarray(0, 600)
      throw new Error('the network is gone')
    }
    const reading = async (): Promise<void> => {
      for await (const { content } of readTar(source(), { entries: 9, bytes: 9000 })) await text(content)
    }
    await expect(reading()).rejects.toThrow('the network is gone')
  })

  it('lets go of its source when the reader stops', async () => {
    let released = false
    const source = async function* (): AsyncGenerator<Buffer> {
      try {
        for (;;) yield a
      } finally {
        released = true
      }
    }
    for await (const { path } of readTar(source(), { entries: 9, bytes: 9000 })) if (path === 'a') break
    await vi.waitFor(() => expect(released).toBe(true))
  })
})

/** An archive of these entries, with its end. */
const tar = (...entries: readonly Buffer[]): Buffer => Buffer.concat([...entries, Buffer.alloc(1024)])

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  return `${rest.length + 2}${rest}`
}

/** One entry in the format ustar. */
function entry(path: string, content: string, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write(content.length.toString(8).padStart(11, '0'), 124)
  header.write(type, 156)
  header.write('ustar\0' + '00', 257)
  header.fill(' ', 148, 156)
  header.write(
    `${header
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512)
  body.write(content)
  return Buffer.concat([header, body])
}
