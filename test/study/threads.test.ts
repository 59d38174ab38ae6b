import { expect, it } from 'vitest'
import type { Plan } from '../../src/records/plan.ts'
import type { RunResult } from '../../src/records/run.ts'
import { fitThreads, type Pool, type Split } from '../../src/study/threads.ts'
import { someLevers } from '../support/levers.ts'

const plan = { baseline: someLevers } as unknown as Plan

/** Pools whose steps take as long as a machine says; `open` are those that were not closed. */
function machine(secondsPerStep: (split: Split) => number) {
  const open = new Set<string>()
  const started: string[] = []
  const pool = (split: Split): Pool => {
    const name = `${split.workers} × ${split.threads}`
    open.add(name)
    started.push(name)
    return {
      engine: name,
      slots: split.workers,
      close: () => open.delete(name),
      run: async ({ job }) => {
        const steps = job.kind === 'range-test' ? job.steps + 2 : NaN
        return { timing: { seconds: steps * secondsPerStep(split), stepsPerSecond: 0 } } as RunResult
      },
    }
  }
  const fit = (over: { readonly before?: number | null; readonly cores?: number } = {}) =>
    fitThreads({
      plan,
      pool: pool({ workers: over.cores ?? 4, threads: 1 }),
      start: async (split) => pool(split),
      slowStep: 1,
      before: over.before ?? null,
    })
  return { fit, open, started }
}

it('leaves one thread a worker where steps are short, without a second pool', async () => {
  const { fit, started } = machine(() => 0.3)
  expect(await fit()).toMatchObject({ workers: 4, threads: 1, why: null })
  expect(started).toEqual(['4 × 1'])
})

it('takes the fastest split of a slow step, ends all other pools and says what was measured', async () => {
  const { fit, open } = machine(({ threads }) => ({ 1: 8, 2: 3, 4: 2 })[threads] ?? NaN)
  const found = await fit()
  expect(found).toMatchObject({ workers: 2, threads: 2 })
  expect(found.pool.engine).toBe('2 × 2')
  expect(found.why).toBe(
    '2 threads a worker, because a step takes 8.0 s; steps per second by workers × threads: 4 × 1: 0.500, 2 × 2: 0.667, 1 × 4: 0.500',
  )
  expect([...open]).toEqual(['2 × 2'])
})

it('keeps one thread where more are faster by less than a tenth', async () => {
  const { fit, open } = machine(({ threads }) => 8 / threads / 1.05 ** Math.min(1, threads - 1))
  expect(await fit()).toMatchObject({ workers: 4, threads: 1, why: expect.stringMatching(/^1 thread a worker/) as string })
  expect([...open]).toEqual(['4 × 1'])
})

it('keeps what a study was begun with, and measures nothing', async () => {
  const { fit, open } = machine(() => NaN)
  expect(await fit({ before: 4 })).toMatchObject({ workers: 1, threads: 4 })
  expect([...open]).toEqual(['1 × 4'])
  expect(await fit({ before: 1 })).toMatchObject({ workers: 4, threads: 1, why: null })
  // Of a machine with more cores: the journal does not fit here, and is begun anew.
  expect(await machine(() => 0.1).fit({ before: 8, cores: 2 })).toMatchObject({ workers: 2, threads: 1 })
})
