import { leverDifferences, withLevers, type LeverPatch, type Levers } from '../records/levers.ts'
import type { Comparison, Evidence, LineageEntry, Omission, StageDecision, StageFindings } from '../records/decision.ts'
import type { RunJob } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import type { PooledSd } from '../stats/describe.ts'
import { earlierNoise } from './noise.ts'
import type { SeedOnRows } from './seeds.ts'
import type { RunOutcome, StageContext } from './stage.ts'

/** Part of a stage: requests runs in order to compute a value. */
export type Asking<T> = Generator<readonly RunRequest[], T, readonly RunOutcome[]>

/** What all candidates of a comparison share. */
export const fullRun: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false }

/**
 * Records one stage: the incumbent as it moves, and everything that the decision must show. It lives as long as the stage's
 * generator and is closed into a readonly decision.
 */
export class StageRecorder {
  readonly context: StageContext
  /** The seed noise that earlier stages showed: it does not change while a stage runs. */
  readonly earlier: readonly PooledSd[]
  incumbent: Levers
  readonly lineage: LineageEntry[] = []
  readonly comparisons: Comparison[] = []
  readonly omissions: Omission[] = []
  private readonly runs: string[] = []

  constructor(context: StageContext) {
    this.context = context
    this.earlier = earlierNoise(context.previous)
    this.incumbent = context.incumbent
  }

  request(label: string, levers: Levers, rows: SeedOnRows, job: RunJob): RunRequest {
    return { stage: this.context.job.id, label, levers, ...rows, job }
  }

  /** Requests all runs at once, so that they can run in parallel, and records their ids. */
  *ask(requests: readonly RunRequest[]): Asking<readonly RunOutcome[]> {
    const outcomes = yield requests
    const refused = outcomes.find((o) => o.status === 'not-run')
    if (refused?.status === 'not-run') this.omit(refused.request.label, refused.reason)
    for (const outcome of outcomes) if (outcome.status !== 'not-run') this.runs.push(outcome.id)
    return outcomes
  }

  /** Whether the budget allows this many more runs. If not, records what is left out. */
  affords(runs: number, what: string): boolean {
    const left = this.context.runsLeft()
    if (runs <= left) return true
    this.omit(what, `it needs ${runs} runs, but the trial budget leaves ${left} after verification`)
    return false
  }

  omit(what: string, why: string): void {
    if (!this.omissions.some((o) => o.what === what && o.why === why)) this.omissions.push({ what, why })
  }

  /** Moves levers of the incumbent, with one lineage entry for each lever that really changes. */
  move(patch: LeverPatch, reason: string, evidence: Evidence): void {
    const next = withLevers(this.incumbent, patch)
    for (const { lever, from, to } of leverDifferences(this.incumbent, next)) {
      this.lineage.push({ stage: this.context.job.id, lever, from, to, reason, evidence })
    }
    this.incumbent = next
  }

  /** The moves so far, in words: `schedule cosine → step, warmupSteps 0 → 20`. */
  moves(): string {
    return this.lineage.map(({ lever, from, to }) => `${lever} ${String(from)} → ${String(to)}`).join(', ')
  }

  close(conclusion: StageDecision['conclusion'], summary: string, findings: Omit<StageFindings, 'stage'>): StageDecision {
    return {
      stage: this.context.job.id,
      levers: this.incumbent,
      conclusion,
      summary,
      findings: { stage: this.context.job.id, ...findings },
      lineage: this.lineage,
      comparisons: this.comparisons,
      omissions: this.omissions,
      runs: [...new Set(this.runs)],
    }
  }
}
