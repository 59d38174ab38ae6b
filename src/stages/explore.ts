import { canonicalJson } from '../base/hash.ts'
import { leverDifferences, withLevers, type LeverName, type LeverPatch } from '../records/levers.ts'
import { gain as metricGain } from '../records/metrics.ts'
import { takes, type RunJob, type Workload } from '../records/plan.ts'
import { challenge, leastSign, signOf, type Challenged } from './challenge.ts'
import { leadingOnce, stableScores, trainArms, type Arm } from './compare.ts'
import { labelOf, type Candidate } from './configurations.ts'
import { fullRun, type Asking, type StageRecorder } from './recorder.ts'
import { selectionRows, type SeedOnRows } from './seeds.ts'
import type { Remedy } from './stage.ts'

/** How a stage looks for candidates, and how it confirms the best of them. */
export interface Search {
  /** What is searched, for omissions. */
  readonly what: string
  readonly candidates: readonly Candidate[]
  /** How many of them are compared with the incumbent under further seeds. */
  readonly most: number
  /** Seeds of that comparison; the search itself has a seed of its own. */
  readonly seeds: number
  /** What each run trains. */
  readonly job?: RunJob
  /** Levers that a remedy may move here: those that the stage tunes. */
  readonly remedied?: readonly LeverName[]
  /** Further candidates that all results so far suggest, round by round. */
  readonly further?: Further
  /** Levers that an earlier stage nearly moved. They are compared once more, together with the best candidate. */
  readonly nearly?: LeverPatch
  /** Which of the candidates that did better than the incumbent to confirm, the best first; the `most` best if absent. */
  readonly choose?: (better: readonly Candidate[], scores: readonly number[]) => readonly Candidate[]
  /** Picks among the candidates that beat the incumbent; the best one if absent. */
  readonly pick?: Parameters<typeof challenge>[3]['pick']
}

interface Further {
  /** The most rounds. The search ends earlier, after a round that did no better. */
  readonly rounds: number
  /** The arms among which a round has to be the best; all of them if absent. */
  readonly among?: (arms: readonly Arm[]) => readonly Arm[]
  /** The candidates of the next round; none if the results suggest nothing new. */
  suggest(arms: readonly Arm[]): readonly Candidate[]
}

/**
 * Explores on cheap evidence and moves on confirmed evidence: every candidate is trained once, beside the incumbent, under
 * one seed. Those that did best there, and better than the incumbent, are compared with it under other seeds, and only that
 * comparison moves a lever. One run says little about a candidate, but it says which candidates deserve more.
 */
export function* exploreAndConfirm(recorder: StageRecorder, search: Search): Asking<Explored> {
  const { what, most, job = fullRun } = search
  const [first, ...all] = selectionRows(recorder.context, 2 * search.seeds + 1) as [SeedOnRows, ...SeedOnRows[]]
  const [seeds, more] = [all.slice(0, search.seeds), all.slice(search.seeds)]
  const nothing: Explored = { arms: [], confirmed: [], challenged: null, remedies: [] }
  const affordable = affordedOf(recorder, search)
  if (affordable.length === 0) return nothing
  const [own] = yield* trainArms(recorder, [{ label: 'incumbent', patch: {} }], [first], job)
  const remedies = remediesOf(recorder, own, search)
  const others = distinct([...affordable, ...remedies.map(({ patch }) => ({ label: labelOf(patch), patch }))])
  const start = [...(own ? [own] : []), ...(yield* trainArms(recorder, others, [first], job))]
  const arms = yield* furtherRounds(recorder, search, start, first, job)
  const { workload } = recorder.context
  const better = betterOnce(workload, arms, leastGain(recorder))
  const best = search.choose
    ? search.choose(
        better.map((b) => b.candidate),
        better.map((b) => b.score),
      )
    : better.map((b) => b.candidate)
  const both = better.length === 0 ? [] : together(best[0], search.nearly)
  const confirmed = distinct([...best.slice(0, Math.max(1, most - both.length)), ...both])
  if (confirmed.length === 0) return { ...nothing, arms, remedies }
  const challenged = yield* challenge(recorder, `confirmation of the ${what}`, confirmed, {
    seeds,
    further: search.pick ? [] : more,
    job,
    ...(search.pick ? { pick: search.pick } : {}),
  })
  return { arms, confirmed, challenged, remedies }
}

/** The arms, and those of further rounds, each under the same seed. */
function* furtherRounds(
  recorder: StageRecorder,
  { what, most, seeds, further }: Search,
  start: readonly Arm[],
  seed: SeedOnRows,
  job: RunJob,
): Asking<readonly Arm[]> {
  const arms = [...start]
  if (further === undefined) return arms
  const best = (): Arm | undefined => leadingOnce(recorder.context.workload, further.among?.(arms) ?? arms)
  for (let round = 0; round < further.rounds; round++) {
    const suggested = further.suggest(arms)
    if (suggested.length === 0) break
    const left = `${further.rounds - round} of ${further.rounds} further rounds of ${what}`
    if (!recorder.affords(suggested.length + (1 + most) * seeds, left)) break
    const added = yield* trainArms(recorder, suggested, [seed], job)
    const before = best()
    arms.push(...added)
    if (best() === before) break
  }
  return arms
}

/**
 * The candidates that the budget allows besides the comparison of the best. They fill the space evenly in their order, so
 * the first of them are a smaller search.
 */
function affordedOf(recorder: StageRecorder, { what, candidates, most, seeds }: Search): readonly Candidate[] {
  if (candidates.length === 0) return []
  const compared = (1 + Math.min(most, candidates.length)) * seeds
  const left = recorder.context.runsLeft() - compared - 1 - mostRemedies
  if (left < Math.min(candidates.length, most)) {
    recorder.affords(1 + Math.min(most, candidates.length) + compared, what)
    return []
  }
  if (left < candidates.length) {
    recorder.omit(
      `${candidates.length - left} of ${candidates.length} ${what}`,
      `the trial budget leaves ${recorder.context.runsLeft()} runs after verification`,
    )
  }
  return candidates.slice(0, left)
}

/** Two gains that noise hides one by one may show together. */
function together(best: Candidate | undefined, nearly: LeverPatch | undefined): Candidate[] {
  if (!best || !nearly) return []
  const patch = { ...nearly, ...best.patch }
  return [{ label: labelOf(patch), patch }]
}

/**
 * The levers that an earlier stage compared with the incumbent as it still is, and that gained nearly enough to move;
 * undefined if there are none.
 */
export function nearlyMoved({ context, incumbent }: StageRecorder): LeverPatch | undefined {
  const since = context.previous.findLastIndex(({ lineage }) => lineage.length > 0)
  const open = context.previous
    .slice(since + 1)
    .flatMap(({ comparisons }) => comparisons)
    .filter(
      ({ outcome, patch }) =>
        outcome === 'within-noise' && leverDifferences(incumbent, withLevers(incumbent, patch)).length > 0,
    )
    .map((c) => ({ sign: signOf(c), patch: c.patch }))
    .filter(({ sign }) => sign >= leastSign)
    .sort((a, b) => b.sign - a.sign)
  return open[0]?.patch
}

export interface Explored {
  /** The incumbent's run and the candidates', each under one seed; none if the budget did not allow them. */
  readonly arms: readonly Arm[]
  readonly confirmed: readonly Candidate[]
  readonly challenged: Challenged | null
  /** What the incumbent's curves suggested, tried among the candidates. */
  readonly remedies: readonly Remedy[]
}

/** How many configurations of a joint search are compared with the incumbent under further seeds. */
export const mostConfirmed = 2

/** Remedies are tried once a symptom, and once together; more would crowd out the search. */
export const mostRemedies = 3

function remediesOf({ context, incumbent }: StageRecorder, own: Arm | undefined, { remedied = [] }: Search): Remedy[] {
  const run = own?.outcomes[0]
  if (run === undefined || run.status === 'not-run' || run.status === 'crashed') return []
  const found = context.remedies(run, incumbent)
  const seen = found.filter(({ patch }) =>
    (Object.keys(patch) as LeverName[]).every((lever) => takes(context.workload, lever)),
  )
  const single = seen.filter(({ patch }) => remedied.some((lever) => lever in patch)).slice(0, mostRemedies - 1)
  const [first, second] = single
  if (!first || second?.rule !== first.rule) return single
  // Two levers against one symptom: regularizers in particular do more together than the best of them alone.
  return [...single, { ...first, patch: { ...first.patch, ...second.patch } }]
}

/**
 * A gain in one run that is worth a comparison: the noise of a difference under one seed, as earlier stages showed it. What
 * gained less would hardly be confirmed, and its runs are better spent elsewhere. 0 if no stage showed noise yet.
 */
function leastGain({ earlier }: StageRecorder): number {
  const noise = earlier.map(({ sd }) => sd)
  return noise.length === 0 ? 0 : Math.min(...noise) * Math.SQRT2
}

/**
 * The candidates that did better than the incumbent in their one run, by more than `least`, the best first; all if the
 * incumbent's failed.
 */
function betterOnce(workload: Workload, [incumbent, ...arms]: readonly Arm[], least: number) {
  const scoreOf = (arm: Arm | undefined): number | undefined => (arm && stableScores(arm))?.[0]
  const own = scoreOf(incumbent)
  return arms
    .flatMap(({ label, patch, ...arm }) => {
      const score = scoreOf({ label, patch, ...arm })
      return score === undefined ? [] : [{ candidate: { label, patch }, score }]
    })
    .filter(({ score }) => own === undefined || metricGain(workload.objective, own, score) > least)
    .sort((a, b) => metricGain(workload.objective, a.score, b.score))
}

const distinct = (candidates: readonly Candidate[]): Candidate[] => [
  ...new Map(candidates.map((c) => [canonicalJson(c.patch), c])).values(),
]
