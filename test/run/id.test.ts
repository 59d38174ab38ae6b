import { describe, expect, it } from 'vitest'
import { withLevers } from '../../src/records/levers.ts'
import { runIds } from '../../src/run/id.ts'
import { someLevers } from '../support/levers.ts'
import { someWorkload } from '../support/world.ts'
import { fullRun, probe, request } from './runs.ts'

describe('the id of a run', () => {
  const idOf = runIds(someWorkload, 'wasm 4.22.0 simd')
  const first = idOf(request('a'))

  it('is 20 hexadecimal digits, the same ones on every machine', () => {
    // An id that drifts would make every journal useless without a word; it changes with the training version alone.
    expect(first).toBe('6f5460d7072dcf790930')
  })

  it('is that of equal work, whoever asks and whatever it is called', () => {
    expect(idOf(request('another name', 1, { stage: 'verify' }))).toBe(first)
    const reordered = JSON.parse(JSON.stringify({ job: fullRun, seed: 1, levers: someLevers, label: '', stage: 'batch' }))
    expect(idOf(reordered)).toBe(first)
  })

  it.each([
    ['seed', request('a', 0)],
    ['a lever', request('a', 1, { levers: withLevers(someLevers, { weightDecay: 0.02 }) })],
    ['the length', request('a', 1, { job: { ...fullRun, length: 0.5 } })],
    ['test metrics', request('a', 1, { job: { ...fullRun, evaluateTest: true } })],
    ['the kind of job', request('a', 1, { job: probe(100) })],
  ])('differs by %s', (_, other) => {
    expect(idOf(other)).not.toBe(first)
  })

  it.each([
    ['the engine', runIds(someWorkload, 'wasm 4.22.0')],
    ['the data', runIds({ ...someWorkload, data: { ...someWorkload.data, fingerprint: 'other' } }, 'wasm 4.22.0 simd')],
    ['how often it is evaluated', runIds({ ...someWorkload, evaluateEvery: 2 }, 'wasm 4.22.0 simd')],
  ])('differs by %s of the study', (_, other) => {
    expect(other(request('a'))).not.toBe(first)
  })
})
