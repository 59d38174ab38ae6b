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
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { ended, Proposal } from '../support/proposal.ts'
import type { StepResult } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const spec = (least: number): string => wineSpec({ gate: accuracyOf(least) })
const path = 'models/wine/tuning.yml'
const [strict, loose] = [spec(0.999), spec(0.05)]

let proposal: Proposal
let outside: string
let marker: string
beforeEach(async () => {
  proposal = await Proposal.start()
  outside = mkdtempSync(join(tmpdir(), 'outside-'))
  marker = join(outside, 'ran')
  proposal.data('models/wine')
  proposal.onBase({ [path]: strict })
})
afterEach(() => proposal.close())

/** The files by which git takes a folder for a bare repository; none of them has a name that git refuses to commit. */
const bare = (folder: string, config: string): Record<string, string> => ({
  [`${folder}/HEAD`]: 'ref: refs/heads/main\n',
  [`${folder}/config`]: config,
  [`${folder}/objects/x`]: 'x',
  [`${folder}/refs/x`]: 'x',
})
const wrongRoot = '[core]\n\trepositoryformatversion = 0\n\tworktree = .\n'
/** Git fetches an object that it lacks, and runs the command for it. */
const lazy = (command: string): string =>
  `[core]\n\trepositoryformatversion = 1\n\tworktree = .\n\tsshCommand = ${command}\n[extensions]\n\tpartialClone = origin\n` +
  '[remote "origin"]\n\turl = ssh://example.org/x\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'

/** A shallow clone in place of the checkout: it lacks the base commit. */
function shallow(): void {
  const clone = join(outside, 'clone')
  git(outside, 'clone', '--quiet', '--depth=1', `file://${proposal.folder}`, clone)
  rmSync(proposal.folder, { recursive: true })
  renameSync(clone, proposal.folder)
}

function refused(ran: StepResult, why: RegExp): void {
  expect(ended(ran)).toEqual([1, undefined])
  expect(ran.log).toMatch(why)
  expect(ran.log).not.toContain('defect')
}

describe('attack 11: a pull request', () => {
  it.each(['models/wine', 'models', '.'])(
    'with a bare repository of tracked files in %s is judged by its base',
    async (folder) => {
      proposal.propose({ [path]: loose, ...bare(folder, wrongRoot) })
      expect(ended(await proposal.step({ spec: path }))).toEqual([1, 'fail'])
    },
  )

  it('with a bare repository is judged by its base where only GitHub has the base, by the path from the root', async () => {
    proposal.propose({ [path]: loose, ...bare('models/wine', wrongRoot) })
    shallow()
    expect(ended(await proposal.step({ spec: path }))).toEqual([1, 'fail'])
    expect(proposal.github.requests).toContain(`GET /contents/${path} 200`)
  })

  it('runs no command that its own settings name', async () => {
    proposal.propose({ [path]: loose, ...bare('models/wine', lazy(`"env > ${marker}; false"`)) })
    const ran = await proposal.step({ spec: path })
    expect(existsSync(marker)).toBe(false)
    expect(ended(ran)).toEqual([1, 'fail'])
  })

  it('runs no command where the checkout itself is a clone without all objects', async () => {
    proposal.propose({ [path]: loose })
    shallow()
    for (const [key, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://example.org/x'],
      ['core.sshCommand', `env > ${marker}; false`],
      ['protocol.ssh.allow', 'always'],
    ] as const)
      git(proposal.folder, 'config', key, value)
    const ran = await proposal.step({ spec: path })
    expect(existsSync(marker)).toBe(false)
    expect(ended(ran)).toEqual([1, 'fail'])
  })

  it('runs no git that it brings along', async () => {
    proposal.propose({ [path]: loose, git: `#!/bin/sh\n/usr/bin/env > ${marker}\nexit 1\n` })
    chmodSync(join(proposal.folder, 'git'), 0o755)
    const ran = await proposal.step(
      { spec: path },
      { env: { PATH: [proposal.folder, '.', process.env['PATH']].join(delimiter) } },
    )
    expect(existsSync(marker)).toBe(false)
    expect(ended(ran)).toEqual([1, 'fail'])
  })

  it('that puts a submodule in place of the folder of the spec has no verdict', async () => {
    const other = join(outside, 'other')
    git(outside, 'init', '--quiet', '--initial-branch=main', other)
    writeFileSync(join(other, 'tuning.yml'), loose)
    git(other, 'add', '--all')
    git(other, 'commit', '--quiet', '--message=x')
    git(proposal.folder, 'rm', '--quiet', '-r', 'models/wine')
    git(proposal.folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'models/wine')
    proposal.propose()
    refused(await proposal.step({ spec: path }), /the checkout contains another repository\s+found: +models\/wine\/\.git/)
  })

  it.each(['', 'shallow'])(
    'whose base has the spec behind a link is not taken for the first with a spec %s',
    async (clone) => {
      symlinkSync('wine', join(proposal.folder, 'models/current'))
      proposal.onBase({})
      proposal.github.state.links.add(`models/current@${proposal.base}`)
      proposal.propose({ [path]: loose })
      if (clone) shallow()
      refused(
        await proposal.step({ spec: 'models/current/tuning.yml' }),
        /the base commit cannot be read\s+found: .*models\/current is a link in the commit/,
      )
    },
  )

  it('whose base spells the spec otherwise is not taken for the first with a spec', async () => {
    proposal.propose({ 'models/wine/Tuning.yml': loose })
    refused(
      await proposal.step({ spec: 'models/wine/Tuning.yml' }),
      /the commit spells models\/wine\/Tuning\.yml as tuning\.yml/,
    )
  })

  it('has no verdict where there is no repository, no git, or neither the checkout nor GitHub has the base', async () => {
    proposal.propose({ [path]: loose })
    refused(await proposal.step({ spec: path }, { env: { PATH: outside } }), /git is missing/)
    shallow()
    proposal.github.state.commits.clear()
    proposal.github.state.contents.clear()
    refused(await proposal.step({ spec: path }), /the base commit cannot be read/)
    rmSync(join(proposal.folder, '.git'), { recursive: true })
    refused(await proposal.step({ spec: path }), /the step does not run in a repository/)
  })

  it('has no verdict where another commit than its own is checked out', async () => {
    proposal.propose({ [path]: loose })
    git(proposal.folder, 'checkout', '--quiet', proposal.base)
    refused(await proposal.step({ spec: path }), /the checkout is not the commit that the event pull_request is about/)
  })

  it('has no verdict where the spec lies in a folder that a link leads to another checkout', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
    mkdirSync(join(workspace, 'other'))
    for (const name of ['tuning.yml', 'wine.csv'])
      writeFileSync(join(workspace, 'other', name), readFileSync(join(proposal.folder, 'models/wine', name)))
    git(proposal.folder, 'rm', '--quiet', '-r', 'models/wine')
    mkdirSync(join(proposal.folder, 'models'), { recursive: true })
    symlinkSync('../../other', join(proposal.folder, 'models/wine'))
    proposal.propose()
    renameSync(proposal.folder, join(workspace, 'sources'))
    refused(await proposal.step({ spec: `sources/${path}` }, { workspace }), /a link points outside the checkout/)
  })
})

describe('a pull request without the spec of its base', () => {
  it('that deletes it is told so', async () => {
    rmSync(join(proposal.folder, path))
    proposal.propose()
    refused(
      await proposal.step({ spec: path }),
      /the change deletes the spec that judges it\s+found: +models\/wine\/tuning\.yml is in the base commit [0-9a-f]{40}, and not in this one/,
    )
  })

  it('that puts a file in place of its folder, or changes its letters, is told so', async () => {
    git(proposal.folder, 'mv', path, 'models/wine/TUNING.yml')
    proposal.propose({ 'models/wine/TUNING.yml': loose })
    refused(
      await proposal.step({ spec: path }),
      /the change renames the spec that judges it\s+found: .*this one has it as models\/wine\/TUNING\.yml/,
    )
    rmSync(join(proposal.folder, 'models/wine'), { recursive: true })
    proposal.propose({ 'models/wine': 'x' })
    refused(await proposal.step({ spec: path }), /the change deletes the spec that judges it/)
  })

  it('that renames it is told the new name, where only GitHub has the base too', async () => {
    git(proposal.folder, 'mv', 'models/wine', 'models/grape')
    proposal.propose()
    const said = /the change renames the spec that judges it\s+found: .*this one has it as models\/grape\/tuning\.yml/
    refused(await proposal.step({ spec: path }), said)
    shallow()
    refused(await proposal.step({ spec: path }), said)
  })
})
