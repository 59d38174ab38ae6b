import { describe, expect, it } from 'vitest'
import { leverShares } from '../../src/stats/lever-shares.ts'
import { near, vectors } from './vectors.ts'

interface Case {
  readonly own: Readonly<Record<string, string | number>>
  readonly trials: readonly { readonly patch: Readonly<Record<string, string | number>>; readonly score: number }[]
  readonly shares: Readonly<Record<string, number>>
}

describe('the share of each lever', () => {
  it.each(vectors<Case[]>('lever-shares'))('agrees with statsmodels, search %#', ({ own, trials, shares }) => {
    const levers = Object.entries(own).map(([lever, value]) => ({ lever, own: value }))
    const found = leverShares(
      levers,
      trials.map(({ patch, score }) => ({ patch, scores: [score] })),
    )
    expect(found.map((s) => s.lever)).toEqual(Object.keys(own))
    for (const { lever, share } of found) near(share ?? NaN, shares[lever] ?? NaN, 1e-7, 1e-9)
  })

  const lever = [{ lever: 'dropout', own: 0.1 }]
  const trial = (dropout: number, score: number | null) => ({ patch: dropout === 0.1 ? {} : { dropout }, scores: [score] })

  it('is unknown with too few runs, without spread, and for a lever that never moved', () => {
    expect(leverShares(lever, [trial(0.1, 1), trial(0.3, 2), trial(0.3, 3)])).toEqual([{ lever: 'dropout', share: null }])
    const equal = [0.1, 0.3, 0.1, 0.3, 0.1, 0.3].map((dropout) => trial(dropout, 1))
    expect(leverShares(lever, equal)).toEqual([{ lever: 'dropout', share: null }])
    const still = [1, 2, 3, 4, 5, 6].map((score) => trial(0.1, score))
    expect(leverShares(lever, still)).toEqual([{ lever: 'dropout', share: null }])
    expect(leverShares(lever, [])).toEqual([{ lever: 'dropout', share: null }])
  })

  it('leaves out runs that failed', () => {
    const runs = [0.1, 0.3, 0.1, 0.3, 0.1, 0.3].map((dropout, i) => trial(dropout, dropout + 0.001 * i))
    const [share] = leverShares(lever, runs)
    expect(share?.share).toBeGreaterThan(0.9)
    expect(leverShares(lever, [...runs, trial(0.3, null)])).toEqual([share])
  })
})
