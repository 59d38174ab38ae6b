import { expect, test } from 'vitest'
import { progressLogger } from '../../src/cli/progress.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { play, runRequest, someWorkload } from '../support/world.ts'
import { stages } from '../../src/stages/index.ts'
import { someLevers } from '../support/levers.ts'
import { breakingName, breakingNames, harmIn, hidingName } from '../support/hostile.ts'

const world = { truth: () => 0.1, noise: 0.01 }
const request = play(stages.verify, { stage: 'verify', seeds: 2, looks: [2] }, world).requests[0]!
const finished = (over: object = {}): RunEvent => ({
  type: 'run-finished',
  result: { ...runRequest(world, request), ...over },
  cached: false,
  progress: { finished: 3, expected: 10, best: 0.1234567, secondsLeft: 12.4 },
})

function collected(
  isTerminal: boolean,
  columns = 80,
  times: readonly number[] = [],
): { log: (event: RunEvent) => void; text: () => string } {
  let text = ''
  let calls = 0
  return {
    log: progressLogger({
      write: (t) => {
        text += t
      },
      isTerminal,
      columns,
      letters: 'unicode',
      now: () => times[calls++] ?? 0,
    }).listener,
    text: () => text,
  }
}

test('a log gets plain lines without escapes, at most one every two seconds', () => {
  const { log, text } = collected(false, 80, [0, 0, 1000, 2500, 2500])
  for (let i = 0; i < 3; i++) log(finished())
  expect(text()).not.toContain('\u001b')
  expect(text().trimEnd().split('\n')).toHaveLength(2)
  expect(text()).toContain('12 s left')
})

test('names from a spec cannot steer the terminal', () => {
  const { log, text } = collected(false)
  log({ type: 'notice', message: 'a\u001b[2Jb' })
  log(finished({ request: { ...request, label: 'x\r\u001b[31mred' } }))
  expect(text()).not.toMatch(/[\u001b\r]/)
})

test('says what a study starts with, and what it continues from', () => {
  const { log, text } = collected(false)
  log({
    type: 'study-started',
    engine: 'wasm',
    workers: 1,
    resumedRuns: 7,
    plan: {
      version: 1,
      name: 'digits',
      fingerprint: '',
      specFingerprint: '',
      seed: 1,
      workload: someWorkload,
      baseline: someLevers,
      jobs: [],
      gates: [],
      budget: { minutes: null, trials: null, reservedForVerification: 0 },
    },
  })
  expect(text()).toContain('digits: 0 stages, about 0 runs on wasm with 1 worker; continuing after 7 finished runs')
})

test.each([true, false])(
  'attack 16: foreign names neither break a line of progress nor command the terminal: %s',
  (isTerminal) => {
    for (const name of [breakingName, hidingName, ...breakingNames]) {
      const { log, text } = collected(isTerminal, 200)
      log({ type: 'notice', message: name })
      log(finished({ request: { ...request, label: name } }))
      expect(harmIn(text().replaceAll(/\r?\u001b\[(\?[\d]+[hl]|\d*[AJK])\n?/g, '\n')), JSON.stringify(name)).toEqual([])
    }
  },
)

test('a log says once that the budget of minutes will end the study first, when the speed is known', () => {
  const { log, text } = collected(false, Infinity)
  const plan = { name: 'x', jobs: [], workload: { objective: 'nll' }, budget: { minutes: 2 } }
  log({ type: 'study-started', plan, engine: 'wasm', workers: 2, resumedRuns: 0 } as unknown as RunEvent)
  const at = (done: number, secondsLeft: number): RunEvent =>
    ({ ...finished(), progress: { finished: done, expected: 99, best: null, secondsLeft } }) as RunEvent
  log(at(3, 900))
  log(at(20, 100))
  expect(text()).not.toContain('budget')
  log(at(21, 600))
  log(at(22, 600))
  expect(text().match(/up to 10 min[^,]*, and the budget of 2 minutes ends it first/g)).toHaveLength(1)
})

test('a log without a width keeps whole lines', () => {
  const { log, text } = collected(false, Infinity)
  const label = 'a label of a trial that is rather long, as those of two levers are'
  log(finished({ request: { ...request, label } }))
  expect(text()).toContain(label.slice(0, 55))
  expect(text().split('\n')[0]?.length).toBeGreaterThan(85)
})
