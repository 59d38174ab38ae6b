import { expect, it } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { RunsInTraining } from '../../src/run/in-training.ts'
import { fakeStudy } from '../support/study.ts'

const { plan, results } = fakeStudy()
const [first, second] = results as [(typeof results)[number], (typeof results)[number]]
const finished = { finished: 1, expected: 9, best: null, secondsLeft: null }
const step = (at: number, request = first.request): RunEvent => ({
  type: 'run-progress',
  request,
  soFar: { step: at, of: 2000, loss: 1 / at },
})

function after(...events: readonly RunEvent[]): RunsInTraining {
  const runs = new RunsInTraining(() => 7)
  for (const event of events) runs.take(event)
  return runs
}

it('a run is in training from its start to its end, with the losses that it told', () => {
  const started = [first, second].map(({ request }) => ({ type: 'run-started', request }) as const)
  const begun = after(...started, step(10), step(20))
  expect(begun.all).toEqual([
    { request: first.request, since: 7, soFar: { step: 20, of: 2000, loss: 0.05 }, losses: [0.1, 0.05] },
    { request: second.request, since: 7, soFar: null, losses: [] },
  ])
  begun.take({ type: 'run-finished', result: first, cached: false, progress: finished })
  expect(begun.all.map(({ request }) => request.label)).toEqual([second.request.label])
})

it('runs that a budget ended are gone when the next stage starts', () => {
  const job = plan.jobs[4]
  if (!job) throw new Error('no fifth stage')
  const next = { type: 'stage-started', job, position: 5, of: 5 } as const
  expect(after({ type: 'run-started', request: first.request }, next).all).toEqual([])
})

it('a run that begins again, in a new process or from a checkpoint, takes back what it trains again', () => {
  const begun = after({ type: 'run-started', request: first.request }, step(10), step(20), step(30), step(15), step(25))
  expect(begun.all).toMatchObject([{ soFar: { step: 25 }, losses: [1 / 10, 1 / 15, 1 / 25] }])
})

it('a long run keeps the shape of its whole curve, not only its end', () => {
  const all = after({ type: 'run-started', request: first.request })
  for (let at = 1; at <= 1001; at++) all.take(step(at))
  const [run] = all.all
  expect(run?.losses.length).toBeLessThanOrEqual(400)
  expect(run?.losses[0]).toBe(1)
  expect(run?.losses.at(-1)).toBeLessThan(0.002)
})
