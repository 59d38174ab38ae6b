import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { ended, Proposal } from '../support/proposal.ts'
import { wineSpec } from '../support/specs.ts'

/** A gate that compares, so that it needs a baseline. */
const spec = wineSpec({ seeds: 3, epochs: 8, gate: 'regression: { metric: accuracy, margin: 0.2 }' })

let proposal: Proposal
beforeEach(async () => {
  proposal = await Proposal.start()
  proposal.data()
})
afterEach(() => proposal.close())

const onMain = (event: string) => ({
  event,
  payload: { repository: { default_branch: 'main' } },
  env: { GITHUB_SHA: proposal.base, GITHUB_REF: 'refs/heads/main' },
})

describe('without a lock', () => {
  it.each(['push', 'workflow_dispatch'])('a first %s is green, and its artifact has the lock to commit', async (event) => {
    proposal.onBase({ 'tuning.yml': spec })
    const ran = await proposal.step({}, onMain(event))
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(existsSync(join(proposal.folder, ran.outputs['lock'] ?? 'none'))).toBe(true)
  })

  it('the pull request that brings the spec is judged', async () => {
    proposal.onBase({ 'README.md': '# nets\n' })
    proposal.propose({ 'tuning.yml': spec })
    expect(ended(await proposal.step())).toEqual([0, 'pass'])
  })

  it('a pull request is compared with the spec of its base commit, retrained', async () => {
    proposal.onBase({ 'tuning.yml': spec })
    proposal.propose({ 'tuning.yml': spec.replace('learningRate: 0.01', 'learningRate: 0.00001') })
    const worse = await proposal.step()
    expect(ended(worse)).toEqual([1, 'fail'])
    expect(worse.log).toContain(`${proposal.base} has no lock for tuning.yml: its spec is retrained as the baseline.`)
    git(proposal.folder, 'checkout', '--quiet', proposal.base)
    proposal.propose({ 'tuning.yml': spec.replace('learningRate: 0.01', 'learningRate: 0.011') })
    expect(ended(await proposal.step())).toEqual([0, 'pass'])
  })

  it('a pull request has nothing to compare with where the workflow asks for the lock', async () => {
    proposal.onBase({ 'tuning.yml': spec })
    proposal.propose({ note: 'a change' })
    const ran = await proposal.step({ baseline: 'lock' })
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toContain('the base commit has no lock to compare with')
  })
})
