import { expect, it } from 'vitest'
import type { StageName } from '../../src/records/plan.ts'
import { ProgressMeter } from '../../src/run/progress.ts'
import { complete, plan } from './runs.ts'

it('progress counts runs, keeps the best, and tells the time left from measured steps and the plan', () => {
  const study = plan(['lr-range', 'regularize', 'verify'])
  const meter = new ProgressMeter(study, 2)
  const scored = (nll: number) => ({ ...complete('a'), best: { step: 4, epoch: 1, validation: { nll }, test: null } })
  expect(meter.verificationSeconds()).toBe(0)

  meter.startStage(study.jobs[0] as never)
  // From the journal: counted, but its time is not this machine's.
  expect(meter.finish(scored(0.7))).toEqual({ finished: 1, expected: 12, best: 0.7, secondsLeft: null })
  // 4 steps took 0.4 s. Left: 16 − 8 of this stage and 2 × 16 after it, on two slots.
  meter.time(complete('a'))
  expect(meter.finish(scored(0.5))).toEqual({ finished: 2, expected: 12, best: 0.5, secondsLeft: ((8 + 32) * 0.1) / 2 })
  expect(meter.verificationSeconds()).toBeCloseTo((16 * 0.1) / 2)

  meter.startStage(study.jobs[2] as never)
  expect(meter.finish(scored(0.6))).toEqual({ finished: 3, expected: 6, best: 0.5, secondsLeft: (12 * 0.1) / 2 })
  // More than the plan expected: never less than none left.
  for (let i = 0; i < 5; i++) meter.finish(scored(0.6))
  expect(meter.finish({ ...complete('b'), best: null })).toEqual({ finished: 9, expected: 9, best: 0.5, secondsLeft: 0 })
})

it('verification takes whole rounds of the slots, and nothing where there is none', () => {
  const secondsWith = (slots: number, stages: StageName[]): readonly number[] => {
    const meter = new ProgressMeter(plan(stages), slots)
    meter.time(complete('a'))
    return [meter.verificationSeconds(), meter.heldBackSeconds()]
  }
  // Four runs of 0.4 s on three slots are two rounds; a run that starts before them may take one more.
  expect(secondsWith(3, ['batch', 'verify']).map((s) => Number(s.toFixed(6)))).toEqual([0.8, 1.2])
  expect(secondsWith(3, ['batch'])).toEqual([0, 0])
})

it('the best of a metric that is better when it is higher is the highest', () => {
  const base = plan(['verify'])
  const meter = new ProgressMeter({ ...base, workload: { ...base.workload, objective: 'accuracy' } }, 1)
  meter.startStage(base.jobs[0] as never)
  const best = [0.8, 0.9, 0.85].map(
    (accuracy) => meter.finish({ ...complete('a'), best: { step: 1, epoch: 1, validation: { accuracy }, test: null } }).best,
  )
  expect(best).toEqual([0.8, 0.9, 0.9])
})
