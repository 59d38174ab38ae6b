import type { Budget } from '../records/plan.ts'

/** The most milliseconds that a timer accepts: 24 days. */
const longestTimer = 2 ** 31 - 10

/**
 * Enforces the limits of a study. A run counts when it is first requested, whether it is trained or found in the journal, so
 * a study that continues has the same limit as an uninterrupted one. Both limits reserve verification's share.
 */
export class BudgetKeeper {
  /** The limit that was hit; null if none was. */
  exhausted: 'minutes' | 'trials' | null = null
  /** Whether the time limit left out a run, before or after the limit of trials did. */
  cutShort = false
  private used = 0
  private readonly budget: Budget
  private readonly begin: number
  private readonly deadline: number
  private readonly clock: () => number

  /**
   * @param clock milliseconds from any origin that does not jump
   * @param elapsed milliseconds that the study has already taken, before it was killed or in other jobs of a workflow
   */
  constructor(budget: Budget, clock: () => number, elapsed = 0) {
    this.budget = budget
    this.clock = clock
    this.begin = clock() - elapsed
    this.deadline = budget.minutes === null ? Infinity : this.begin + budget.minutes * 60_000
  }

  /** Runs that a stage may still start. Only verification may use verification's share. */
  left(verifying: boolean): number {
    if (this.budget.trials === null) return Infinity
    return Math.max(0, this.budget.trials - this.used - (verifying ? 0 : this.budget.reservedForVerification))
  }

  /** Takes one run from the trials; returns a reason if none is left. */
  take(verifying: boolean): string | undefined {
    if (this.left(verifying) < 1) {
      this.exhausted ??= 'trials'
      return `the budget of ${this.budget.trials} trials is used up${verifying ? '' : this.beside('runs')}`
    }
    this.used += 1
    return undefined
  }

  /** Milliseconds that the study has taken. */
  elapsed(): number {
    return this.clock() - this.begin
  }

  /**
   * The reason why no run may start anymore, if so. `heldBack` is the time that verification is expected to take, in
   * milliseconds.
   */
  late(heldBack: number): string | undefined {
    return this.inTime(heldBack) ? undefined : this.timeIsUp(this.inTime(0) ? this.beside('time') : '')
  }

  /** Whether a run may start. Calling this leaves out no run. */
  inTime(heldBack: number): boolean {
    return this.deadline - this.clock() > heldBack
  }

  /** The reason for a run that an earlier job left out; only time can cause that. Undefined without a time limit. */
  leftOut(): string | undefined {
    return this.budget.minutes === null ? undefined : this.timeIsUp('')
  }

  /** The reason for a run that the timer ended. */
  overrun(): string {
    return this.timeIsUp(' and the run had not finished')
  }

  /** Aborted when the time is up, so that an active run does not overrun it; undefined without a time limit. */
  timer(): AbortSignal | undefined {
    const left = Math.max(0, this.deadline - this.clock())
    // A timer may fire a millisecond early by the clock, and a run that it ends must find that the time is up.
    return left <= longestTimer ? AbortSignal.timeout(Math.ceil(left) + 2) : undefined
  }

  private timeIsUp(detail: string): string {
    this.exhausted ??= 'minutes'
    this.cutShort = true
    return `the budget of ${this.budget.minutes} ${this.budget.minutes === 1 ? 'minute' : 'minutes'} is used up${detail}`
  }

  private beside(what: string): string {
    return this.budget.reservedForVerification > 0 ? `, beside the ${what} reserved for verification` : ''
  }
}
