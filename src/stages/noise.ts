import type { Comparison, StageDecision } from '../records/decision.ts'
import { canonicalJson } from '../base/hash.ts'
import { differences, numberAt } from '../base/numbers.ts'
import { blockNoise } from '../stats/blocks.ts'
import { quantile, sampleSd, type PooledSd } from '../stats/describe.ts'

/** The scores of one configuration, one per seed. */
type Scores = readonly number[]

/** Noise from other arms counts only if it is alike: arms that train badly are far noisier than any that could be chosen. */
const alike = 3
/** Noise of an earlier stage counts only within this factor of the stage's own. */
const alikeStages = 2

/**
 * Noise of the difference of two arms under one seed. Two or three seeds say little about it, so it is pooled over what is
 * alike: the two arms, the stage's other arms whose scores spread at most three times as widely about the seeds' medians,
 * and the comparisons of earlier stages. Arms that are nearly the same (two short warmups) differ little from each other,
 * and by all of seed noise from the incumbent, so the noise is at least what the two arms show by themselves. All arms of a
 * stage ran under the same seeds, so effects that a seed has on all arms alike are removed.
 */
export function differenceNoise(
  pair: readonly [Scores, Scores],
  arms: readonly Scores[],
  earlier: readonly PooledSd[] = [],
): PooledSd {
  const usual = pair[0].map((_, seed) => quantile(arms.length > 0 ? arms.map((scores) => numberAt(scores, seed)) : [0], 0.5))
  const spread = (scores: Scores): number => sampleSd(differences(scores, usual))
  const calm = alike * Math.max(spread(pair[0]), spread(pair[1]))
  const others = arms.filter((scores) => !pair.some((own) => same(own, scores)) && spread(scores) <= calm)
  const own = blockNoise([...pair, ...others])
  const least = blockNoise(pair).sd
  const near = earlier.filter(({ sd }) => sd <= own.sd * alikeStages && sd >= own.sd / alikeStages)
  const all = [own, ...near]
  const df = all.reduce((sum, n) => sum + n.df, 0)
  const sd = Math.hypot(...all.map((n) => n.sd * Math.sqrt(n.df / df)))
  return { sd: Math.max(sd, least) * Math.SQRT2, df }
}

/** Of arms with bit-identical results, one is enough: another would count the same noise twice. */
const same = (a: Scores, b: Scores): boolean => a.length === b.length && a.every((value, i) => value === b[i])

/**
 * Arms whose scores spread alike about the seeds' medians. A rate that trains badly is far noisier than what came of it, and
 * its noise says nothing about later comparisons. Of two arms neither can be told from the other.
 */
function calmest(arms: readonly Scores[]): readonly Scores[] {
  if (arms.length < 3) return arms
  const usual =
    arms[0]?.map((_, seed) =>
      quantile(
        arms.map((scores) => numberAt(scores, seed)),
        0.5,
      ),
    ) ?? []
  const spreads = arms.map((scores) => sampleSd(differences(scores, usual)))
  const calm = alike * quantile(spreads, 0.5)
  return arms.filter((_, i) => (spreads[i] ?? 0) <= calm)
}

/** The seed noise that the comparisons of earlier stages show, one estimate per stage and set of seeds. */
export function earlierNoise(previous: readonly StageDecision[]): PooledSd[] {
  return previous.flatMap(({ comparisons }) => {
    const groups = new Map<string, Comparison[]>()
    for (const c of comparisons) {
      const key = canonicalJson([c.metric, c.seeds])
      groups.set(key, [...(groups.get(key) ?? []), c])
    }
    return [...groups.values()].flatMap((group) => {
      const arms = group
        .flatMap(({ incumbent, candidate }) => [incumbent, candidate])
        .flatMap((scores) => {
          const known = scores.filter((s) => s !== null)
          return known.length === scores.length ? [known] : []
        })
      const distinct = calmest(arms.filter((scores, at) => arms.findIndex((other) => same(other, scores)) === at))
      const noise = blockNoise(distinct)
      return noise.df > 0 && noise.sd > 0 ? [noise] : []
    })
  })
}
