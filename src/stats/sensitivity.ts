import { numberAt } from '../base/numbers.ts'
import { canonicalJson } from '../base/hash.ts'
import { fUpperTail } from './distributions.ts'
import { largestMagnitude, mean } from './describe.ts'
import { fitLeastSquares } from './least-squares.ts'
import type { Fit } from './least-squares.ts'
import { undefinedBecause } from './outcome.ts'
import type { Undefined } from './outcome.ts'

/** One run of a grid: the setting of every lever, and the metric that it reached. */
export interface GridRun {
  readonly levels: Readonly<Record<string, string | number | boolean>>
  readonly value: number
}

/** One lever's row of the analysis of variance. */
export interface LeverSensitivity {
  readonly lever: string
  /**
   * Share of the metric's variance that the lever explains, with noise removed, from 0 to 1. At about 0, stop spending on
   * this lever.
   */
  readonly omegaSquared: number
  readonly sumOfSquares: number
  /**
   * Number of settings minus one; 0 if the runs cannot distinguish this lever from the others, and then the other numbers
   * are NaN.
   */
  readonly df: number
  readonly f: number
  readonly pValue: number
}

export interface Sensitivity {
  readonly kind: 'sensitivity'
  /** Most sensitive first, ties by name, indistinguishable levers last. */
  readonly levers: readonly LeverSensitivity[]
  /** Variance of seeds within one configuration, and its degrees of freedom. */
  readonly meanSquareError: number
  readonly errorDf: number
  readonly totalSumOfSquares: number
  /** Runs left out because their value is not finite. */
  readonly omitted: number
}

/**
 * How much each lever matters on its own, from a grid run under several seeds: ω² = max(0, (SS − df·MSE) / (SST + MSE))
 * (Hays 1963), with MSE from the seeds within a configuration alone. On a grid with gaps, or after pruning, SS is what the
 * lever adds to all others' main effects (type II). Undefined without two seeds in any configuration, or without spread.
 * Oracle: `statsmodels` `anova_lm`.
 */
export function sensitivity(runs: readonly GridRun[]): Sensitivity | Undefined {
  const kept = runs.filter((run) => Number.isFinite(run.value))
  if (kept.length === 0) return undefinedBecause('no run of the grid reached a finite value')
  // In units of the largest value, so that squares neither overflow nor vanish.
  const size = largestMagnitude(kept.map((run) => run.value)) || 1
  const centre = mean(kept.map((run) => run.value)) / size
  const y = kept.map((run) => run.value / size - centre)
  const error = withinCells(kept, y)
  const total = fitLeastSquares([y.map(() => 1)], y).residualSumOfSquares
  if (error.df === 0) return undefinedBecause('no configuration has finite values under two seeds, so the noise is unknown')
  if (!(total > 1e-28 * y.length)) return undefinedBecause('all runs reached the same value, so no lever shows an effect')
  const noise = { meanSquare: error.sumOfSquares / error.df, df: error.df, total }
  const levers = leversOf(kept).map((lever) => sensitivityOf(lever, kept, y, noise))
  return {
    kind: 'sensitivity',
    levers: levers.map((l) => ({ ...l, sumOfSquares: l.sumOfSquares * size ** 2 })).sort((a, b) => rank(b) - rank(a)),
    meanSquareError: noise.meanSquare * size ** 2,
    errorDf: noise.df,
    totalSumOfSquares: total * size ** 2,
    omitted: runs.length - kept.length,
  }
}

interface Noise {
  readonly meanSquare: number
  readonly df: number
  readonly total: number
}

const leversOf = (runs: readonly GridRun[]): string[] => [...new Set(runs.flatMap((run) => Object.keys(run.levels)))].sort()
const rank = (lever: LeverSensitivity): number => (lever.df === 0 ? -1 : lever.omegaSquared)

function sensitivityOf(lever: string, runs: readonly GridRun[], y: readonly number[], noise: Noise): LeverSensitivity {
  const levers = leversOf(runs)
  const all = mainEffects(runs, levers, y)
  const without = mainEffects(
    runs,
    levers.filter((other) => other !== lever),
    y,
  )
  const df = all.rank - without.rank
  if (df === 0) return { lever, omegaSquared: NaN, sumOfSquares: NaN, df, f: NaN, pValue: NaN }
  const raw = without.residualSumOfSquares - all.residualSumOfSquares
  // What is left after rounding counts as nothing: with seeds that agree to the digit it would look infinitely significant.
  const sumOfSquares = raw > 1e-24 * noise.total ? raw : 0
  const f = sumOfSquares === 0 ? 0 : sumOfSquares / df / noise.meanSquare
  const omegaSquared = Math.max(0, (sumOfSquares - df * noise.meanSquare) / (noise.total + noise.meanSquare))
  return { lever, omegaSquared, sumOfSquares, df, f, pValue: fUpperTail(f, df, noise.df) }
}

/** The model with a constant and one column for each setting of each lever; the rank drops redundant columns. */
function mainEffects(runs: readonly GridRun[], levers: readonly string[], y: readonly number[]): Fit {
  const columns = levers.flatMap((lever) => {
    const settings = [...new Set(runs.map((run) => run.levels[lever]))]
    return settings.map((setting) => runs.map((run) => Number(run.levels[lever] === setting)))
  })
  return fitLeastSquares([y.map(() => 1), ...columns], y)
}

function withinCells(runs: readonly GridRun[], y: readonly number[]) {
  const cells = new Map<string, number[]>()
  runs.forEach((run, i) => {
    const key = canonicalJson(run.levels)
    cells.set(key, [...(cells.get(key) ?? []), numberAt(y, i)])
  })
  let sumOfSquares = 0
  for (const cell of cells.values()) {
    const centre = mean(cell)
    for (const v of cell) sumOfSquares += (v - centre) ** 2
  }
  return { sumOfSquares, df: runs.length - cells.size }
}
