import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { baseData } from '../../src/action/base-data.ts'
import { repositoryOf } from '../../src/action/repository.ts'
import type { NormalizedData } from '../../src/compile/normalized.ts'
import type { Runner } from '../../src/github/environment.ts'
import type { BaseData, BaseFile } from '../../src/study/base-file.ts'
import { commitAll, git } from '../support/act.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'

/** No text: what is read as one is not the same any more. */
const bytes = Buffer.from([0x93, 0x4e, 0x55, 0xff, 0xfe, 0x00, 0x80, 0x0a])
const pointerTo = (content: Buffer): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`

let github: RestEmulator
let folder: string
beforeAll(async () => {
  github = await startRestEmulator()
})
afterAll(() => github.close())
beforeEach(() => {
  github.requests.length = 0
  folder = mkdtempSync(join(tmpdir(), 'base-data-'))
  git(folder, 'init', '--quiet')
})

const put = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content)
const runner = (): Runner => ({ workspace: folder, repository: 'octo/nets', apiUrl: github.url }) as unknown as Runner
function commit(): string {
  commitAll(folder)
  return git(folder, 'rev-parse', 'HEAD')
}
const dataAt = (sha: string, source = 'rows.npy'): BaseData =>
  baseData(sha, 'tuning.yml', { source } as unknown as NormalizedData, {
    checkout: repositoryOf(folder, join(folder, 'tuning.yml')),
    runner: runner(),
    token: github.token,
  })
const fileAt = (sha: string, own = 'rows.npy', source = 'rows.npy'): Promise<BaseFile> =>
  dataAt(sha, source).file(join(folder, own), 'train')

describe('attack 14: the data of the base commit', () => {
  it('are the file of each part, where the spec names several', async () => {
    put('train.npy', bytes)
    put('test.npy', 'test')
    const sha = commit()
    put('test.npy', 'other')
    const named = { source: 'train.npy', files: { test: 'test.npy' } } as unknown as NormalizedData
    const data = baseData(sha, 'tuning.yml', named, {
      checkout: repositoryOf(folder, join(folder, 'tuning.yml')),
      runner: runner(),
      token: github.token,
    })
    expect(await data.file(join(folder, 'train.npy'), 'train')).toEqual({ kind: 'same' })
    expect(await data.file(join(folder, 'test.npy'), 'test')).toEqual({
      kind: 'other',
      name: 'test.npy',
      bytes: Buffer.from('test'),
    })
    // The change may have merged its files into one.
    expect(
      await baseData(sha, 'tuning.yml', named, {
        checkout: repositoryOf(folder, join(folder, 'tuning.yml')),
        runner: runner(),
        token: github.token,
      }).file(null, 'test'),
    ).toMatchObject({ kind: 'other', name: 'test.npy' })
    expect(data.path).toBeUndefined()
  })

  it('are read byte by byte from the checkout, and nothing of them where the change leaves them alone', async () => {
    put('rows.npy', bytes)
    const sha = commit()
    expect(await fileAt(sha)).toEqual({ kind: 'same' })
    put('rows.npy', 'other')
    expect(await fileAt(sha)).toEqual({ kind: 'other', name: 'rows.npy', bytes })
    expect(github.requests).toEqual([])
  })

  it('are read from GitHub where the checkout lacks the commit, small or large', async () => {
    put('other.txt', 'x')
    commit()
    const sha = 'c'.repeat(40)
    github.state.commits.add(sha)
    for (const content of [bytes, Buffer.alloc(1024 * 1024 + 7, 0xfe)]) {
      github.state.contents.set(`rows.npy@${sha}`, content)
      put('rows.npy', content)
      expect(await fileAt(sha)).toEqual({ kind: 'same' })
      expect(github.requests.splice(0)).toEqual(['GET /contents/rows.npy 200'])
      put('rows.npy', 'other')
      const found = await fileAt(sha)
      expect(found.kind === 'other' && found.bytes.equals(content)).toBe(true)
      expect(github.requests.splice(0)).toHaveLength(2)
    }
  })

  it('are not the same where a file of the same content is read as another format', async () => {
    put('rows.csv', 'a,b\n')
    const sha = commit()
    put('rows.tsv', 'a,b\n')
    expect(await fileAt(sha, 'rows.tsv', 'rows.csv')).toMatchObject({ kind: 'other', name: 'rows.csv' })
  })

  it('are the same in Git LFS where the pointer says so, and unknown where it says something else', async () => {
    put('rows.npy', pointerTo(bytes))
    const sha = commit()
    put('rows.npy', bytes)
    expect(await fileAt(sha)).toEqual({ kind: 'same' })
    put('rows.npy', 'other')
    expect(await fileAt(sha)).toEqual({ kind: 'unknown', why: 'rows.npy of the base commit is in Git LFS' })
  })

  it('are unknown where the commit has no plain file of that name, or nobody tells', async () => {
    put('target', 'x')
    symlinkSync('target', join(folder, 'rows.npy'))
    const sha = commit()
    rmSync(join(folder, 'rows.npy'))
    put('rows.npy', bytes)
    expect(await fileAt(sha)).toEqual({
      kind: 'unknown',
      why: 'rows.npy of the base commit cannot be read: rows.npy is a link in the commit',
    })
    expect(await fileAt(sha, 'rows.npy', 'none.npy')).toEqual({
      kind: 'unknown',
      why: 'the base commit has no file none.npy',
    })
    expect(await fileAt('d'.repeat(40))).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/^rows\.npy of the base commit cannot be read: .*404/) as string,
    })
  })

  it('are looked for once, however often a study asks for them', async () => {
    put('other.txt', 'x')
    commit()
    const sha = 'c'.repeat(40)
    github.state.commits.add(sha)
    github.state.contents.set(`rows.npy@${sha}`, bytes)
    put('rows.npy', 'other')
    const data = dataAt(sha)
    const first = await data.file(join(folder, 'rows.npy'), 'train')
    const asked = github.requests.length
    expect(asked).toBeGreaterThan(0)
    expect(await data.file(join(folder, 'rows.npy'), 'train')).toEqual(first)
    expect(github.requests).toHaveLength(asked)
  })

  it('are not read where they are larger than GitHub hands out', async () => {
    put('rows.npy', Buffer.alloc(100 * 1024 * 1024 + 1))
    const sha = commit()
    put('rows.npy', 'other')
    const found = await fileAt(sha)
    // First its kind: no message may show the bytes of the file.
    expect(found.kind).toBe('unknown')
    expect(found).toMatchObject({ why: 'rows.npy of the base commit has 104857601 bytes, more than 104857600' })
  })

  it('attack 23: are those of the workflow only where neither commit holds a file of that name, or a link to another', async () => {
    put('.gitignore', 'rows.npy\nstored.npy\n')
    const sha = commit()
    const why = 'the base commit has no file rows.npy'
    put('rows.npy', bytes)
    expect(await fileAt(sha)).toEqual({ kind: 'uncommitted', why })
    put('stored.npy', bytes)
    expect(await fileAt(sha, 'stored.npy')).toEqual({ kind: 'unknown', why })
    git(folder, 'add', '--force', 'rows.npy')
    git(folder, 'commit', '--quiet', '--message=brings its own')
    expect(await fileAt(sha)).toEqual({ kind: 'unknown', why })
  })
})
