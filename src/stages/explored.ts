import { canonicalJson } from '../base/hash.ts'
import { enumerated } from '../base/lists.ts'
import type { ExploredFindings, StageDecision } from '../records/decision.ts'
import { leverDifferences, leverValue, withLevers, type LeverName, type Levers } from '../records/levers.ts'
import { leverShares, type LeverShare } from '../stats/lever-shares.ts'
import { shown } from '../stats/outcome.ts'
import { unmoved } from './compare.ts'
import { labelOf } from './configurations.ts'
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
    [
      moved ? `Moved: ${recorder.moves()}.` : none.sentence,
      ...remedySentences(remedyFindings(recorder, explored)),
      sharesSentence(shares),
    ]
      .join(' ')
      .trim(),
    {
      explored: {
        levers,
        trials: explored.arms.map((arm) => ({
          patch: arm.patch,
          score: arm.scores[0] ?? null,
          confirmed: confirmed.has(canonicalJson(arm.patch)),
        })),
        remedies: remedyFindings(recorder, explored),
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
  return {
    conclusion: 'kept',
    sentence: `Of ${tried} configurations near the incumbent, none did better in one run by more than noise.`,
  }
}

function sharesSentence(shares: readonly LeverShare<LeverName>[]): string {
  const known = shares.filter((s) => s.share !== null).sort((a, b) => (b.share ?? 0) - (a.share ?? 0))
  const words = known.map((s) => `${s.lever} ${shown(s.share ?? 0)}`).join(', ')
  return words === '' ? '' : `Share of the variance of these trials that each lever explains (ω²): ${words}.`
}

type RemedyFinding = ExploredFindings['remedies'][number]

function remedyFindings(recorder: StageRecorder, { remedies, confirmed }: Explored): RemedyFinding[] {
  return remedies.map(({ symptom, patch }) => {
    const moved = leverDifferences(recorder.incumbent, withLevers(recorder.incumbent, patch)).length === 0
    const compared = confirmed.some((c) => canonicalJson(c.patch) === canonicalJson(patch))
    return { symptom, patch, outcome: moved ? 'moved' : compared ? 'not-confirmed' : 'no-better' }
  })
}

/** One for each symptom: `Most steps are clipped in the incumbent's run: clipNorm 2 was tried against it and did not help.` */
function remedySentences(found: readonly RemedyFinding[]): string[] {
  const symptoms = [...new Set(found.map(({ symptom }) => symptom))]
  return symptoms.map((symptom) => {
    const tried = found.filter((remedy) => remedy.symptom === symptom)
    const outcomes = [...new Set(tried.map(({ outcome }) => outcome))]
    const clauses = outcomes.map((outcome) => {
      const patches = tried.filter((remedy) => remedy.outcome === outcome).map(({ patch }) => labelOf(patch, ' with '))
      return `${enumerated(patches)} ${patches.length === 1 ? 'was' : 'were'} tried against it and ${outcomeWords[outcome]}`
    })
    return `${symptom} in the incumbent's run: ${clauses.join(', and ')}.`
  })
}

const outcomeWords: Readonly<Record<RemedyFinding['outcome'], string>> = {
  moved: 'helped',
  'not-confirmed': 'did not help under other seeds',
  'no-better': 'did not help',
}
