// Chances of the gates on spread ratios and training times, on normal noise of known size: the decimals of
// docs/how-it-decides.md.
//
//   node scripts/node24.mjs test/gates/simulate.ts [DRAWS]
//
// At the limit the pass column is the rate of false passes and the fail column that of false fails.
import { stream } from '../../src/base/random.ts'
import type { GateEvidence, SeedEvidence } from '../../src/gates/evidence.ts'
import { judge } from '../../src/gates/judge.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { SpreadRatioRule } from '../../src/gates/seed-variance/ratio.ts'
import type { TrainingTimeRule } from '../../src/gates/training-time.ts'

const draws = Number(process.argv[2] ?? 20_000)
const ratio: SpreadRatioRule = { gate: 'seed-variance', metric: 'nll', split: 'test', onInconclusive: 'fail', maxRatio: 2 }
const time: TrainingTimeRule = { gate: 'training-time', onInconclusive: 'fail', maxRatio: 1.2 }

interface Count {
  pass: number
  fail: number
  inconclusive: number
}
const emptyCount = (): Count => ({ pass: 0, fail: 0, inconclusive: 0 })

const seeds = (values: readonly number[], side: string): SeedEvidence[] =>
  values.map((nll, seed) => ({ seed, status: 'complete', validation: {}, test: { nll }, weights: side + seed }))
const against = (candidate: readonly SeedEvidence[], runs: readonly SeedEvidence[], alternated = false): GateEvidence => ({
  candidate,
  missingBaselineReason: null,
  baseline: { source: 'b', runs, notes: [], alternated },
})

/** `correlation` is that of the two sides under one seed. */
function spreads(looks: readonly number[], correlation: number, truth: number): Count {
  const random = stream(1, `${looks.join()} ${correlation} ${truth}`)
  const count = emptyCount()
  for (let i = 0; i < draws; i++) {
    const base = Array.from({ length: Math.max(...looks) }, () => random.normal())
    const own = base.map((v) => truth * (correlation * v + Math.sqrt(1 - correlation ** 2) * random.normal()))
    count[judgeInLooks([ratio], against(seeds(own, 'c'), seeds(base, 'b')), looks).verdict.status] += 1
  }
  return count
}

/** `sd` is that of the logarithm of a run's seconds. */
function times(n: number, truth: number, sd: number, alternated: boolean): Count {
  const random = stream(2, `${n} ${truth} ${sd}`)
  const count = emptyCount()
  const side = (mean: number, name: string): SeedEvidence[] =>
    seeds(new Array<number>(n).fill(0), name).map((s) => ({
      ...s,
      time: { seconds: mean * Math.exp(sd * random.normal()), machine: 'one' },
    }))
  for (let i = 0; i < draws; i++) count[judge([time], against(side(truth, 'c'), side(1, 'b'), alternated)).status] += 1
  return count
}

function row(what: string, count: Count): void {
  const share = (n: number): string => (n / draws).toFixed(4)
  console.log(`| ${what} | ${share(count.pass)} | ${share(count.fail)} | ${share(count.inconclusive)} |`)
}

console.log(`${draws} draws a row\n\n| case | pass | fail | inconclusive |\n| --- | --- | --- | --- |`)
for (const truth of [2, 1]) {
  for (const looks of [[5], [10], [20], [5, 10]])
    row(`spread ratio ${truth}, limit 2, looks at ${looks.join(' and ')}`, spreads(looks, 0, truth))
}
row('spread ratio 2, limit 2, looks at 5 and 10, sides correlated by 0.7', spreads([5, 10], 0.7, 2))
for (const truth of [1.2, 1, 1.5]) {
  for (const sd of [0.05, 0.2]) {
    for (const alternated of [true, false]) {
      row(
        `time ratio ${truth}, limit 1.2, 5 seeds, noise ${sd}, ${alternated ? 'in turn' : 'one after the other'}`,
        times(5, truth, sd, alternated),
      )
    }
  }
}
