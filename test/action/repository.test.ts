import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findGit, git, type GitPlace } from '../../src/action/git.ts'
import { fileIn, heldIn, pathOfText, repositoryOf, textIn, type Repository } from '../../src/action/repository.ts'
import { git as play } from '../support/act.ts'

let workspace: string
let outside: string
let base: string
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true })
  writeFileSync(join(workspace, path), text)
}
const commit = (folder = workspace): string => {
  play(folder, 'add', '--all')
  play(folder, 'commit', '--quiet', '--allow-empty', '--message=x')
  return play(folder, 'rev-parse', 'HEAD')
}
const found = (spec = 'models/wine/tuning.yml'): Repository => repositoryOf(workspace, join(workspace, spec))
const textAt = async (repository: Repository, commit: string, path: string): Promise<string | null> => {
  const at = await fileIn(repository, commit, path)
  return at.is === 'file' ? textIn(repository, at.id) : at.is
}

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'repository-'))
  outside = mkdtempSync(join(tmpdir(), 'outside-'))
  play(workspace, 'init', '--quiet', '--initial-branch=main')
  put('models/wine/tuning.yml', 'base')
  base = commit()
  put('models/wine/tuning.yml', 'change')
  commit()
})
const path = process.env['PATH'] ?? ''
const home = process.cwd()
afterEach(() => {
  process.env['PATH'] = path
})

/** A program that leaves a file behind when it runs. */
function program(folder: string, name: string): string {
  const marker = join(outside, 'ran')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\n/usr/bin/env > ${marker}\nexit 1\n`)
  chmodSync(join(folder, name), 0o755)
  return marker
}

describe('attack 11: the repository', () => {
  it('is the outermost one, and is read at its commits', async () => {
    const repository = found()
    expect([repository.root, repository.head]).toEqual([workspace, play(workspace, 'rev-parse', 'HEAD')])
    expect(await textAt(repository, base, 'models/wine/tuning.yml')).toBe('base')
    expect(await textAt(repository, repository.head, 'models/wine/tuning.yml')).toBe('change')
    expect(await textAt(repository, base, 'none.yml')).toBe('absent')
    expect(await textAt(repository, 'e'.repeat(40), 'models/wine/tuning.yml')).toBe('unknown')
  })

  it('may lie in a folder of the workspace, and is none above it or below the spec', () => {
    const above = workspace
    workspace = join(above, 'models')
    expect(() => found('wine/tuning.yml')).toThrow('does not run in a repository')
    workspace = mkdtempSync(join(tmpdir(), 'above-'))
    play(workspace, 'clone', '--quiet', above, 'sources')
    expect(found('sources/models/wine/tuning.yml').root).toBe(join(workspace, 'sources'))
    expect(() => found('tuning.yml')).toThrow('does not run in a repository')
  })

  it.each(['models/wine', 'models', '.'])('is none that tracked files make in %s', (folder) => {
    for (const [name, text] of [
      ['HEAD', 'ref: refs/heads/main\n'],
      ['config', '[core]\n\trepositoryformatversion = 0\n\tworktree = .\n'],
      ['objects/x', ''],
      ['refs/x', ''],
    ] as const) {
      put(join(folder, name), text)
    }
    commit()
    expect(found().root).toBe(workspace)
  })

  it('that lies in another one is refused: a submodule, and a second clone', () => {
    const other = mkdtempSync(join(tmpdir(), 'other-'))
    play(other, 'init', '--quiet')
    writeFileSync(join(other, 'tuning.yml'), 'other')
    commit(other)
    play(workspace, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'module')
    play(workspace, 'clone', '--quiet', other, 'models/clone')
    for (const spec of ['module/tuning.yml', 'models/clone/tuning.yml'])
      expect(() => found(spec)).toThrow(/the checkout contains another repository/)
    // Beside the spec it does not matter.
    expect(found().root).toBe(workspace)
  })

  it('is refused where .git is a file, a link or in part elsewhere', () => {
    const real = join(outside, 'real')
    renameSync(join(workspace, '.git'), real)
    writeFileSync(join(workspace, '.git'), `gitdir: ${real}\n`)
    expect(() => found()).toThrow('not a plain clone')
    rmSync(join(workspace, '.git'))
    symlinkSync(real, join(workspace, '.git'))
    expect(() => found()).toThrow('not a plain clone')
    rmSync(join(workspace, '.git'))
    renameSync(real, join(workspace, '.git'))
    writeFileSync(join(workspace, '.git/commondir'), '../elsewhere\n')
    expect(() => found()).toThrow('not a plain clone')
    rmSync(join(workspace, '.git/commondir'))
    renameSync(join(workspace, '.git/objects'), real)
    symlinkSync(real, join(workspace, '.git/objects'))
    expect(() => found()).toThrow('not a plain clone')
  })

  it('is refused behind a link in the workspace', () => {
    const real = workspace
    workspace = mkdtempSync(join(tmpdir(), 'linking-'))
    symlinkSync(real, join(workspace, 'sources'))
    expect(() => found('sources/models/wine/tuning.yml')).toThrow('not a plain clone')
  })

  it('is refused without a commit, and without the commit that is checked out', () => {
    const head = play(workspace, 'rev-parse', 'HEAD')
    rmSync(join(workspace, '.git/objects', head.slice(0, 2), head.slice(2)), { force: true })
    expect(() => found()).toThrow('does not contain the commit that is checked out')
    rmSync(join(workspace, '.git'), { recursive: true })
    play(workspace, 'init', '--quiet')
    expect(() => found()).toThrow('no commit that git can read')
  })

  it('is refused where git is missing', () => {
    process.env['PATH'] = outside
    expect(() => found()).toThrow('git is missing')
  })

  it('tells what the base holds behind a link, a submodule or another spelling from what it does not hold', async () => {
    symlinkSync('models', join(workspace, 'current'))
    put('Models2/tuning.yml', 'x')
    const linked = commit()
    const repository = found()
    expect((await fileIn(repository, linked, 'current/wine/tuning.yml')).is).toBe('odd')
    expect((await fileIn(repository, linked, 'models2/tuning.yml')).is).toBe('odd')
    expect(await heldIn(repository, 'MODELS/WINE')).toBe('models/wine')
    expect(await heldIn(repository, 'models/none')).toBeNull()
  })

  it('reads no replaced object, graft, shallow border or index of the checkout', async () => {
    put('models/wine/tuning.yml', 'replaced')
    const other = commit()
    play(workspace, 'replace', base, other)
    expect(play(workspace, 'show', `${base}:models/wine/tuning.yml`)).toBe('replaced')
    writeFileSync(join(workspace, '.git/info/grafts'), `${other} ${base}\n`)
    writeFileSync(join(workspace, '.git/shallow'), 'torn\n')
    writeFileSync(join(workspace, '.git/index'), 'torn')
    expect(await textAt(found(), base, 'models/wine/tuning.yml')).toBe('base')
  })

  it('gives the bytes of a file whatever filters its attributes and settings name', async () => {
    const marker = program(outside, 'filter')
    put('.gitattributes', '*.yml filter=x diff=x text eol=crlf ident\n')
    commit()
    for (const [key, value] of [
      ['filter.x.smudge', join(outside, 'filter')],
      ['filter.x.process', join(outside, 'filter')],
      ['diff.x.textconv', join(outside, 'filter')],
      ['core.autocrlf', 'true'],
    ] as const) {
      play(workspace, 'config', key, value)
    }
    expect(await textAt(found(), base, 'models/wine/tuning.yml')).toBe('base')
    expect(existsSync(marker)).toBe(false)
  })

  it('reads objects that lie in packs and in another repository', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'))
    play(workspace, 'gc', '--quiet')
    play(clone, 'clone', '--quiet', '--shared', workspace, 'sources')
    workspace = clone
    expect(await textAt(found('sources/models/wine/tuning.yml'), base, 'models/wine/tuning.yml')).toBe('base')
  })

  it('may have ids of 256 bits', async () => {
    rmSync(join(workspace, '.git'), { recursive: true })
    play(workspace, 'init', '--quiet', '--object-format=sha256')
    const head = commit()
    expect(await textAt(found(), head, 'models/wine/tuning.yml')).toBe('change')
    expect(pathOfText(found(), 'change')).toBe('models/wine/tuning.yml')
  })

  it('names where a text is found again', () => {
    expect(pathOfText(found(), 'change')).toBe('models/wine/tuning.yml')
    expect(pathOfText(found(), 'base')).toBeNull()
  })
})

describe('attack 11: git', () => {
  it('is an absolute path outside of the workspace', () => {
    const own = join(workspace, 'bin')
    program(own, 'git')
    const real = findGit(workspace)
    expect(real).toMatch(/^\/.*\/git$/)
    symlinkSync(join(own, 'git'), join(outside, 'git'))
    process.chdir(own)
    try {
      const search = [own, '.', '', 'bin', outside, join(outside, 'none'), dirname(String(real))].join(delimiter)
      expect(findGit(workspace, search)).toBe(real)
      expect(findGit(workspace, relative(own, dirname(String(real))))).toBeNull()
    } finally {
      process.chdir(home)
    }
    expect(findGit(workspace, own)).toBeNull()
    expect(findGit(workspace, '')).toBeNull()
  })

  it('that a change brings along is not run', () => {
    const head = play(workspace, 'rev-parse', 'HEAD')
    const marker = program(workspace, 'git')
    process.env['PATH'] = [workspace, '.', path].join(delimiter)
    expect(found().head).toBe(head)
    expect(existsSync(marker)).toBe(false)
  })

  it('sees no variable of the step', () => {
    const spy = join(outside, 'spy')
    mkdirSync(spy)
    const marker = program(spy, 'git')
    process.env['GITHUB_TOKEN'] = 'secret'
    try {
      const at = { program: join(spy, 'git'), gitDir: join(workspace, '.git'), workTree: workspace }
      expect(git(at, 'rev-parse', 'HEAD')).toBeNull()
    } finally {
      delete process.env['GITHUB_TOKEN']
    }
    const names = readFileSync(marker, 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0])
      .filter((name) => !/^(|_|PWD|SHLVL|OLDPWD)$/.test(String(name)))
    expect(names.sort()).toEqual([
      'GIT_ALLOW_PROTOCOL',
      'GIT_ATTR_NOSYSTEM',
      'GIT_CONFIG_GLOBAL',
      'GIT_CONFIG_NOSYSTEM',
      'GIT_NO_LAZY_FETCH',
      'GIT_OPTIONAL_LOCKS',
      'GIT_SSH_COMMAND',
      'GIT_TERMINAL_PROMPT',
      'PATH',
    ])
  })
})

describe('attack 11: the settings of a repository', () => {
  /** The repository itself, with all of its settings: what is left to the arguments of git alone. */
  const bare = (): GitPlace => ({
    program: String(findGit(workspace)),
    gitDir: join(workspace, '.git'),
    workTree: workspace,
  })
  const config = (...pairs: readonly (readonly [string, string])[]): void =>
    pairs.forEach(([key, value]) => void play(workspace, 'config', key, value))
  const missing = 'e'.repeat(40)

  it.each([
    ['core.sshCommand', 'ssh://example.org/x', []],
    ['protocol.ssh.allow', 'ssh://example.org/x', [['protocol.ssh.allow', 'always']]],
    ['ext', 'ext::PROGRAM', [['protocol.ext.allow', 'always']]],
    [
      'core.gitProxy',
      'git://example.org/x',
      [
        ['core.gitProxy', 'PROGRAM'],
        ['protocol.git.allow', 'always'],
      ],
    ],
    [
      'uploadpack',
      'file:///nowhere',
      [
        ['remote.origin.uploadpack', 'PROGRAM'],
        ['protocol.file.allow', 'always'],
      ],
    ],
  ] as const)('run nothing when an object is missing: %s', async (_, url, more) => {
    const marker = program(outside, 'command')
    const named = (value: string): string => value.replace('PROGRAM', join(outside, 'command'))
    config(
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', named(url)],
      ['core.sshCommand', join(outside, 'command')],
      ['core.hooksPath', outside],
      ...more.map(([key, value]) => [key, named(value)] as const),
    )
    expect(git(bare(), 'ls-tree', missing)).toBeNull()
    expect(git(bare(), 'cat-file', '-t', missing)).toBeNull()
    // What git before 2.39.4 does by itself for a missing object.
    expect(git(bare(), 'ls-remote', 'origin')).toBeNull()
    expect((await fileIn(found(), missing, 'x')).is).toBe('unknown')
    expect(existsSync(marker)).toBe(false)
  })

  it('run nothing when the index is read', () => {
    const marker = program(outside, 'command')
    for (const hook of ['post-index-change', 'fsmonitor-watchman']) program(outside, hook)
    config(['core.fsmonitor', join(outside, 'command')], ['core.hooksPath', outside])
    expect(git(bare(), 'update-index', '--refresh')).toBe('')
    expect(git(bare(), 'status', '--porcelain')).toBe('')
    expect(existsSync(marker)).toBe(false)
  })

  it('have no say in what is read: replaced objects, another work tree', () => {
    put('models/wine/tuning.yml', 'replaced')
    play(workspace, 'replace', base, commit())
    config(['core.worktree', outside], ['core.bare', 'true'])
    expect(git(bare(), 'show', `${base}:models/wine/tuning.yml`)).toBe('base')
    expect(git({ ...bare(), objects: join(workspace, '.git/objects') }, 'rev-parse', '--show-toplevel')).toBe(
      `${workspace}\n`,
    )
  })
})
