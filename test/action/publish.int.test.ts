import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildLock, lockText } from '../../src/report/lock.ts'
import type { Report } from '../../src/report/model.ts'
import { baseCommit, startCommentFlow, type CommentFlow } from '../support/comment-flow.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

// What the run job left is replaced before the publishing job takes it, as by whoever controls the run job.

interface Result {
  version: number
  bound: { run: number; sha: string; plan: string | null }
  outcome: { kind: string; report: Forged; gateLines: number[]; text?: string }
}
type Status = 'pass' | 'fail' | 'inconclusive'
interface Run {
  seed: number
  validation: { accuracy: number } | null
}
/** The parts of a report that are forged here. */
interface Forged {
  verdict: { status: Status; sentence: string; gates: { status: Status; sentence: string; rule: { min?: number } }[] }
  study: { specFile: string; seed: number }
  verification: { seeds: { seed: number; candidate: Run; baseline: Run }[] }
  stages: { stage: string; findings: { verify?: { seeds: unknown } } | null }[]
  runs: { best: { validation: { accuracy: number } } | null }[]
  checklist: { title: string }[]
}

const spec = (least: number): string => wineSpec({ gate: accuracyOf(least), epochs: 4 })
const compared = wineSpec({ gate: 'regression: { metric: accuracy, margin: 0.1 }', epochs: 4 })
const name = 'tunegate-result-1.json'

let flow: CommentFlow
let request: string

/** On both sides, so that the change is one of something else. */
function place(own: CommentFlow, text: string, lock?: string): void {
  own.onBase(text)
  if (lock !== undefined) own.onBase(lock, 'tuning.lock.json')
  own.commit(text, lock === undefined ? {} : { 'tuning.lock.json': lock })
}

/** What an honest run leaves, by the spec of its head and base. */
const left = new Map<string, string>()

async function honest(text: string, lock?: string): Promise<string> {
  const known = left.get(`${text}${lock}`)
  if (known !== undefined) return known
  const own = await startCommentFlow()
  try {
    place(own, text, lock)
    await own.run(await own.decide(lock === undefined ? '/tune' : '/tune verify'))
    const [content] = own.artifacts
      .artifacts()
      .filter((a) => a.name === name)
      .map((a) => a.content.toString())
    if (content === undefined) throw new Error('the run did not upload a result')
    left.set(`${text}${lock}`, content)
    return content
  } finally {
    await own.close()
  }
}

beforeAll(async () => {
  await honest(spec(0.05))
  await honest(spec(0.999))
})
beforeEach(async () => {
  flow = await startCommentFlow()
})
afterEach(() => flow.close())

/** What a comment is answered with, by the comment and the spec on both sides, and the commit that it was of. */
const requests = new Map<string, { readonly head: string; readonly text: string }>()

/** The request of this pull request: decided once, and of another commit with the same files the same but for the commit. */
async function decided(body: string, text: string, lock?: string): Promise<string> {
  const key = JSON.stringify([body, text, lock])
  const known = requests.get(key) ?? { head: flow.head(), text: await flow.decide(body) }
  requests.set(key, known)
  return known.text.replaceAll(known.head, flow.head())
}

/** The pull request with this spec on both sides, its request, and the result of its run with a change in it. */
async function handOver(
  text: string,
  change: (result: Result) => void = () => undefined,
  body = '/tune',
  lock?: string,
): Promise<void> {
  const result = JSON.parse(await honest(text, lock)) as Result
  place(flow, text, lock)
  request = await decided(body, text, lock)
  change(result)
  flow.artifacts.plant(name, Buffer.from(JSON.stringify({ ...result, bound: { ...result.bound, sha: flow.head() } })))
}

/** A pull request that nothing was said on yet. */
async function another(): Promise<void> {
  await flow.close()
  flow = await startCommentFlow()
}

const said = (): string => flow.comments()[0] ?? ''

/** No check, no status, and the reason where the report would be. */
function refused(reason: string | RegExp): void {
  expect(said()).toMatch(/### No verdict/)
  expect(said()).toMatch(reason)
  expect(said()).not.toMatch(/✅|### .*pass:/)
  expect([flow.github.state.checkRuns, flow.github.state.statuses]).toEqual([[], []])
  expect(flow.github.state.reactions.at(-1)?.content).toBe('confused')
}

const passing = ({
  outcome: {
    report: { verdict },
  },
}: Result): void => {
  Object.assign(verdict, { status: 'pass', sentence: 'The gate passes.' })
  for (const gate of verdict.gates) gate.status = 'pass'
}

describe('what a run left', () => {
  it('is posted where it follows from its own numbers, and the post says whose numbers they are', async () => {
    await handOver(spec(0.05))
    await flow.publish(request)
    expect(said()).toMatch(/### .*pass/)
    expect(said()).toContain("This job judged it again from the numbers of each seed, which are the run's own")
    expect(flow.github.state.statuses).toMatchObject([{ state: 'success' }])
  })

  it('attack 12: is refused where its verdict passes over a gate that fails', async () => {
    await handOver(
      spec(0.999),
      ({
        outcome: {
          report: { verdict },
        },
      }) => {
        verdict.status = 'pass'
      },
    )
    await flow.publish(request)
    refused('it says pass, but its gates say fail')
  })

  it('attack 12: is refused where verdict and gates agree and the numbers do not', async () => {
    await handOver(spec(0.999), passing)
    await flow.publish(request)
    refused(/its gate 1 \(threshold\) says pass, but the numbers say fail/)
  })

  const ends = ['failure', 'cancelled', 'skipped', '']
  it.each(ends)('attack 12: is refused where it passes and its job ended as "%s"', async (ended) => {
    await handOver(spec(0.05))
    await flow.publish(request, ended)
    if (ended === 'cancelled') expect(said()).toContain('### Stopped')
    else refused('only success is accepted')
    expect([flow.github.state.checkRuns, flow.github.state.statuses]).toEqual([[], []])
  })

  it('attack 12: is judged by the gates of the base, and refused where it was judged by others', async () => {
    await handOver(spec(0.05))
    flow.onBase(spec(0.06))
    await flow.publish(request)
    refused('judged by gates other than those of the base commit')
  })

  it('attack 12: is refused where its seeds are not those of the base', async () => {
    await handOver(spec(0.05))
    flow.onBase(`${spec(0.05)}seed: 18\n`)
    await flow.publish(request)
    refused('the report has the root seed 17, not 18')
  })

  it('attack 12: is refused where it holds fewer seeds than the base verifies', async () => {
    await handOver(spec(0.05))
    flow.onBase(spec(0.05).replace('seeds: 3', 'seeds: 6'))
    await flow.publish(request)
    refused('to be judged at 6 seeds, not at 3')
  })

  it('attack 12: is refused where a metric is none', async () => {
    await handOver(spec(0.999), (result) => {
      const { verification, runs, stages } = result.outcome.report
      passing(result)
      for (const { candidate, baseline } of verification.seeds) {
        for (const run of [candidate, baseline]) if (run.validation) run.validation.accuracy = 1.2
      }
      for (const { best } of runs) if (best) best.validation.accuracy = 1.2
      for (const { findings } of stages) if (findings?.verify) findings.verify.seeds = verification.seeds
    })
    await flow.publish(request)
    refused('has a validation accuracy of 1.2')
  })

  it('attack 12: is refused where it is of another spec', async () => {
    await handOver(
      spec(0.05),
      ({
        outcome: {
          report: { study },
        },
      }) => {
        study.specFile = 'easy/tuning.yml'
      },
    )
    await flow.publish(request)
    refused('the report is of the spec easy/tuning.yml')
  })

  it('attack 12: is refused where it names other lines than there are gates', async () => {
    await handOver(spec(0.05), ({ outcome }) => {
      outcome.gateLines = []
    })
    await flow.publish(request)
    refused('has 0 gate lines for 1 gates')
  })

  it('attack 12: is refused where a study was not asked for, or a plan is left in its place', async () => {
    await handOver(spec(0.05), undefined, '/tune plan')
    await flow.publish(request)
    expect(said()).toContain('the run left a study, and /tune plan was asked for')
    expect([flow.github.state.checkRuns, flow.github.state.statuses]).toEqual([[], []])
    await another()
    await handOver(spec(0.05), ({ bound, outcome }) => {
      bound.plan = null
      Object.assign(outcome, { kind: 'plan', text: '### all green' })
    })
    await flow.publish(request)
    refused('the run left a plan, and /tune was asked for')
  })

  it('attack 12: brings no heading and no link of its own into the comment', async () => {
    await handOver(
      spec(0.05),
      ({
        outcome: {
          report: { checklist },
        },
      }) => {
        for (const box of checklist)
          Object.assign(box, { title: '\n\n# [Approved](https://evil.example)', state: 'not-done' })
      },
    )
    await flow.publish(request)
    refused('statistics of the report')
    expect(said()).not.toContain('Approved')
  })

  it('attack 12: is not posted where the base cannot be read, which does not look like a base without a spec', async () => {
    await handOver(spec(0.05))
    flow.github.script(/GET \/(contents|git\/commits)/, 404, 10)
    await flow.publish(request)
    refused('the commit whose rules judge the result cannot be read')
  })

  it('attack 12: is not posted where the lock of the base cannot be read', async () => {
    await handOver(spec(0.05))
    flow.github.script(/GET \/contents\/tuning\.lock\.json/, 403, 10)
    await flow.publish(request)
    refused('the commit whose rules judge the result cannot be read')
  })

  it('attack 12: is held against the retrained base where that has no lock, and no other', async () => {
    await handOver(compared)
    await flow.publish(request)
    expect(said()).toMatch(/### .*(pass|inconclusive|fail): `wine`/)
    expect(flow.github.state.checkRuns).toHaveLength(1)
    await flow.publish(request, 'success', { baseline: 'lock' })
    expect(said()).not.toContain('No verdict')
    // The workflow names another spec here than it did for the run.
    await flow.publish(request, 'success', { 'base-spec': 'other.yml' })
    expect(said()).toContain('another baseline, not that of the base commit')
  })

  it('attack 12: is held against the lock that the base has, and not against what the run took for it', async () => {
    const {
      outcome: { report },
    } = JSON.parse(await honest(spec(0.05))) as { outcome: { report: Report } }
    const lock = buildLock(report)
    await handOver(compared, undefined, '/tune verify', lockText(lock))
    await flow.publish(request)
    expect(said()).toMatch(/### .*pass: `wine`/)
    expect(flow.github.state.statuses).toMatchObject([{ state: 'success' }])
    // The base has a better model than the run compared with.
    const better = lock.seeds.map((s) => ({ ...s, validation: { ...s.validation, accuracy: 1 }, weights: 'f'.repeat(64) }))
    await another()
    await handOver(compared, undefined, '/tune verify', lockText(lock))
    flow.onBase(lockText({ ...lock, seeds: better }), 'tuning.lock.json')
    await flow.publish(request)
    refused(/says pass, but the numbers say (fail|inconclusive)/)
    await another()
    await handOver(compared, undefined, '/tune verify', lockText(lock))
    flow.onBase('{ "version": 1 }', 'tuning.lock.json')
    await flow.publish(request)
    refused('tuning.lock.json:1: the lock is missing the key')
  })

  it('attack 12: of the first change with a spec is judged again by what its head has', async () => {
    await handOver(spec(0.999), passing)
    flow.github.state.contents.delete(`tuning.yml@${baseCommit}`)
    await flow.publish(request)
    refused('the numbers say fail')
    await another()
    await handOver(spec(0.05))
    flow.github.state.contents.delete(`tuning.yml@${baseCommit}`)
    await flow.publish(request)
    expect(said()).toContain('by its own gates, because the base commit has no spec')
    expect(flow.github.state.statuses).toMatchObject([{ state: 'success' }])
  })
})

describe('the artifact of a result', () => {
  it('attack 7: is refused where it is not what was uploaded', async () => {
    await handOver(spec(0.05))
    const [artifact] = flow.artifacts.artifacts()
    flow.artifacts.tamper(name, { content: Buffer.from(`${artifact?.content.toString()} `) })
    await flow.publish(request)
    refused('not what was uploaded')
  })

  it('attack 7: is refused where the service has no digest of it', async () => {
    await handOver(spec(0.05))
    flow.artifacts.tamper(name, { digest: null })
    await flow.publish(request)
    refused('has no digest')
  })
})
