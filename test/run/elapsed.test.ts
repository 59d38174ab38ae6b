import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plan } from '../../src/records/plan.ts'
import type { RunRequest } from '../../src/records/run.ts'
import { execute, type Execution, type StudyOutcome } from '../../src/run/execute.ts'
import { BudgetKeeper } from '../../src/run/budget.ts'
import { Journal } from '../../src/run/journal.ts'
import type { Runner } from '../../src/run/runner.ts'
import type { RunOutcome, Stage } from '../../src/stages/stage.ts'
import { complete, crashed, folder, header, journalIn, plan, request } from './runs.ts'

const requests = (labels: string): RunRequest[] => labels.split(' ').map((label) => request(label, label.charCodeAt(0)))

/** Asks for runs named by letters, and says what became of each. */
const asking = (labels: string): Stage =>
  function* ({ incumbent, job }) {
    const outcomes: readonly RunOutcome[] = yield requests(labels)
    return {
      stage: job.id,
      levers: incumbent,
      conclusion: 'kept',
      lineage: [],
      comparisons: [],
      omissions: [],
      findings: { stage: 'schedule' },
      runs: [],
      summary: outcomes.map((o) => `${o.request.label} ${o.status === 'not-run' ? 'late' : o.status}`).join(', '),
    }
  }

interface Place {
  readonly path: string
  now: number
  readonly trained: string[]
}

/** Every run takes 20 seconds of a clock that only runs move. Ends as if killed after so many runs. */
async function study(
  at: Place,
  budget: Plan['budget'],
  killedAfter = Infinity,
  crash = '',
): Promise<StudyOutcome | 'killed'> {
  const journal = await Journal.open(at.path, header)
  onTestFinished(() => journal.close().catch(() => {}))
  let runs = 0
  const runner: Runner = {
    engine: 'none',
    slots: 1,
    run: (asked, id) => {
      if (runs++ === killedAfter) return Promise.reject(new Error('killed'))
      at.now += 20_000
      at.trained.push(asked.label)
      const { steps } = complete(id)
      return Promise.resolve(
        asked.label === crash
          ? crashed(id, asked)
          : { ...complete(id, asked), steps, timing: { seconds: 20, stepsPerSecond: 0.2 } },
      )
    },
  }
  const stages: Execution['stages'] = {
    'lr-range': asking('z'),
    batch: asking('a b c d e'),
    regularize: asking('z'),
    schedule: asking('f g h i j'),
    verify: asking('v w'),
  }
  const bytes = (): Buffer => readFileSync(at.path)
  try {
    const outcome = await execute(plan(['batch', 'schedule'], budget), {
      stages,
      runner,
      journal,
      clock: () => at.now,
      listener: () => {},
    })
    await journal.close()
    return outcome
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'killed') throw error
    // A kill writes nothing more; closing would.
    const left = bytes()
    await journal.close()
    writeFileSync(at.path, left)
    return 'killed'
  }
}

const budget = { minutes: 2, trials: null, reservedForVerification: 0 }
const place = (): Place => ({ path: journalIn(folder()), now: 0, trained: [] })
const said = (outcome: StudyOutcome | 'killed'): unknown =>
  outcome === 'killed' ? outcome : outcome.decisions.map((d) => d.summary)

describe('a study with a budget of minutes', () => {
  it('that is killed and continued ends where the uninterrupted one does, and no kill gives it time', async () => {
    const whole = place()
    const expected = await study(whole, budget)
    expect(said(expected)).toEqual([
      'a complete, b complete, c complete, d complete, e complete',
      'f complete, g late, h late, i late, j late',
    ])
    for (let kill = 1; kill < 6; kill++) {
      const killed = place()
      expect(await study(killed, budget, kill)).toBe('killed')
      // The clock of another process begins anywhere.
      killed.now = 1e9 * kill
      expect(said(await study(killed, budget))).toEqual(said(expected))
      expect(killed.trained.join('')).toBe(whole.trained.join(''))
    }
  })

  it('that was done is the same when it is started again, and trains nothing', async () => {
    const at = place()
    const first = await study(at, budget)
    at.now = 5
    const trained = at.trained.length
    const second = await study(at, budget)
    expect(second).toMatchObject({ decisions: (first as StudyOutcome).decisions, exhausted: 'minutes', cutShort: true })
    expect(at.trained).toHaveLength(trained)
  })

  it('goes on where it is given more minutes', async () => {
    const at = place()
    await study(at, budget)
    const longer = await study(at, { ...budget, minutes: 10 })
    expect(longer).toMatchObject({ exhausted: null, cutShort: false })
    expect(at.trained).toHaveLength(10)
  })

  it('leaves a crash as it was where no time is left to try it again', async () => {
    const at = place()
    const enough = { ...budget, minutes: 10.01 / 3 }
    const first = await study(at, enough, Infinity, 'c')
    expect(first).toMatchObject({ exhausted: null, cutShort: false })
    at.now += 1000
    const journal = await Journal.open(at.path, header)
    journal.keepTime(() => 1e6)
    await journal.close()
    expect(await study(at, enough)).toMatchObject({
      decisions: (first as StudyOutcome).decisions,
      exhausted: null,
      cutShort: false,
    })
  })

  it('tells time from trials, whichever ended first', () => {
    let now = 0
    const keeper = new BudgetKeeper({ minutes: 1, trials: 1, reservedForVerification: 0 }, () => now, 30_000)
    keeper.take(false)
    expect([keeper.take(false), keeper.exhausted, keeper.cutShort]).toEqual([
      expect.stringContaining('1 trials'),
      'trials',
      false,
    ])
    now = 29_000
    expect([keeper.inTime(0), keeper.elapsed(), keeper.cutShort]).toEqual([true, 59_000, false])
    now = 31_000
    expect([keeper.inTime(0), keeper.cutShort]).toEqual([false, false])
    keeper.late(0)
    expect([keeper.exhausted, keeper.cutShort]).toEqual(['trials', true])
  })
})
