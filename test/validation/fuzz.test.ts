import { describe, expect, it } from 'vitest'
import { caseOf, fuzz } from '../../validation/fuzz/campaign.ts'
import { targets } from '../../validation/fuzz/targets.ts'

/** `npm run fuzz` plays as many as are wanted. */
const cases = 40

describe.each(targets)('attack 20: damaged documents, $name,', (target) => {
  it('each is read or refused, and nothing else comes of it', async () => {
    const { crashes, read, refused } = await fuzz(target, cases, 1)
    expect(crashes.map(({ number, reason }) => `case ${number}: ${reason}`)).toEqual([])
    expect([read > 0, refused > 0]).toEqual([true, true])
  })

  it('the same seed makes the same cases', () => {
    for (const number of [3, 11, 12]) expect(caseOf(target, 5, number)).toEqual(caseOf(target, 5, number))
    expect(caseOf(target, 5, 30).equals(caseOf(target, 6, 30))).toBe(false)
  })
})
