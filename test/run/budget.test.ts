import { describe, expect, it } from 'vitest'
import { BudgetKeeper } from '../../src/run/budget.ts'

const none = { minutes: null, trials: null, reservedForVerification: 0 }

describe('a budget of trials', () => {
  it("holds verification's share back from all other stages", () => {
    const keeper = new BudgetKeeper({ ...none, trials: 5, reservedForVerification: 2 }, () => 0)
    expect([keeper.left(false), keeper.left(true)]).toEqual([3, 5])
    expect([1, 2, 3].map(() => keeper.take(false))).toEqual([undefined, undefined, undefined])
    expect(keeper.exhausted).toBeNull()
    expect(keeper.take(false)).toBe('the budget of 5 trials is used up, beside the runs reserved for verification')
    expect(keeper.exhausted).toBe('trials')
    expect([1, 2].map(() => keeper.take(true))).toEqual([undefined, undefined])
    expect(keeper.take(true)).toBe('the budget of 5 trials is used up')
    expect([keeper.left(false), keeper.left(true)]).toEqual([0, 0])
  })

  it('leaves nothing below what is reserved, and never less than nothing', () => {
    const keeper = new BudgetKeeper({ ...none, trials: 2, reservedForVerification: 10 }, () => 0)
    expect([keeper.left(false), keeper.left(true)]).toEqual([0, 2])
  })

  it('that is none has no end', () => {
    const keeper = new BudgetKeeper(none, () => 1e12)
    expect(keeper.left(false)).toBe(Infinity)
    expect(keeper.take(false)).toBeUndefined()
    expect(keeper.late(1e9)).toBeUndefined()
    expect(keeper.timer()).toBeUndefined()
  })
})

describe('a budget of minutes', () => {
  it('ends when the clock says so, earlier by what is held back', () => {
    let now = 1000
    const keeper = new BudgetKeeper({ ...none, minutes: 2, reservedForVerification: 4 }, () => now)
    expect(keeper.late(0)).toBeUndefined()
    now += 110_000
    expect(keeper.exhausted).toBeNull()
    expect(keeper.late(10_000)).toBe('the budget of 2 minutes is used up, beside the time reserved for verification')
    expect(keeper.late(9_999)).toBeUndefined()
    now += 10_000
    expect(keeper.late(0)).toBe('the budget of 2 minutes is used up')
    expect(keeper.exhausted).toBe('minutes')
  })

  it('ends runs under way by a timer, however long it is', async () => {
    const soon = new BudgetKeeper({ ...none, minutes: 0.0005 }, () => performance.now()).timer()
    expect(soon?.aborted).toBe(false)
    await new Promise((resolve) => soon?.addEventListener('abort', resolve))
    expect(new BudgetKeeper({ ...none, minutes: 0 }, () => 0).late(0)).toContain('0 minutes')
    // Node fires at once where a timer is given more than 24 days.
    expect(new BudgetKeeper({ ...none, minutes: 60 * 24 * 365 }, () => 0).timer()).toBeUndefined()
  })
})
