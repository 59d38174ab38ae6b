import type { LeverPatch } from '../records/levers.ts'
import { quantile } from '../stats/describe.ts'
import { shown } from '../stats/outcome.ts'
import { challenge, trainArms, unmoved, type Arm } from './compare.ts'
import { Ledger, type Asking } from './ledger.ts'
import { selectionSeeds } from './seeds.ts'
import { settingsOf } from './settings.ts'
import type { Stage } from './stage.ts'

interface Candidate { readonly label: string; readonly patch: LeverPatch }

/**
 * Refines how the learning rate moves over a run: first the schedule, then the length of warmup, then the clip norm against the
 * gradient norms that were logged, last the optimizer with all else fixed. One lever after the other, each from the incumbent
 * that the one before left.
 */
export const schedule: Stage = function* (context) {
  const settings = settingsOf(context, 'schedule')
  const ledger = new Ledger(context)
  const seeds = selectionSeeds(context.seed, settings.seeds)

  yield* challenge(ledger, 'comparison of schedules', settings.schedules
    .filter((name) => name !== ledger.incumbent.scheduling.schedule)
    .map((name): Candidate => ({ label: `schedule ${name}`, patch: { schedule: name } })), seeds)

  if (settings.warmupFractions.length > 0) {
    yield* challenge(ledger, 'comparison of warmup lengths', warmups(ledger, settings.warmupFractions), seeds)
  }
  if (settings.clipPercentiles.length > 0) {
    const logged = yield* incumbentRuns(ledger, 'comparison of clip norms', seeds)
    yield* challenge(ledger, 'comparison of clip norms', clips(ledger, settings.clipPercentiles, logged ? gradientNorms(logged) : []), seeds)
  }

  yield* challenge(ledger, 'comparison of optimizers', settings.optimizers
    .filter((name) => name !== ledger.incumbent.optimization.optimizer)
    .map((name): Candidate => ({ label: `optimizer ${name}`, patch: { optimizer: name } })), seeds)

  const moved = ledger.lineage.map((l) => `${l.lever} ${String(l.from)} → ${String(l.to)}`)
  if (moved.length > 0) {
    const words = `Of ${ledger.comparisons.length} candidates these beat the incumbent by more than seed noise: ${moved.join(', ')}.`
    return ledger.close('changed', words, { stage: 'schedule' })
  }
  const { conclusion, sentence } = unmoved(ledger)
  return ledger.close(conclusion, sentence, { stage: 'schedule' })
}

/** The incumbent's own runs, for their logs; whoever compares with them next is handed the same runs, so they are trained once. */
function* incumbentRuns(ledger: Ledger, what: string, seeds: readonly number[]): Asking<Arm | undefined> {
  if (!ledger.affords(seeds.length, what)) return undefined
  return (yield* trainArms(ledger, [{ label: 'incumbent', patch: {} }], seeds))[0]
}

/** Steps of a full run, which the schedule covers; one that patience ended logs fewer. */
function stepsOf({ context, incumbent: { batching, scheduling } }: Ledger): number {
  const stepsPerEpoch = Math.floor(context.workload.data.rows.train / (batching.batchSize * batching.accumulate))
  return scheduling.epochs * Math.max(1, stepsPerEpoch)
}

function warmups(ledger: Ledger, fractions: readonly number[]): Candidate[] {
  const { schedule: name, warmupSteps: own } = ledger.incumbent.scheduling
  const lengths = new Set(fractions.map((f) => Math.round(f * stepsOf(ledger))))
  lengths.delete(own)
  // One-cycle has a rise of its own, which a warmup of 0 leaves as it is.
  const label = (steps: number): string =>
    steps === 0 && name === 'one-cycle' ? 'warmup as one-cycle has it (30 % of a run)' : `warmup ${steps} steps`
  return [...lengths].map((warmupSteps) => ({ label: label(warmupSteps), patch: { warmupSteps } }))
}

/** Gradient norms of every step of the incumbent's runs: what a clip norm is read from. */
const gradientNorms = (arm: Arm): number[] =>
  arm.outcomes.flatMap((o) => (o.status === 'complete' ? o.steps.gradientNorm.filter(Number.isFinite) : []))

function clips(ledger: Ledger, percentiles: readonly number[], norms: readonly number[]): Candidate[] {
  if (norms.length === 0) return []
  const levels = new Set(percentiles.map((p) => Number(quantile(norms, p).toPrecision(2))))
  if (ledger.incumbent.scheduling.clipNorm !== null) levels.delete(ledger.incumbent.scheduling.clipNorm)
  const candidates: Candidate[] = [...levels].filter((n) => n > 0).map((clipNorm) => ({ label: `clip norm ${shown(clipNorm)}`, patch: { clipNorm } }))
  return ledger.incumbent.scheduling.clipNorm === null ? candidates : [...candidates, { label: 'no clipping', patch: { clipNorm: null } }]
}
