import { canonicalJson } from '../base/hash.ts'
import type { StageDecision } from '../records/decision.ts'
import { leverValue, type LeverName, type Levers } from '../records/levers.ts'
import { leverShares, type LeverShare } from '../stats/lever-shares.ts'
import { shown } from '../stats/outcome.ts'
import { unmoved } from './compare.ts'
import type { Explored } from './explore.ts'
import type { StageRecorder } from './recorder.ts'

/** Closes a stage that explored: what moved, what each lever explains, and the trials for the report. */
export function closeSearch(
  recorder: StageRecorder,
  start: Levers,
  names: readonly LeverName[],
  explored: Explored,
): StageDecision {
  const levers = names.map((lever) => ({ lever, own: leverValue(start, lever) }))
  const shares = leverShares(levers, explored.arms)
  const none = unmovedSearch(recorder, explored)
  const moved = recorder.lineage.length > 0
  const confirmed = new Set(explored.confirmed.map((c) => canonicalJson(c.patch)))
  return recorder.close(
    moved ? 'changed' : none.conclusion,
    [moved ? `Moved: ${recorder.moves()}.` : none.sentence, sharesSentence(shares)].join(' ').trim(),
    {
      explored: {
        levers,
        trials: explored.arms.map((arm) => ({
          patch: arm.patch,
          score: arm.scores[0] ?? null,
          confirmed: confirmed.has(canonicalJson(arm.patch)),
        })),
        shares,
      },
    },
  )
}

/** A search in which nothing did better than the incumbent has answered, even though nothing was left to confirm. */
function unmovedSearch(recorder: StageRecorder, { arms, challenged }: Explored): ReturnType<typeof unmoved> {
  if (arms.length === 0 || challenged !== null) return unmoved(recorder)
  const tried = arms.length - 1
  if (arms.slice(1).every((arm) => arm.scores[0] === null))
    return { conclusion: 'inconclusive', sentence: 'No configuration trained to the end.' }
  return { conclusion: 'kept', sentence: `Of ${tried} configurations near the incumbent, none trained better once.` }
}

function sharesSentence(shares: readonly LeverShare[]): string {
  const known = shares.filter((s) => s.share !== null).sort((a, b) => (b.share ?? 0) - (a.share ?? 0))
  const words = known.map((s) => `${s.lever} ${shown(s.share ?? 0)}`).join(', ')
  return words === '' ? '' : `Share of the variance of these trials that each lever explains (ω²): ${words}.`
}
