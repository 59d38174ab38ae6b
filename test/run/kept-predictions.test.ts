import { describe, expect, it } from 'vitest'
import { isRun } from '../../src/run/valid-run.ts'
import { keptCheckpoint, keptPredictions, keptWeights, mostKept, mostKeptWeights } from '../../src/train/predictions.ts'
import { complete } from './runs.ts'

const kept = keptPredictions(2, Float32Array.from([1, 2, 3, 4]), Float32Array.from([5, 6]))
const withPredictions = (predictions: unknown): unknown => {
  const run = complete('ab')
  return { ...run, best: { ...run.best, predictions } }
}
const validation = (change: object): unknown => withPredictions({ ...kept, validation: { ...kept.validation, ...change } })

describe('outputs that a file from outside says a run kept', () => {
  it('are as many numbers as their rows say', () => {
    expect(isRun(withPredictions(kept))).toBe(true)
    expect(isRun(withPredictions({ ...kept, test: null }))).toBe(true)
    expect(isRun(complete('ab'))).toBe(true)
    expect([3, 0, 1.5, -2, '2'].map((rows) => isRun(validation({ rows })))).toEqual(Array(5).fill(false))
    expect([3, 0, null].map((width) => isRun(withPredictions({ ...kept, width })))).toEqual([false, false, false])
  })

  it('are base64 and nothing else, and not too many', () => {
    const { values } = kept.validation
    expect(
      [`${values}AAAA`, `${values.slice(0, -1)}!`, `${values.slice(1)}\n`, 7].map((v) => isRun(validation({ values: v }))),
    ).toEqual(Array(4).fill(false))
    const many = mostKept / 2 + 1
    expect(isRun(validation({ rows: many, values: Buffer.alloc(8 * many).toString('base64') }))).toBe(false)
    expect(isRun(validation({ rows: many - 1, values: Buffer.alloc(8 * (many - 1)).toString('base64') }))).toBe(true)
  })
})

describe('weights that a file from outside says a run kept', () => {
  const checkpoint = {
    weights: Float32Array.from([1.5, -2, 3e-9]),
    statistics: [Float32Array.from([4]), Float32Array.from([5, 6])],
  }
  const packed = keptWeights(checkpoint)
  const withWeights = (weights: unknown): unknown => {
    const run = complete('ab')
    return { ...run, best: { ...run.best, weights } }
  }

  it('are base64, and no more than a saved model may have', () => {
    expect(isRun(withWeights(packed))).toBe(true)
    const wrong = [{ trainable: packed.trainable }, { ...packed, statistics: 7 }, { ...packed, trainable: 'a b' }, null]
    expect(wrong.map((weights) => isRun(withWeights(weights)))).toEqual(Array(4).fill(false))
    const tooMany = Buffer.alloc(4 * (mostKeptWeights + 3)).toString('base64')
    expect(isRun(withWeights({ ...packed, trainable: tooMany }))).toBe(false)
  })

  it('are the same numbers again, bit by bit', () => {
    expect(keptCheckpoint(packed, [1, 2])).toEqual(checkpoint)
  })
})
