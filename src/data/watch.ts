import { InputError } from '../base/diagnostics.ts'

interface Part {
  readonly what: string
  readonly since: number
}

/**
 * Keeps reading and checking data within a budget of minutes. Their time counts toward the study's, and a data file may be
 * made to take long. Loops check it every few thousand rows.
 */
export class Watch {
  private readonly minutes: number | null
  private readonly clock: () => number
  private readonly start: number
  private readonly parts: Part[] = []

  /**
   * @param minutes null for no limit
   * @param clock milliseconds from any origin that does not jump
   */
  constructor(minutes: number | null, clock: () => number) {
    this.minutes = minutes
    this.clock = clock
    this.start = clock()
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.clock() - this.start
  }

  /** Names the current activity: `reading wine.csv`. */
  begin(what: string): void {
    if (this.minutes === null) return
    this.look()
    this.parts.push({ what, since: this.clock() })
  }

  /** Throws an `InputError` once the time is up. */
  look(): void {
    if (this.minutes === null || this.elapsed <= this.minutes * 60_000) return
    throw new InputError([
      {
        code: 'data/time',
        severity: 'error',
        message: 'reading and checking the data used up the budget of minutes, so nothing was trained',
        found: this.longest().join(', '),
        allowed: `${this.minutes} ${this.minutes === 1 ? 'minute' : 'minutes'}`,
        hint: 'raise budget.minutes, or use fewer rows or columns',
      },
    ])
  }

  /** What took longest, with its seconds. */
  private longest(): string[] {
    const now = this.clock()
    return this.parts
      .map(({ what, since }, i) => ({ what, seconds: ((this.parts[i + 1]?.since ?? now) - since) / 1000 }))
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 3)
      .map(({ what, seconds }) => `${what}: ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`)
  }
}

/** Has no time limit. */
export const unwatched = new Watch(null, () => 0)
