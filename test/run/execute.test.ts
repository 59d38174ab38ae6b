import { describe, expect, it, onTestFinished } from 'vitest'
import type { StageDecision } from '../../src/records/decision.ts'
import type { Plan, StageName } from '../../src/records/plan.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { execute, Interrupted, runsOf, type Execution, type StudyOutcome } from '../../src/run/execute.ts'
import { Journal } from '../../src/run/journal.ts'
import type { Runner, RunOptions } from '../../src/run/runner.ts'
import type { RunOutcome, Stage } from '../../src/stages/stage.ts'
import { all, complete, crashed, folder, header, journalIn, plan, probe, request } from './runs.ts'

/** Does what it is told by label, and notes what it was asked. */
class Scripted implements Runner {
  readonly engine = 'none'
  readonly slots: number
  readonly started: string[] = []
  most = 0
  private running = 0
  private readonly script: (request: RunRequest, id: string, signal?: AbortSignal) => RunResult | Promise<RunResult>

  constructor(script: Scripted['script'] = (r, id) => complete(id, r), slots = 2) {
    this.script = script
    this.slots = slots
  }

  async run(asked: RunRequest, id: string, { signal }: RunOptions = {}): Promise<RunResult> {
    this.started.push(`${asked.label}/${asked.seed}`)
    this.running += 1
    this.most = Math.max(this.most, this.running)
    await new Promise(setImmediate)
    try {
      return await this.script(asked, id, signal)
    } finally {
      this.running -= 1
    }
  }
}

/** A stage that asks for the given requests, one list after the other, and shows what it was answered. */
function asking(stage: StageName, ...asks: readonly RunRequest[][]): Stage {
  return function* (context) {
    const outcomes: RunOutcome[] = []
    for (const ask of asks) outcomes.push(...(yield ask.map((r) => ({ ...r, stage }))))
    return {
      stage,
      levers: context.incumbent,
      conclusion: 'kept',
      lineage: [],
      comparisons: [],
      findings: { stage: 'schedule' },
      summary: outcomes.map((o) => `${o.request.label} ${o.status === 'not-run' ? o.reason : o.status}`).join('; '),
      omissions: [],
      runs: outcomes.flatMap((o) => (o.status === 'not-run' ? [] : [o.id])),
    }
  }
}

const silent: Stage = asking('batch')
const stages = (over: Partial<Execution['stages']>): Execution['stages'] => ({
  'lr-range': silent,
  batch: silent,
  regularize: silent,
  schedule: silent,
  verify: silent,
  ...over,
})

interface Ran {
  readonly outcome: StudyOutcome
  readonly events: readonly RunEvent[]
  readonly journal: Journal
  readonly runner: Scripted
}

async function run(
  study: Plan,
  over: Partial<Execution['stages']>,
  runner = new Scripted(),
  rest: Partial<Execution> & { path?: string } = {},
): Promise<Ran> {
  const journal = await Journal.open(rest.path ?? journalIn(folder()), header)
  onTestFinished(() => journal.close().catch(() => {}))
  const events: RunEvent[] = []
  const outcome = await execute(study, {
    stages: stages(over),
    runner,
    journal,
    clock: () => performance.now(),
    listener: (e) => events.push(e),
    ...rest,
  }).catch(async (error: unknown) => {
    await journal.close()
    throw error
  })
  return { outcome, events, journal, runner }
}

/** The letter is the seed, so equal letters are equal work. */
const requests = (labels: string): RunRequest[] => labels.split(' ').map((label) => request(label, label.charCodeAt(0) - 97))
const summaries = ({ decisions }: StudyOutcome): string[] => decisions.map((d: StageDecision) => d.summary)

describe('a study', () => {
  it('runs its stages in order, each from the incumbent that the one before left', async () => {
    const seen: string[] = []
    const moving = (stage: StageName, weightDecay: number): Stage =>
      function* (context) {
        yield []
        seen.push(
          `${stage} from ${context.incumbent.regularization.weightDecay} after ${context.previous.map((d) => d.stage).join()}`,
        )
        const levers = { ...context.incumbent, regularization: { ...context.incumbent.regularization, weightDecay } }
        return {
          stage,
          levers,
          conclusion: 'changed',
          summary: '',
          lineage: [],
          comparisons: [],
          omissions: [],
          findings: { stage: 'schedule' },
          runs: [],
        }
      }
    const { outcome } = await run(plan(['lr-range', 'regularize', 'verify']), {
      'lr-range': moving('lr-range', 0.2),
      regularize: moving('regularize', 0.3),
      verify: moving('verify', 0.4),
    })
    expect(seen).toEqual([
      'lr-range from 0.01 after ',
      'regularize from 0.2 after lr-range',
      'verify from 0.3 after lr-range,regularize',
    ])
    expect(outcome.levers.regularization.weightDecay).toBe(0.4)
    expect(outcome.seconds.map((s) => s.stage)).toEqual(['lr-range', 'regularize', 'verify'])
  })

  it('answers in the order of the requests, however they finish, as many at a time as there are slots', async () => {
    const waits = [30, 1, 10, 1, 5]
    const runner = new Scripted(async (r, id) => {
      await new Promise((resolve) => setTimeout(resolve, waits[r.seed]))
      return complete(id, r)
    }, 3)
    const { outcome } = await run(plan(['batch']), { batch: asking('batch', requests('a b c d e')) }, runner)
    expect(summaries(outcome)).toEqual(['a complete; b complete; c complete; d complete; e complete'])
    expect(runner.most).toBe(3)
  })

  it('trains equal work once, in one ask, in two, and in two stages, and each gets it under its own name', async () => {
    const same = [request('winner', 1), request('baseline', 1), request('other', 2)]
    const { outcome, runner, journal } = await run(plan(['batch', 'verify']), {
      batch: asking('batch', same, [request('again', 2)]),
      verify: asking('verify', same),
    })
    expect(runner.started).toEqual(['winner/1', 'other/2'])
    expect(summaries(outcome)).toEqual([
      'winner complete; baseline complete; other complete; again complete',
      'winner complete; baseline complete; other complete',
    ])
    expect((await all(runsOf(journal, outcome.decisions))).map((r) => r.request.label)).toEqual(['winner', 'other'])
  })

  it('tells what happens, with every run told after it is in the journal', async () => {
    const path = journalIn(folder())
    const journal = await Journal.open(path, header)
    onTestFinished(() => journal.close())
    const told: string[] = []
    await execute(plan(['batch', 'verify']), {
      stages: stages({ batch: asking('batch', requests('a b')), verify: asking('verify', requests('a')) }),
      runner: new Scripted(undefined, 1),
      journal,
      clock: () => 0,
      listener: (e) => {
        if (e.type === 'run-finished') expect(journal.has(e.result.id)).toBe(true)
        told.push(
          e.type === 'run-finished'
            ? `${e.type} ${e.result.request.label}${e.cached ? ' cached' : ''} ${e.progress.finished}`
            : e.type,
        )
      },
    })
    expect(told).toEqual([
      'study-started',
      'stage-started',
      'run-started',
      'run-started',
      'run-finished a 1',
      'run-finished b 2',
      'stage-decided',
      'stage-started',
      'run-finished a cached 3',
      'stage-decided',
      'study-finished',
    ])
  })

  it('that continues asks the runner for nothing that is in the journal, and ends the same', async () => {
    const path = journalIn(folder())
    const over = { batch: asking('batch', requests('a b'), requests('c')), verify: asking('verify', requests('d e')) }
    const study = plan(['batch', 'verify'])
    const whole = await run(study, over)
    const broken = new Scripted((r, id) => {
      if (r.label === 'd') throw new Error('power cut')
      return complete(id, r)
    }, 1)
    await expect(run(study, over, broken, { path })).rejects.toThrow('power cut')
    expect(broken.started).toEqual(['a/0', 'b/1', 'c/2', 'd/3'])
    const rest = await run(study, over, new Scripted(undefined, 1), { path })
    expect(rest.events[0]).toMatchObject({ resumedRuns: 3 })
    expect(rest.runner.started).toEqual(['d/3', 'e/4'])
    expect(rest.outcome.decisions).toEqual(whole.outcome.decisions)
  })
})

describe('a crashed run', () => {
  const over = {
    batch: asking('batch', [request('a'), request('p', 1, { job: probe(9) })]),
    verify: asking('verify', [request('a')]),
  }
  const failing = (): Scripted => new Scripted((r, id) => crashed(id, r), 1)

  it('is recorded and not asked for again in the same study; a study that continues tries it once more', async () => {
    const path = journalIn(folder())
    const first = await run(plan(['batch', 'verify']), over, failing(), { path })
    expect(first.runner.started).toEqual(['a/1', 'p/1'])
    await first.journal.close()
    const second = await run(plan(['batch', 'verify']), over, new Scripted(undefined, 1), { path })
    // The probe's crash is its answer.
    expect(second.runner.started).toEqual(['a/1'])
    expect(summaries(second.outcome)).toEqual(['a complete; p crashed', 'a complete'])
  })
})

describe('runs that the verification asks for in any case', () => {
  const study = plan(['batch', 'schedule', 'verify'])
  const three = { batch: asking('batch', requests('a b c')), schedule: asking('schedule', requests('d e'), requests('f')) }
  const verify = asking('verify', requests('w x y'))
  /** `c` and `f` are the last of their kind, and take longer than all others together. */
  const slow = (more: Scripted['script'] = (r, id) => complete(id, r)) =>
    new Scripted(async (r, id) => {
      for (let i = 0; /^[cf]/.test(r.label) && i < 20; i++) await new Promise(setImmediate)
      return more(r, id)
    }, 2)

  it('are trained by slots that wait for the last run of a stage, each once, with the same decisions', async () => {
    const runner = slow()
    const ahead = await run(study, { ...three, verify }, runner, { ahead: true })
    const order = runner.started.map(([label]) => label)
    expect(order.join('')).toMatch(/^abc?w.*d/)
    expect(order.toSorted().join('')).toBe('abcdefwxy')
    const alone = await run(study, { ...three, verify }, new Scripted((r, id) => complete(id, r), 1))
    expect(alone.runner.started.map(([label]) => label).join('')).toBe('abcdefwxy')
    expect(ahead.outcome.decisions).toEqual(alone.outcome.decisions)
    expect((await all(runsOf(ahead.journal, ahead.outcome.decisions))).map((r) => r.id)).toEqual(
      (await all(runsOf(alone.journal, alone.outcome.decisions))).map((r) => r.id),
    )
    const told = ahead.events.flatMap((e) => (e.type === 'run-finished' ? [`${e.result.request.label}${e.cached}`] : []))
    expect(told.toSorted()).toEqual([...'abcdefwxy'].map((label) => `${label}false`))
  })

  it('have the label of the first of equal requests, as when their stage asks for them', async () => {
    const both = requests('w x').flatMap((r) => [r, { ...r, label: `winner ${r.label}` }])
    const { journal, outcome } = await run(study, { ...three, verify: asking('verify', both) }, slow(), { ahead: true })
    const labels = (await all(runsOf(journal, outcome.decisions))).map((r) => r.request.label)
    expect(labels.slice(-2)).toEqual(['w', 'x'])
  })

  it('are trained again when asked for, if they crashed', async () => {
    let first = true
    const runner = slow((r, id) => {
      if (!r.label.startsWith('w') || !first) return complete(id, r)
      first = false
      return crashed(id, r)
    })
    const { outcome } = await run(study, { ...three, verify }, runner, { ahead: true })
    expect(summaries(outcome)[2]).toBe('w complete; x complete; y complete')
    expect(runner.started.filter((label) => label.startsWith('w'))).toHaveLength(2)
  })

  it('wait for their stage where the budget may refuse them, or nobody wants them ahead', async () => {
    const short = plan(['batch', 'schedule', 'verify'], { trials: 9, reservedForVerification: 2 })
    const started = async (of: Plan, ahead: boolean): Promise<string> => {
      const { runner } = await run(of, { ...three, verify }, slow(), { ahead })
      return runner.started.map(([label]) => label).join('')
    }
    expect([await started(short, true), await started(study, false)]).toEqual(['abcdefwxy', 'abcdefwxy'])
  })
})

describe('the budget', () => {
  it('of trials counts what is found like what is trained, so a study that continues is cut at the same place', async () => {
    const path = journalIn(folder())
    const study = plan(['batch', 'verify'], { trials: 5, reservedForVerification: 2 })
    const over = { batch: asking('batch', requests('a b c d e')), verify: asking('verify', requests('a x y z')) }
    const first = await run(study, over, new Scripted(), { path })
    expect(summaries(first.outcome)).toEqual([
      'a complete; b complete; c complete; d the budget of 5 trials is used up, beside the runs reserved for verification; ' +
        'e the budget of 5 trials is used up, beside the runs reserved for verification',
      // Its first run is known, so the reserve is enough for two more.
      'a complete; x complete; y complete; z the budget of 5 trials is used up',
    ])
    expect(first.outcome.exhausted).toBe('trials')
    expect(first.events.filter((e) => e.type === 'budget-exhausted')).toEqual([
      { type: 'budget-exhausted', what: 'trials', stage: 'batch' },
    ])
    await first.journal.close()
    const second = await run(study, over, new Scripted(), { path })
    expect(second.runner.started).toEqual([])
    expect(second.outcome.decisions).toEqual(first.outcome.decisions)
  })

  it('of trials is told to stages without the reserve', async () => {
    const left: number[] = []
    const looking: Stage = function* (context) {
      left.push(context.runsLeft())
      return yield* asking('batch', requests('a b'))(context)
    }
    await run(plan(['batch', 'schedule', 'verify'], { trials: 9, reservedForVerification: 4 }), {
      batch: looking,
      schedule: looking,
      verify: looking,
    })
    expect(left).toEqual([5, 3, 7])
  })

  it('of minutes leaves the time that verification needs, still gives what is in the journal, and runs verification', async () => {
    let now = 0
    const runner = new Scripted((r, id) => {
      now += 20_000
      return { ...complete(id, r), timing: { seconds: 20, stepsPerSecond: 0.2 } }
    }, 1)
    // A run of 4 steps takes 20 s, verification's 16 steps 80 s: of 186 s, 106 are left for the rest.
    const { outcome } = await run(
      plan(['batch', 'schedule', 'verify'], { minutes: 3.1, reservedForVerification: 4 }),
      {
        batch: asking('batch', requests('a b c d e f')),
        schedule: asking('schedule', requests('a g')),
        verify: asking('verify', requests('w x y z')),
      },
      runner,
      { clock: () => now },
    )
    expect(runner.started.map((s) => s[0]).join('')).toBe('abcdewxyz')
    expect(outcome.exhausted).toBe('minutes')
    const late = 'the budget of 3.1 minutes is used up, beside the time reserved for verification'
    expect(summaries(outcome)[1]).toBe(`a complete; g ${late}`)
  })

  it('of minutes leaves it also where a run that starts just before would eat into it', async () => {
    let now = 0
    const runner = new Scripted((r, id) => {
      now += 20_000
      return { ...complete(id, r), timing: { seconds: 20, stepsPerSecond: 0.2 } }
    }, 1)
    // Verification takes 80 s. After 80 s of 2.75 minutes 85 s are left: more than that, but not for another run of 20 s.
    const { outcome } = await run(
      plan(['batch', 'verify'], { minutes: 2.75, reservedForVerification: 4 }),
      {
        batch: asking('batch', requests('a b c d e f')),
        verify: asking('verify', requests('p q r s')),
      },
      runner,
      { clock: () => now },
    )
    expect(runner.started).toHaveLength(8)
    expect(now).toBeLessThanOrEqual(165_000)
    expect(summaries(outcome)[1]).toBe('p complete; q complete; r complete; s complete')
  })

  it('of minutes ends a run that would overrun it', async () => {
    const runner = new Scripted(
      (_, __, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    )
    const { outcome } = await run(plan(['batch'], { minutes: 0.005 }), { batch: asking('batch', requests('a b c')) }, runner)
    expect(summaries(outcome)[0]).toBe(
      'a the budget of 0.005 minutes is used up and the run had not finished; b the budget of 0.005 minutes is used up and the run had ' +
        'not finished; c the budget of 0.005 minutes is used up',
    )
    expect(outcome.exhausted).toBe('minutes')
  })
})

describe('a study that is stopped', () => {
  it('throws at once, keeps what was finished, and starts nothing more', async () => {
    const path = journalIn(folder())
    const stop = new AbortController()
    const runner = new Scripted(
      (r, id, signal) =>
        r.label === 'a'
          ? complete(id, r)
          : new Promise((_, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason as Error))
              setImmediate(() => stop.abort())
            }),
      2,
    )
    const study = run(plan(['batch']), { batch: asking('batch', requests('a b c d')) }, runner, {
      path,
      signal: stop.signal,
    })
    await expect(study).rejects.toThrow(Interrupted)
    expect(runner.started).toEqual(['a/0', 'b/1', 'c/2'])
  })

  it('before it starts asks for nothing, even where all is in the journal', async () => {
    const path = journalIn(folder())
    const over = { batch: asking('batch', requests('a b')) }
    await (await run(plan(['batch']), over, new Scripted(), { path })).journal.close()
    const runner = new Scripted()
    await expect(run(plan(['batch']), over, runner, { path, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted)
    expect(runner.started).toEqual([])
  })

  it('by a journal that cannot be written says so and trains no further', async () => {
    const journal = await Journal.open(journalIn(folder()), header)
    const runner = new Scripted(async (r, id) => {
      if (r.label === 'b') await journal.close()
      return complete(id, r)
    }, 1)
    const study = execute(plan(['batch']), {
      stages: stages({ batch: asking('batch', requests('a b c d e f')) }),
      runner,
      journal,
      clock: () => 0,
      listener: () => {},
    })
    await expect(study).rejects.toThrow('the journal cannot be written')
    expect(runner.started.length).toBeLessThan(5)
  })
})
