import { expect, test } from 'vitest'
import { judge } from '../../src/gates/judge.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import { evidence, seedsWith } from '../gates/evidence.ts'
import { progressLogger } from '../../src/cli/progress.ts'
import { crashed, request } from '../run/runs.ts'

const gate: GateRule = { gate: 'threshold', metric: 'accuracy', split: 'test', min: 0.9, max: null, onInconclusive: 'fail' }

test('a gate that a crash leaves open gives the reason, and what to do about memory', () => {
  const reason = 'Array buffer allocation failed (tensors held 900 MiB, the process 1200 MiB)'
  const seeds = seedsWith('accuracy', [0.95, 'crashed', 0.96]).map((s) => (s.status === 'crashed' ? { ...s, reason } : s))
  const {
    gates: [found],
  } = judge([gate], evidence(seeds))
  expect(found?.sentence).toBe(
    `The candidate's run crashed on seed 101 of 3, which says nothing about its levers. The reason: ${reason}.`,
  )
  expect(found?.remedy).toMatch(/^Give the run more memory .* Run again/)
})

test('a report of before, which has no reason, is judged as it was', () => {
  const {
    gates: [found],
  } = judge([gate], evidence(seedsWith('accuracy', [0.95, 'crashed', 0.96])))
  expect(found?.sentence).toMatch(/says nothing about its levers\.$/)
  expect(found?.remedy).toBe('Run again: finished runs are kept, and only the crashed ones are repeated.')
})

test('a crash is told where it happens, once, and with its reason', () => {
  let text = ''
  const { listener: log } = progressLogger({
    write: (t) => {
      text += t
    },
    isTerminal: false,
    columns: 120,
    letters: 'plain',
    now: () => 0,
  })
  const progress = { finished: 1, expected: 2, best: null, secondsLeft: null }
  const result = { ...crashed('a', request('winner', 7)), reason: 'ran out of\nmemory' }
  log({ type: 'run-finished', result, cached: false, progress })
  log({ type: 'run-finished', result, cached: true, progress })
  expect(text.match(/winner \(seed 7\) crashed: ran out of\\u000amemory/g)).toHaveLength(1)
})
