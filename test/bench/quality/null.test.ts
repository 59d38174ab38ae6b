import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nullTable } from '../../../bench/quality/null.ts'
import { decide, movedText } from '../../../bench/quality/study.ts'
import { withLevers } from '../../../src/records/levers.ts'
import { confirmation } from '../../../src/stages/index.ts'
import { prepare } from '../../../src/study/prepare.ts'
import { root } from '../../support/architecture.ts'
import { someLevers } from '../../support/levers.ts'
import { runRequest } from '../../support/world.ts'

const wine = () => prepare({ specPath: join(root, 'examples/wine/tuning.yml'), workspace: root })

describe('a study of the benchmark', () => {
  it('decides every stage of its plan, and trains equal requests once', async () => {
    const { plan } = await wine()
    const trained: string[] = []
    const decisions = await decide(plan, 'simulated', (request) => {
      trained.push(JSON.stringify([request.levers, request.seed, request.job]))
      return runRequest({ truth: () => 0.5, noise: 0.01, edge: () => 0.1 }, request)
    })
    expect(decisions.map(({ stage }) => stage)).toEqual(plan.jobs.map(({ id }) => id))
    expect(decisions.at(-1)?.findings.verify?.seeds.length).toBeGreaterThan(0)
    expect(new Set(trained).size).toBe(trained.length)
  })
  it('says what moved', () => {
    expect(movedText(someLevers, someLevers)).toBe('nothing')
    const before = someLevers.regularization.dropout
    expect(movedText(someLevers, withLevers(someLevers, { dropout: 0.45 }))).toBe(`dropout ${before} → 0.45`)
  })
})

describe('the simulated worlds', () => {
  it('have a row each, with a column for each stage that can move a lever', async () => {
    const { plan } = await wine()
    const rows = (await nullTable(plan, 1)).split('\n').slice(2)
    const cells = (row: string | undefined): string[] => (row ?? '').split('|').map((cell) => cell.trim())
    const names = plan.jobs.map(({ id }) => id).filter((id) => id !== confirmation.name)
    expect(cells(rows[0])).toEqual(['', 'world', ...names, 'any', 'winner called better', ''])
    expect(rows).toHaveLength(5)
    for (const row of rows.slice(2))
      expect(
        cells(row)
          .slice(2, -1)
          .every((share) => /^[01]\.000$/.test(share)),
      ).toBe(true)
  })
})
