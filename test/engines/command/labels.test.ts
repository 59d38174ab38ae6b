import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/base/hash.ts'
import { sameLabels } from '../../../src/engines/command/labels.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tunegate-labels-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const [one, other] = [sha256('one'), sha256('other')]

describe('the labels of a split', () => {
  it('are equal for any number of workers that finish their first run at once', async () => {
    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 8 }, () => sameLabels(scratch, 'equal', `split ${round}`, one)))
    }
    expect(readdirSync(join(scratch, 'labels')).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('are those of one of the workers that differ, whoever is first', async () => {
    for (let round = 0; round < 20; round++) {
      const tried = await Promise.allSettled(
        [one, other].map((digest) => sameLabels(scratch, 'differ', `split ${round}`, digest)),
      )
      expect(tried.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
  })

  it('are bound by no other workload and no other split', async () => {
    await sameLabels(scratch, 'a', 'validation', one)
    await sameLabels(scratch, 'a', 'test', other)
    await sameLabels(scratch, 'b', 'validation', other)
    await expect(sameLabels(scratch, 'a', 'validation', other)).rejects.toThrow(/the labels of the split validation/)
  })

  it('are bound by no part of a digest', async () => {
    await sameLabels(scratch, 'c', 'validation', one)
    for (const name of readdirSync(join(scratch, 'labels'))) writeFileSync(join(scratch, 'labels', name), one.slice(0, 9))
    await sameLabels(scratch, 'c', 'validation', other)
    await expect(sameLabels(scratch, 'c', 'validation', one)).rejects.toThrow(/first run/)
  })
})
