import { sampleSd } from '../stats/describe.ts'
import type { Interval } from '../stats/intervals.ts'
import { seedsNeeded } from '../stats/power.ts'
import { rowReach } from '../stats/crossed.ts'
import type { InterimAnalysis } from './evidence.ts'
import type { Finding } from './finding.ts'
import { noiseOfDifference, type Matched } from './match.ts'
import { power, seedsASide } from './power.ts'
import { shown } from './words.ts'

/** A note about a margin that is too tight for these seeds. Better to say so before it disappoints. */
export function tightMarginNotes(margin: number, matched: Matched, analysis: InterimAnalysis): string[] {
  const sd = sampleSd(matched.baseline)
  if (!(sd > 0) || margin >= 2 * sd) return []
  const needed = seedsNeeded({ effect: margin, sd, alpha: analysis.alpha, power })
  if (needed.kind === 'seeds' && needed.seeds <= matched.candidate.length) return []
  const count = seedsASide(needed.kind === 'seeds' ? needed.seeds : undefined)
  return [
    `The margin ${shown(margin)} is under twice the baseline's seed SD of ${shown(sd)}: unpaired, ` +
      `${count} would resolve it in 4 of 5 cases.`,
  ]
}

/** The rows alone leave it open, whatever the number of seeds. */
export const rowsDecide: Pick<Finding, 'remedy' | 'seedsToSettle' | 'settled'> = {
  remedy:
    'Hold out more test rows: the choice of so few rows leaves it open, however many seeds there are. In the next study, a ' +
    'looser limit would do too.',
  seedsToSettle: null,
  settled: true,
}

/**
 * The seeds that an inconclusive comparison needs: by the margin alone, as a plan would assume; otherwise by the observed
 * drop.
 */
export function moreSeeds(
  margin: number,
  found: Interval,
  matched: Matched,
  analysis: InterimAnalysis,
): Pick<Finding, 'remedy' | 'seedsToSettle' | 'settled'> {
  const paired = found.method === 'paired-t'
  const { candidate, rows } = matched
  const { sd } = noiseOfDifference({ ...matched, paired })
  const effect = Math.max(margin - found.estimate, found.estimate)
  if (rows && rowReach(rows, analysis.alpha) >= effect) return rowsDecide
  const more = (effect: number): number | undefined => {
    const needed = seedsNeeded({ effect, sd, alpha: analysis.alpha, power, paired })
    return needed.kind === 'seeds' && needed.seeds > candidate.length ? needed.seeds : undefined
  }
  const n = more(margin) ?? more(effect)
  const remedy =
    n === undefined
      ? 'More seeds would settle it.'
      : `About ${n} seeds per side would settle it in 4 of 5 cases if the noise is as estimated.`
  return { remedy, seedsToSettle: n ?? null }
}
