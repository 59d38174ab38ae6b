import { describe, expect, test } from 'vitest'
import { scheduleNames } from '../../src/records/levers.ts'
import { learningRate, type ScheduleOptions } from '../../src/train/schedule.ts'
import cases from './fixtures/schedules.json' with { type: 'json' }

const rates = (options: ScheduleOptions): number[] =>
  Array.from({ length: options.total }, (_, step) => learningRate(step, options))

describe('schedules are those of torch.optim.lr_scheduler', () => {
  const named = cases.map(
    (c) => [`${c.schedule}, ${c.total} steps, warmup ${c.warmup}, final ${c.finalFraction}`, c] as const,
  )
  test.each(named)('%s', (_, c) => {
    const ours = rates(c as ScheduleOptions)
    for (const [step, rate] of c.rates.entries()) expect(ours[step], `step ${step}`).toBeCloseTo(rate, 12)
  })
})

describe.each(scheduleNames)('%s', (schedule) => {
  const options = { schedule, total: 100, warmup: 20, peak: 2, finalFraction: 0.1 }

  test('reaches the peak after warmup, and its final share at the last step', () => {
    expect(learningRate(20, options)).toBe(2)
    expect(Math.max(...rates(options))).toBe(2)
    expect(learningRate(99, options)).toBeCloseTo(schedule === 'constant' ? 2 : 0.2, 12)
  })

  test('rises all through warmup and never rises after it', () => {
    const all = rates(options)
    for (let step = 1; step <= 20; step++) expect(all[step]).toBeGreaterThan(all[step - 1] as number)
    for (let step = 21; step < 100; step++) expect(all[step]).toBeLessThanOrEqual(all[step - 1] as number)
  })

  test('warmup takes half of the run at most', () => {
    expect(learningRate(50, { ...options, warmup: 1000 })).toBe(2)
  })

  test('is finite and not negative for the shortest runs', () => {
    for (const total of [1, 2, 3]) {
      for (const rate of rates({ ...options, total, finalFraction: 0 })) {
        expect(Number.isFinite(rate) && rate >= 0, `${total} steps: ${rate}`).toBe(true)
      }
    }
  })
})
