import { gain } from '../records/metrics.ts'
import type { SupplementaryEvidence } from '../records/verdict.ts'
import { mean } from '../stats/describe.ts'
import { superiority } from '../stats/superiority.ts'
import { brownForsythe, mannWhitney, signFlip } from '../stats/tests.ts'
import type { SeedEvidence } from './evidence.ts'
import type { Matched } from './match.ts'
import { shown } from './words.ts'

// Evidence shown beside a verdict and never used by a gate. At these numbers of seeds it says less than the interval, but it
// assumes less, so a reader who distrusts the interval can look for a contradiction.

type Rule = { readonly metric: Parameters<typeof gain>[0] }

/** With more pairs than this, trying all signs takes longer than a verdict should. */
const mostPairs = 14

/** Below it, a test finds a sign. Nothing is judged by it. */
const level = 0.05

const pText = (p: number): string => (p < 0.0001 ? 'p below 0.0001' : `p ${shown(Number(p.toPrecision(2)))}`)

/** The probability that a seed of the candidate beats one of the baseline, and exact tests that the candidate is worse. */
export function comparisonEvidence({ metric }: Rule, { baseline, candidate, paired }: Matched): SupplementaryEvidence[] {
  const turn = gain(metric, 0, 1)
  const [base, own] = [baseline, candidate].map((side) => side.map((v) => turn * v)) as [number[], number[]]
  return [
    ...chanceToBeat(own, base),
    ...exactTest('Mann–Whitney', 'which uses only the ranks of all seeds', mannWhitney(own, base)),
    ...(paired && own.length <= mostPairs
      ? exactTest('sign-flip', 'which uses the per-seed differences', signFlip(own, base))
      : []),
  ]
}

function chanceToBeat(own: readonly number[], base: readonly number[]): SupplementaryEvidence[] {
  const found = superiority(own, base, true)
  if (found.kind === 'undefined') return []
  return [
    {
      what: 'P(candidate > baseline)',
      value: found.probability,
      sentence: `The candidate is better in ${shown(found.probability * 100)} % of all ${found.pairs} pairs of a candidate seed and a baseline seed.`,
    },
  ]
}

function exactTest(name: string, how: string, found: ReturnType<typeof mannWhitney>): SupplementaryEvidence[] {
  if (found.kind === 'undefined') return []
  return [
    {
      what: `exact ${name} p`,
      value: found.pLess,
      sentence: `The exact ${name} test, ${how}, finds ${found.pLess <= level ? 'a' : 'no'} sign that the candidate is worse (${pText(found.pLess)}).`,
    },
  ]
}

/** A test of equal spreads that a single outlier does not decide, beside the F interval, which assumes normal noise. */
export function spreadEvidence(candidate: readonly number[], baseline: readonly number[]): SupplementaryEvidence[] {
  const found = brownForsythe([candidate, baseline])
  if (found.kind === 'undefined') return []
  return [
    {
      what: 'Brown–Forsythe p',
      value: found.p,
      sentence: `The Brown–Forsythe test, which does not assume normal noise, gives ${pText(found.p)} for "the spreads differ".`,
    },
  ]
}

/** The calibration error compared with what honest confidences would show; nothing for runs without that summary. */
export function calibrationEvidence(seeds: readonly SeedEvidence[]): SupplementaryEvidence[] {
  const known = seeds.flatMap(({ calibration: c }) =>
    c?.ecePercentile95 === undefined || c.ecePercentile95 === null
      ? []
      : [{ split: c.split, ece: c.asTrained.ece, limit: c.ecePercentile95 }],
  )
  const [first] = known
  if (first === undefined) return []
  const above = known.filter((s) => s.ece > s.limit).length
  const ece = mean(known.map((s) => s.ece))
  const outcome = above === 0 ? 'no sign that the confidences are off' : 'there the confidences are off by more than chance'
  return [
    {
      what: 'ECE',
      value: ece,
      sentence:
        `The candidate's expected calibration error (${first.split}, 15 bins of equal width) is ${shown(ece)} on average; a calibrated ` +
        `model would exceed ${shown(mean(known.map((s) => s.limit)))} one time in twenty. The candidate does on ${above} of ${known.length} seeds: ${outcome}.`,
    },
  ]
}
