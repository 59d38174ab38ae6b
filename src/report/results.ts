import { tooLittle } from '../gates/least-effect.ts'
import type { Report } from './model.ts'
import { gainAndInterval, meanAndSd, plural } from './numbers.ts'
import { headlineComparison } from './sides.ts'

// What a report says if nothing was trained: results that another tool made were read, and their gates judged.

/** The finding in one or two sentences, below the verdict. */
export function resultsHeadline(report: Report): string {
  const told = headlineComparison(report)
  const source = `Results of ${plural(report.verification?.seeds.length ?? 0, 'seed')} from ${report.data.source}`
  if (!told) return `${source}.`
  const { candidate, baseline, gain, claim, split, metric, least } = told
  const own = `${source}: ${split} ${metric} ${meanAndSd(candidate.mean, candidate.sd)} over ${plural(candidate.seeds, 'seed')}`
  if (report.against === null) return `${own}. There is nothing to compare them with.`
  if (claim === 'identical') return `${own}, the same as ${report.against} on every seed.`
  if (baseline.mean === null) return `${own}. No seed of it is also in ${report.against}.`
  const words = {
    better: 'better than the baseline by more than noise',
    worse: 'worse than the baseline by more than noise',
    negligible: `better than the baseline by more than noise, but ${tooLittle(least)}`,
    'not-distinguishable': 'not distinguishable from the baseline',
    undecidable: 'no improvement over the baseline can be claimed',
  }[claim]
  const by = gain ? ` (gain ${gainAndInterval(gain).gain})` : ''
  return `${own}, against ${meanAndSd(baseline.mean, baseline.sd)}: ${words}${by}.`
}

/** The rows behind the metrics, as far as they are known. */
export function resultsRows({ data: { rows, source } }: Pick<Report, 'data'>): string {
  const known = rows.validation > 0 || rows.test > 0
  return known
    ? `Results from ${source}, with predictions of ${rows.validation} validation and ${rows.test} test rows.`
    : `Results from ${source}, which do not say how many rows they were measured on.`
}
