import { expect, test } from 'vitest'
import { leverBuckets, leverDifferences, leverNames, leverValue, withLevers } from '../../src/records/levers.ts'
import { someLevers as levers } from '../support/levers.ts'

test('the table of levers names every member of every bucket, and nothing else', () => {
  const members = Object.entries(levers).flatMap(([bucket, values]) =>
    Object.keys(values as object).map((name) => [name, bucket]),
  )
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
