import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, Proposal } from '../support/proposal.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const spec = (least: number): string => wineSpec({ gate: accuracyOf(least) })
const path = 'models/wine/tuning.yml'

let proposal: Proposal
let marker: string
beforeEach(async () => {
  proposal = await Proposal.start()
  marker = join(mkdtempSync(join(tmpdir(), 'marker-')), 'ran')
  proposal.data('models/wine')
  proposal.onBase({ [path]: spec(0.999) })
})
afterEach(() => proposal.close())

/** The files by which git takes a folder for a bare repository; none of them has a name that git refuses to commit. */
const bare = (folder: string, config: string): Record<string, string> => ({
  [`${folder}/HEAD`]: 'ref: refs/heads/main\n', [`${folder}/config`]: config, [`${folder}/objects/x`]: 'x', [`${folder}/refs/x`]: 'x',
})
const wrongRoot = '[core]\n\trepositoryformatversion = 0\n\tworktree = .\n'
/** Git fetches an object that it lacks, and runs the command for it. */
const lazy = (command: string): string =>
  `[core]\n\trepositoryformatversion = 1\n\tworktree = .\n\tsshCommand = ${command}\n[extensions]\n\tpartialClone = origin\n` +
  '[remote "origin"]\n\turl = ssh://example.org/x\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'

describe('attack 11: a pull request', { timeout: 120_000 }, () => {
  it.each(['models/wine', 'models', '.'])('with a bare repository of tracked files in %s is judged by its base', async (folder) => {
    proposal.propose({ [path]: spec(0.05), ...bare(folder, wrongRoot) })
    expect(ended(await proposal.step({ spec: path }))).toEqual([1, 'fail'])
  })

  it('runs no command that its own settings name', async () => {
    proposal.propose({ [path]: spec(0.05), ...bare('models/wine', lazy(`"env > ${marker}; false"`)) })
    const ran = await proposal.step({ spec: path })
    expect(existsSync(marker) && readFileSync(marker, 'utf8')).toBe(false)
    expect(ended(ran)).toEqual([1, 'fail'])
  })
})
