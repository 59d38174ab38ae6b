import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { readPackage } from '../../../../src/engines/tensorflow/install/tar.ts'
import { openZip } from '../../../../src/engines/tensorflow/install/zip.ts'
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
  it('as npm packs it is read with all its paths', (context) => {
    needs(context, 'npm')
    const files = [...readPackage(packed())]
    expect(Object.fromEntries(files.map((f) => [f.path, f.content.toString()]))).toEqual(contents)
  })

  it.each(['gnu', 'ustar', 'pax'])('as tar packs it by the format %s is read', (format) => {
    const source = mkdtempSync(join(tmpdir(), 'tar-'))
    const path = `package/${'some-folder/'.repeat(format === 'ustar' ? 10 : 12)}file.js`
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), 'here')
    execFileSync('tar', [`--format=${format}`, '-czf', join(source, 'a.tgz'), '-C', source, 'package'])
    const [file, ...more] = readPackage(readFileSync(join(source, 'a.tgz')))
    expect([file?.path, file?.content.toString(), more]).toEqual([path.slice('package/'.length), 'here', []])
  })

  it.each(['package/../../outside', 'package//absolute', 'package/a\\b'])('with the path %s is refused', (path) => {
    expect(() => [...readPackage(gzipSync(entry(path, 'x')))]).toThrow('not allowed')
  })

  it('has no links: they are left out', () => {
    expect(
      [...readPackage(gzipSync(Buffer.concat([entry('package/link', '', '2'), entry('package/a', 'a')])))].map(
        (f) => f.path,
      ),
    ).toEqual(['a'])
  })

  it('that is damaged anywhere in a header is refused', () => {
    const whole = entry('package/a', 'content')
    for (let at = 0; at < 512; at += 3) {
      const bad = Buffer.from(whole)
      bad[at] = (bad[at] ?? 0) ^ 1
      expect(() => [...readPackage(gzipSync(bad))]).toThrow()
    }
    expect(() => [...readPackage(gzipSync(whole.subarray(0, 514)))]).toThrow('damaged')
    expect(() => [...readPackage(whole)]).toThrow()
  })
})

/** One entry in the old format of tar. */
function entry(path: string, content: string, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write(content.length.toString(8).padStart(11, '0'), 124)
  header.write(type, 156)
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

describe('a zip archive', () => {
  const big = Buffer.alloc(3_000_000, 'some text that packs well; ')
  const members = {
    'a/stored.bin': [strToU8('stored'), { level: 0 }],
    'a/big.txt': [big, { level: 6 }],
    empty: [new Uint8Array(), { level: 6 }],
  } as const
  const write = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const archive = Buffer.from(zipSync(members as never, { comment: 'a comment' } as never))

  it('is read entry by entry', async () => {
    const zip = await openZip(write('good.zip', archive))
    expect(zip.entries.map((e) => [e.name, e.bytes])).toEqual([
      ['a/stored.bin', 6],
      ['a/big.txt', big.length],
      ['empty', 0],
    ])
    for (const one of zip.entries) {
      const parts: Buffer[] = []
      for await (const part of await zip.stream(one)) parts.push(part)
      expect(Buffer.concat(parts).equals(Buffer.from(members[one.name as keyof typeof members][0]))).toBe(true)
    }
    await zip.close()
  })

  it('that ends early or is none is refused', async () => {
    await expect(openZip(write('short.zip', archive.subarray(0, archive.length - 30)))).rejects.toThrow('not a zip archive')
    await expect(openZip(write('none.zip', gunzipSync(gzipSync('no zip'))))).rejects.toThrow('not a zip archive')
  })

  it('with a damaged stream ends in an error, not in fewer bytes', async () => {
    const bad = Buffer.from(archive)
    bad.fill(0xff, 200, 260)
    const zip = await openZip(write('bad.zip', bad))
    const one = zip.entries.find((e) => e.name === 'a/big.txt')
    if (!one) throw new Error('not there')
    await expect(
      (async () => {
        for await (const part of await zip.stream(one)) void part
      })(),
    ).rejects.toThrow()
    await zip.close()
    expect(readdirSync(folder)).toContain('bad.zip')
  })
})
