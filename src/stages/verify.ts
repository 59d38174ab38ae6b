import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { CompleteRun, RunTime } from '../records/run.ts'
import { leverDifferences } from '../records/levers.ts'
import type { Task } from '../records/metrics.ts'
import type { DataFacts, RunJob, VerifySettings } from '../records/plan.ts'
import { printable } from '../base/printable.ts'
import { unreachable } from '../base/result.ts'
import { Ledger, type Asking } from './ledger.ts'
import { verificationSeeds } from './seeds.ts'
import type { RunOutcome, Stage, StageContext } from './stage.ts'
import { settingsOf } from './settings.ts'

/**
 * Retrains baseline and winner on seeds that no selection saw, paired by seed. It moves no lever: what it finds goes to the
 * gates and the report. Where the winner is the baseline the two requests are equal, and each seed is trained once.
 *
 * Seeds are trained up to one look after the other; none follow once the gates are settled, or the budget has ended.
 */
export const verify: Stage = function* (context) {
  const { seeds: most, looks }: VerifySettings = settingsOf(context, 'verify')
  const ledger = new Ledger(context)
  const seeds = verificationSeeds(context.seed, most)
  let findings: VerifyFindings = { looks, seeds: [] }
  let planned = 0
  for (const look of looks) {
    const next = yield* verifyOn(ledger, seeds.slice(planned, look))
    planned = look
    findings = { looks, seeds: [...findings.seeds, ...next] }
    if (findings.seeds.length < look || (look < most && context.settles(findings))) break
  }
  const early = planned < most && findings.seeds.length === planned
  const words = extent(findings, early ? planned : most) + (early ? ` They settled every gate, so ${most - planned} more were not needed.` : '')
  return ledger.close('verified', `${subject(context)} retrained ${words}`, { stage: 'verify', verify: findings })
}

function* verifyOn(ledger: Ledger, seeds: readonly number[]): Asking<VerifyFindings['seeds']> {
  const { baseline, incumbent, workload } = ledger.context
  const verification = verificationJob(workload.task, workload.data.rows)
  const outcomes = yield* ledger.ask(seeds.flatMap((seed) => [
    ledger.request('baseline', baseline, seed, verification),
    ledger.request('winner', incumbent, seed, verification),
  ]))
  return seeds.flatMap((seed, i) => {
    const [base, candidate] = [verified(outcomes[2 * i]), verified(outcomes[2 * i + 1])]
    return base && candidate ? [{ seed, baseline: base, candidate }] : []
  })
}

/** The one job that may look at test data, where any are kept back. */
export const verificationJob = (task: Task, { test }: Pick<DataFacts['rows'], 'test'>): RunJob => ({
  kind: 'train', length: 1, stopAfter: 1, evaluateTest: test > 0,
  ...(task === 'classification' ? { calibration: true } : {}),
})

function verified(outcome: RunOutcome | undefined): VerifiedRun | undefined {
  if (outcome === undefined || outcome.status === 'not-run') return undefined
  switch (outcome.status) {
    case 'complete':
      return {
        run: outcome.id, status: 'complete', weights: outcome.weights,
        validation: outcome.best?.validation ?? null, test: outcome.best?.test ?? null,
        ...(outcome.best?.calibration ? { calibration: outcome.best.calibration } : {}), time: timeOf(outcome),
      }
    case 'diverged':
      return { run: outcome.id, status: outcome.status, weights: null, validation: null, test: null }
    case 'crashed':
      return { run: outcome.id, status: outcome.status, reason: printable(outcome.reason, 300), weights: null, validation: null, test: null }
    default:
      return unreachable(outcome, 'run status')
  }
}

function timeOf({ timing: { seconds, machine } }: CompleteRun): RunTime {
  return machine === undefined ? { seconds } : { seconds, machine }
}

function subject({ baseline, incumbent, previous }: StageContext): string {
  const moved = leverDifferences(baseline, incumbent).length
  if (moved > 0) return `Baseline and winner (${moved} ${moved === 1 ? 'lever' : 'levers'} moved) were`
  return previous.length > 0 ? 'The baseline levers, which no stage could better, were' : 'The baseline levers were'
}

function extent(findings: VerifyFindings, planned: number): string {
  const failed = findings.seeds.filter((s) => s.candidate.status !== 'complete').length
  const shortfall = findings.seeds.length < planned ? ` ${planned - findings.seeds.length} planned seeds were left out.` : ''
  const failures = failed > 0 ? ` The winner failed on ${failed} of them.` : ''
  return `on ${findings.seeds.length} seeds that no selection saw.${failures}${shortfall}`
}
