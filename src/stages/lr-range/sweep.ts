import type { RangeTestFindings } from '../../records/decision.ts'
import type { Levers } from '../../records/levers.ts'
import type { RunJob } from '../../records/plan.ts'
import { shown, type Undefined } from '../../stats/outcome.ts'
import { findEdge, type LadderTop, type SweptLosses } from '../../stats/range-test.ts'
import { fastaiValley, steepest, type Suggestion } from '../../stats/range-suggestions.ts'
import type { Asking, StageRecorder } from '../recorder.ts'
import { selectionRows } from '../seeds.ts'
import type { RunOutcome } from '../stage.ts'
import type { LrRangeSettings } from './settings.ts'

type Curve = RangeTestFindings['curves'][number]

export interface Sweep {
  readonly curve: Curve
  /** Null if the run crashed or the budget refused it. */
  readonly swept: SweptLosses | null
}

/** The range test under every seed. */
export function* sweep(recorder: StageRecorder, levers: Levers, settings: LrRangeSettings): Asking<Sweep[]> {
  const job: RunJob = { kind: 'range-test', from: settings.from, to: settings.to, steps: settings.steps }
  const seeds = selectionRows(recorder.context, settings.seeds)
  const outcomes = yield* recorder.ask(seeds.map((rows) => recorder.request('range test', levers, rows, job)))
  return outcomes.map((outcome, i) => sweepOf(outcome, seeds[i]?.seed ?? NaN))
}

function sweepOf(outcome: RunOutcome, seed: number): Sweep {
  if (outcome.status === 'not-run' || outcome.status === 'crashed') {
    const run = outcome.status === 'crashed' ? outcome.id : null
    return { swept: null, curve: { run, seed, edge: null, reason: outcome.reason, valley: null, steepest: null } }
  }
  const swept = losses(outcome)
  const found = findEdge(swept.rates, swept.losses)
  const edge = found.kind === 'edge' ? { edge: found.rate, reason: null } : { edge: null, reason: found.reason }
  return {
    swept,
    curve: {
      run: outcome.id,
      seed,
      ...edge,
      valley: rateOf(fastaiValley(swept.rates, swept.losses)),
      steepest: rateOf(steepest(swept.rates, swept.losses)),
    },
  }
}

/**
 * A sweep that diverged logs only the finite losses. The first non-finite loss is the evidence for the edge, so it is put
 * back.
 */
function losses(outcome: Exclude<RunOutcome, { status: 'not-run' | 'crashed' }>): SweptLosses {
  const { learningRate: rates, loss } = outcome.steps
  const { job } = outcome.request
  if (outcome.status !== 'diverged' || job.kind !== 'range-test') return { rates, losses: loss }
  const next = job.from * (job.to / job.from) ** (loss.length / Math.max(1, job.steps - 1))
  return { rates: [...rates, next], losses: [...loss, NaN] }
}

const rateOf = (suggestion: Suggestion | Undefined): number | null =>
  suggestion.kind === 'undefined' ? null : suggestion.rate

/** Where the ladder of rates begins, and why there, as a sentence. */
export function topSentence(top: LadderTop): string {
  const range = `${shown(top.lowest)} to ${shown(top.highest)} over ${top.seeds} seeds`
  switch (top.from) {
    case 'agreement':
      return `The edge is at ${shown(top.rate)} (${range}).`
    case 'lowest':
      return top.seeds === 1
        ? `Only one sweep shows an edge, at ${shown(top.rate)}.`
        : `The edges of the seeds do not agree (${range}), so the lowest counts.`
    case 'mean-curve':
      return `No sweep shows an edge alone; their mean curve shows one at ${shown(top.rate)}.`
    case 'middle':
      return `The sweeps show no edge, so rates are tried around the middle of the fall of the loss, up to ${shown(top.rate)}.`
    case 'incumbent':
      return `The loss never fell in the sweeps, so rates are tried around the incumbent's, up to ${shown(top.rate)}.`
  }
}
