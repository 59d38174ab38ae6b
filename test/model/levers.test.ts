import { expect, test } from 'vitest'
import { leverBuckets, leverDifferences, leverNames, leverValue, withLevers, type Levers } from '../../src/model/levers.ts'

export const levers: Levers = {
  optimization: { optimizer: 'adamw', learningRate: 0.001, momentum: 0.9, nesterov: false, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  batching: { batchSize: 64, accumulate: 1 },
  regularization: { weightDecay: 0.01, dropout: 0.1, labelSmoothing: 0, augmentation: 0 },
  scheduling: { schedule: 'cosine', warmupSteps: 100, finalFraction: 0, clipNorm: 1, epochs: 20, patience: null },
}

test('the table of levers names every member of every bucket, and nothing else', () => {
  const members = Object.entries(levers).flatMap(([bucket, values]) => Object.keys(values as object).map((name) => [name, bucket]))
  expect(Object.fromEntries(members)).toEqual(leverBuckets)
})

test('moving a lever changes that lever alone and not the levers it was given', () => {
  for (const name of leverNames) {
    const before = structuredClone(levers)
    const moved = withLevers(levers, { [name]: 'moved' })
    expect(levers).toEqual(before)
    expect(leverValue(moved, name)).toBe('moved')
    expect(leverDifferences(levers, moved)).toEqual([{ lever: name, from: leverValue(levers, name), to: 'moved' }])
  }
})

test('null is a value, undefined leaves the lever alone', () => {
  expect(withLevers(levers, { clipNorm: null }).scheduling.clipNorm).toBeNull()
  expect(leverDifferences(levers, withLevers(levers, {}))).toEqual([])
})
