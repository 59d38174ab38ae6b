import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { requireNoReport, requirePlainFolder } from '../../src/action/report-folder.ts'
import { commitAll, git } from '../support/act.ts'

let workspace: string
const at = (path: string): string => join(workspace, path)
const put = (path: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), 'x')
}
const place = (out?: string) => ({ workspace, out: out === undefined ? null : at(out) })

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'report-'))
  git(workspace, 'init', '--quiet')
  put('tuning.yml')
  commitAll(workspace)
})

describe('attack 17: the folder of the report', () => {
  it('may be new, empty or one of ours', async () => {
    mkdirSync(at('empty'))
    for (const name of ['report.json', 'journal.jsonl', 'journal.jsonl.lock', 'baseline/x'])
      put(join(dirname(name) === '.' ? name.replace('.', '-') : 'base', name))
    for (const out of [
      undefined,
      'new',
      'new/deep',
      'empty',
      'report-json',
      'journal-jsonl',
      'journal-jsonl.lock',
      'base',
    ]) {
      requirePlainFolder(place(out))
      await requireNoReport(place(out))
    }
  })

  it.each(['site', '.'])('is not one with other files: %s', async (out) => {
    put('site/index.html')
    await expect(requireNoReport(place(out))).rejects.toThrow(/action\/report-(foreign|committed)/)
  })

  it.each(['.tunegate', '.TUNEGATE', '.TuneGate.'])('is not one that the commit holds: %s', async (name) => {
    put(`${name}/x/journal.jsonl`)
    commitAll(workspace)
    await expect(requireNoReport(place())).rejects.toThrow('part of the commit')
    await expect(requireNoReport(place('.tunegate/x/y'))).resolves.toBeUndefined()
  })

  it.each(['link', 'link/deep', 'x/link', 'x/link/deep/er'])('is not behind a link, wherever it leads: %s', (out) => {
    mkdirSync(at('x'))
    for (const [to, from] of [
      ['.', 'link'],
      ['../nothing', 'x/link'],
    ] as const)
      symlinkSync(to, at(from))
    expect(() => requirePlainFolder(place(out))).toThrow('is a link')
  })

  it('is no file, and holds no link, device or second name on any level', () => {
    put('file')
    expect(() => requirePlainFolder(place('file'))).toThrow('file is a file')
    put('out/a/b/report.json')
    const plants: readonly [string, () => void][] = [
      ['is a link', () => symlinkSync('x', at('out/a/b/link'))],
      ['is a file with a second name', () => linkSync(at('file'), at('out/a/second'))],
      ['is a device', () => execFileSync('mkfifo', [at('out/a/b/pipe')])],
    ]
    requirePlainFolder(place('out'))
    for (const [why, plant] of plants) {
      plant()
      expect(() => requirePlainFolder(place('out'))).toThrow(why)
      execFileSync('rm', ['-rf', at('out/a/b/link'), at('out/a/second'), at('out/a/b/pipe')])
    }
  })

  it('cannot be told from a committed one in a torn checkout', async () => {
    const tree = git(workspace, 'rev-parse', 'HEAD^{tree}')
    execFileSync('rm', ['-f', at(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`)])
    await expect(requireNoReport(place())).rejects.toThrow('is missing a tree of its own commit')
  })

  it('is looked up in the repository that it lies in, beside the one of the spec', async () => {
    const other = mkdtempSync(join(tmpdir(), 'other-'))
    git(other, 'clone', '--quiet', workspace, 'sources')
    workspace = other
    await expect(requireNoReport(place('sources'))).rejects.toThrow('part of the commit')
    await expect(requireNoReport(place('sources/tuning.yml/x'))).rejects.toThrow('part of the commit')
    await expect(requireNoReport(place('beside'))).resolves.toBeUndefined()
  })
})
