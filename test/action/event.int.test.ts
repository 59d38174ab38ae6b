import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { ended, Proposal } from '../support/proposal.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const spec = (least: number): string => wineSpec({ gate: accuracyOf(least) })

let proposal: Proposal
beforeEach(async () => {
  proposal = await Proposal.start()
  proposal.data()
  proposal.onBase({ 'tuning.yml': spec(0.999) })
  proposal.propose({ 'tuning.yml': spec(0.05) })
})
afterEach(() => proposal.close())

/** As GitHub starts a workflow of the default branch, whatever the step before has checked out. */
const onMain = (event: string, env: Readonly<Record<string, string>> = {}) => ({
  event,
  payload: { repository: { default_branch: 'main' } },
  env: { GITHUB_SHA: proposal.base, GITHUB_REF: 'refs/heads/main', ...env },
})

describe('attack 15: the event', () => {
  it.each([
    'repository_dispatch',
    'issues',
    'check_suite',
    'issue_comment',
    'workflow_run',
    'schedule',
    'workflow_dispatch',
    'push',
  ])('%s with the head of a pull request in the checkout has no verdict', async (event) => {
    const ran = await proposal.step({}, onMain(event))
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(
      new RegExp(
        `the checkout is not the commit that the event ${event} is about\\s+found: +${proposal.head}\\s+allowed: ${proposal.base}\\s+hint: +leave`,
      ),
    )
  })

  it.each(['deployment', 'create', 'workflow_dispatch', 'push'])(
    '%s, which runs a head by its own commit, has no verdict',
    async (event) => {
      for (const ref of ['refs/heads/change', '']) {
        const ran = await proposal.step({}, onMain(event, { GITHUB_SHA: proposal.head, GITHUB_REF: ref }))
        expect(ended(ran)).toEqual([1, undefined])
        expect(ran.log).toContain('action/event')
      }
    },
  )

  it('pull_request_target with the base in the checkout has no verdict, since that says nothing of the change', async () => {
    git(proposal.folder, 'checkout', '--quiet', proposal.base)
    const ran = await proposal.step({}, { event: 'pull_request_target', env: { GITHUB_SHA: proposal.base } })
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toContain('action/commit')
  })

  it('repository_dispatch runs the default branch itself', async () => {
    git(proposal.folder, 'checkout', '--quiet', proposal.base)
    expect(ended(await proposal.step({}, onMain('repository_dispatch')))).toEqual([1, 'fail'])
  })
})
