import type { Budget } from '../plan/plan.ts'

/** Keeps the limits of a study. Runs are counted when they are first asked for, whether trained or found in the journal. */
export class BudgetKeeper {
  /** The limit that was hit; null while none was. */
  exhausted: 'minutes' | 'trials' | null = null
  private used = 0
  private readonly budget: Budget
  private readonly deadline: number
  private readonly clock: () => number

  /** @param clock milliseconds from any origin that does not jump */
  constructor(budget: Budget, clock: () => number) {
    this.budget = budget
    this.clock = clock
    this.deadline = budget.minutes === null ? Infinity : clock() + budget.minutes * 60_000
  }

  /** Runs that a stage may still start; verification's share is held back from all others. */
  left(verifying: boolean): number {
    if (this.budget.trials === null) return Infinity
    return Math.max(0, this.budget.trials - this.used - (verifying ? 0 : this.budget.reservedForVerification))
  }

  /** Takes one run from the trials; a reason where there is none left. */
  take(verifying: boolean): string | undefined {
    if (this.left(verifying) < 1) {
      this.exhausted ??= 'trials'
      return `the budget of ${this.budget.trials} trials is used up`
    }
    this.used += 1
    return undefined
  }

  /** A reason where the time is up. */
  late(): string | undefined {
    if (this.clock() < this.deadline) return undefined
    this.exhausted ??= 'minutes'
    return `the budget of ${this.budget.minutes} minutes is used up`
  }
}
