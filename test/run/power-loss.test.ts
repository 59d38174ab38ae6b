import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { execute, type Execution } from '../../src/run/execute.ts'
import { runIds } from '../../src/run/id.ts'
import { Journal } from '../../src/run/journal.ts'
import type { Runner } from '../../src/run/runner.ts'
import type { Stage } from '../../src/stages/stage.ts'
import { withLevers } from '../../src/records/levers.ts'
import { someWorkload } from '../support/world.ts'
import { complete, folder, header, journalIn, plan, request } from './runs.ts'

/** The second ask hangs on what the first was answered, and the levers on all of it, so that a wrong answer shows. */
const stage: Stage = function* ({ incumbent, job }) {
  const first = yield [1, 2].map((seed) => request(`run ${seed}`, seed))
  const worth = first.map((o) => (o.status === 'complete' ? (o.best?.validation.nll ?? 0) : 0)).reduce((a, b) => a + b)
  const second = yield [3, Math.round(worth * 1000) + 10].map((seed) => request(`run ${seed}`, seed))
  const runs = [...first, ...second].flatMap((o) => (o.status === 'complete' ? [o] : []))
  const all = runs.map((o) => o.best?.validation.nll).join()
  return {
    stage: job.id,
    levers: withLevers(incumbent, { weightDecay: worth / 10 }),
    conclusion: 'changed',
    summary: all,
    lineage: [],
    comparisons: [],
    omissions: [],
    findings: { stage: 'schedule' },
    runs: runs.map((r) => r.id),
  }
}
const stages: Execution['stages'] = { 'lr-range': stage, batch: stage, regularize: stage, schedule: stage, verify: stage }

interface Done {
  readonly said: string
  readonly trained: number
  readonly notices: string
}

/** One study from what the file holds to its end; `seen` is told the file whenever a run has been synced. */
async function study(path: string, seen: (bytes: Buffer) => void = () => {}): Promise<Done> {
  const journal = await Journal.open(path, header, { idOf: runIds(someWorkload, 'none') })
  let trained = 0
  const runner: Runner = {
    engine: 'none',
    slots: 1,
    run: (asked, id) => {
      trained += 1
      const nll = (parseInt(id.slice(0, 6), 16) % 1000) / 1000
      return Promise.resolve({ ...complete(id, asked), best: { step: 4, epoch: 1, validation: { nll }, test: null } })
    },
  }
  const minutes = { minutes: 60, trials: null, reservedForVerification: 0 }
  const { decisions, levers } = await execute(plan(['batch'], minutes), {
    stages,
    runner,
    journal,
    clock: () => 5000,
    listener: (e) => {
      if (e.type === 'run-finished') seen(readFileSync(path))
    },
  })
  await journal.close()
  return { said: JSON.stringify({ decisions, levers }), trained, notices: journal.notices.join('\n') }
}

/** A study that loses its power: what was written and not synced may be there, a part of it, or zeros of its length. */
describe('power that fails between a write and its sync', () => {
  it('at any byte of the last write leaves a journal from which the study ends as it would have', async () => {
    const path = journalIn(folder())
    await (await Journal.open(path, header)).close()
    const states = [readFileSync(path)]
    const whole = await study(path, (bytes) => states.push(Buffer.from(bytes)))
    expect([whole.trained, states.length]).toEqual([4, 5])

    const boundaries: readonly [Buffer, Buffer][] = states.slice(1).map((after, i) => [states[i] as Buffer, after])
    let tried = 0
    for (const [at, [before, after]] of boundaries.entries()) {
      const added = after.length - before.length
      // Every byte of the last record, and every 23rd of the others; zeros where a block was given and not filled.
      for (let bytes = 0; bytes <= added; bytes += at === boundaries.length - 1 ? 1 : 23) {
        const part = after.subarray(0, before.length + bytes)
        const zeros = Buffer.concat([part, Buffer.alloc(added - bytes)])
        for (const left of bytes % 23 === 0 ? [part, zeros] : [part]) {
          writeFileSync(path, left)
          const { said, trained } = await study(path)
          expect(said, `write ${at}, byte ${bytes}`).toBe(whole.said)
          // No run that was synced is trained again.
          expect(trained, `write ${at}, byte ${bytes}`).toBeLessThanOrEqual(4 - at)
          tried += 1
        }
      }
    }
    expect(tried).toBeGreaterThan(500)
  })

  it('while the file is made leaves nothing, an empty file, or zeros: it is begun anew', async () => {
    const path = journalIn(folder())
    const whole = await study(path)
    for (const left of [Buffer.alloc(0), Buffer.alloc(100), Buffer.alloc(4096)]) {
      writeFileSync(path, left)
      expect((await study(path)).said).toBe(whole.said)
    }
  })
})
