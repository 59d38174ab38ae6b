import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { ended, Proposal } from '../support/proposal.ts'
import type { StepResult } from '../support/runner.ts'
import { wineSpec } from '../support/specs.ts'

let proposal: Proposal
let outside: string
beforeEach(async () => {
  proposal = await Proposal.start()
  outside = mkdtempSync(join(tmpdir(), 'outside-'))
  proposal.data()
  proposal.put({ '.gitignore': '' })
  proposal.onBase({ 'tuning.yml': wineSpec() })
})
afterEach(() => proposal.close())

const at = (path: string): string => join(proposal.folder, path)

function refused(ran: StepResult, why: RegExp): void {
  expect(ended(ran)).toEqual([1, undefined])
  expect(ran.log).toMatch(why)
  expect(readdirSync(outside)).toEqual([])
}

describe('attack 17: a pull request', () => {
  it('leads no report out of the workspace by a link in a checkout in a folder', async () => {
    mkdirSync(at('x'))
    symlinkSync(outside, at('x/link'))
    symlinkSync('.', at('x/inside'))
    proposal.propose()
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
    renameSync(proposal.folder, join(workspace, 'sources'))
    for (const out of ['sources/x/link', 'sources/x/link/deep', 'sources/x/inside', 'sources/x/inside/deep']) {
      refused(
        await proposal.step({ spec: 'sources/tuning.yml', out }, { workspace }),
        /is a link|a link points outside the checkout/,
      )
    }
  })

  it.each([
    ['a link to a folder', () => symlinkSync('elsewhere', at('out/curves')), 'out/curves is a link'],
    ['a link to nothing', () => symlinkSync('../../x', at('out/report.html')), 'out/report.html is a link'],
    ['the link of a temporary file', () => symlinkSync('x', at('out/.summary.md.1.tmp')), 'out/.summary.md.1.tmp is a link'],
    [
      'a link in place of the journal of a baseline',
      () => {
        mkdirSync(at('out/baseline'))
        symlinkSync('x', at('out/baseline/journal.jsonl'))
      },
      'out/baseline/journal.jsonl is a link',
    ],
    [
      'a second name of a file',
      () => linkSync(at('wine.csv'), at('out/tuning.lock.json')),
      'out/tuning.lock.json is a file with a second name',
    ],
    ['a device', () => execFileSync('mkfifo', [at('out/journal.jsonl')]), 'out/journal.jsonl is a device'],
  ])('writes no report through %s', async (_, plant, why) => {
    proposal.propose()
    mkdirSync(at('out'))
    writeFileSync(at('out/report.json'), '{}')
    plant()
    for (const event of ['pull_request', 'push']) {
      refused(
        await proposal.step({ out: 'out' }, { event, env: { GITHUB_SHA: proposal.head } }),
        new RegExp(why.replaceAll('.', '\\.')),
      )
    }
  })

  it.each([
    ['.tunegate', ''],
    ['.TUNEGATE', ''],
    ['.tuneGate.', ''],
    ['Out', 'out'],
    ['cafe\u0301', 'caf\u00e9'],
    ['deep/OUT', 'deep/out'],
  ])('that commits a folder as %j does not have the report written to it', async (name, out) => {
    proposal.propose({ [`${name}/wine/journal.jsonl`]: '{}\n' })
    refused(await proposal.step(out ? { out } : {}), /the report folder is part of the commit/)
  })

  it('has no report in a folder that is a submodule, the checkout itself, or full of other files', async () => {
    const other = join(outside, 'other')
    git(outside, 'init', '--quiet', other)
    git(other, 'commit', '--quiet', '--allow-empty', '--message=x')
    git(proposal.folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'module')
    proposal.propose()
    renameSync(other, at('.git/other'))
    refused(await proposal.step({ out: 'module/deep' }), /the checkout contains another repository/)
    refused(await proposal.step({ out: '.' }), /the report folder is part of the commit/)
    proposal.put({ 'site/index.html': 'x' })
    refused(await proposal.step({ out: 'site' }), /the report folder contains other files\s+found: +site\/index\.html/)
  })

  it('has none where a check cannot run: git is missing, or the checkout is torn', async () => {
    proposal.propose()
    refused(await proposal.step({}, { env: { PATH: outside } }), /git is missing/)
    const tree = git(proposal.folder, 'rev-parse', 'HEAD^{tree}')
    renameSync(at(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`), join(proposal.folder, 'gone'))
    refused(await proposal.step(), /is missing a tree of its own commit/)
  })

  it('has its report in a new folder, and again in the same', async () => {
    proposal.propose()
    for (const _ of [1, 2]) expect(ended(await proposal.step({ out: 'deep/out' }))).toEqual([0, 'pass'])
    expect(readFileSync(at('deep/out/report.json'), 'utf8')).toContain('"wine"')
  })
})
