import type { Budget } from '../records/plan.ts'

/** A timer takes no more milliseconds than this: 24 days. */
const longestTimer = 2 ** 31 - 10

/**
 * Keeps the limits of a study. Runs are counted when they are first asked for, whether trained or found in the journal, so
 * that a study which continues is limited where the uninterrupted one was. Of both limits verification's share is held back.
 */
export class BudgetKeeper {
  /** The limit that was hit; null while none was. */
  exhausted: 'minutes' | 'trials' | null = null
  /** Whether time left out a run, be it before the trials did or after. */
  cutShort = false
  private used = 0
  private readonly budget: Budget
  private readonly begin: number
  private readonly deadline: number
  private readonly clock: () => number

  /**
   * @param clock milliseconds from any origin that does not jump
   * @param elapsed milliseconds that the study has taken already, before it was killed or in other jobs of a workflow
   */
  constructor(budget: Budget, clock: () => number, elapsed = 0) {
    this.budget = budget
    this.clock = clock
    this.begin = clock() - elapsed
    this.deadline = budget.minutes === null ? Infinity : this.begin + budget.minutes * 60_000
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
      return `the budget of ${this.budget.trials} trials is used up${verifying ? '' : this.beside('runs')}`
    }
    this.used += 1
    return undefined
  }

  /** Milliseconds that the study has taken. */
  elapsed(): number {
    return this.clock() - this.begin
  }

  /** A reason where no run may start any more. `heldBack` are the milliseconds that verification is expected to take. */
  late(heldBack: number): string | undefined {
    return this.inTime(heldBack) ? undefined : this.timeIsUp(this.inTime(0) ? this.beside('time') : '')
  }

  /** Whether a run may start; asking leaves out nothing. */
  inTime(heldBack: number): boolean {
    return this.deadline - this.clock() > heldBack
  }

  /** The reason for a run that an earlier job left out; time alone makes one do so. Undefined where time does not end. */
  leftOut(): string | undefined {
    return this.budget.minutes === null ? undefined : this.timeIsUp('')
  }

  /** The reason for a run that the timer ended. */
  overrun(): string {
    return this.timeIsUp(' and the run had not finished')
  }

  /** Aborted when the time is up, so that a run under way does not overrun it; undefined where time does not end. */
  timer(): AbortSignal | undefined {
    const left = Math.max(0, this.deadline - this.clock())
    // A timer may fire a millisecond early by the clock, and a run that it ends must find the time up.
    return left <= longestTimer ? AbortSignal.timeout(Math.ceil(left) + 2) : undefined
  }

  private timeIsUp(detail: string): string {
    this.exhausted ??= 'minutes'
    this.cutShort = true
    return `the budget of ${this.budget.minutes} ${this.budget.minutes === 1 ? 'minute' : 'minutes'} is used up${detail}`
  }

  private beside(what: string): string {
    return this.budget.reservedForVerification > 0 ? `, beside the ${what} held back for verification` : ''
  }
}
