import { describe, expect, it } from 'vitest'
import {
  chiSquareQuantile,
  fUpperTail,
  normalCdf,
  normalPdf,
  tCdf,
  tQuantile,
  tUpperTail,
} from '../../src/stats/distributions.ts'
import { noncentralUpperTail } from '../../src/stats/power.ts'
import { near, vectors } from './vectors.ts'

type Rows = readonly (readonly number[])[]
type Name = 't_ppf' | 't_cdf' | 't_sf' | 'chi2_ppf' | 'norm_cdf' | 'norm_pdf' | 'f_sf' | 'nct_sf'
const expected = vectors<Record<Name, Rows>>('distributions')

describe('distributions agree with SciPy', () => {
  const cases: readonly [string, Rows, (a: number, b: number, c: number) => number, number][] = [
    ['t quantile', expected.t_ppf, tQuantile, 1e-12],
    ['t distribution function', expected.t_cdf, tCdf, 1e-12],
    ['t upper tail', expected.t_sf, tUpperTail, 1e-12],
    ['chi-square quantile', expected.chi2_ppf, chiSquareQuantile, 1e-11],
    ['normal distribution function', expected.norm_cdf, normalCdf, 1e-12],
    ['normal density', expected.norm_pdf, normalPdf, 1e-12],
    ['F upper tail', expected.f_sf, fUpperTail, 1e-11],
    ['noncentral t upper tail', expected.nct_sf, noncentralUpperTail, 1e-7],
  ]
  it.each(cases)('%s', (_name, rows, f, tolerance) => {
    expect(rows.length).toBeGreaterThan(15)
    for (const row of rows) {
      const [a = NaN, b = NaN, c = NaN] = row.slice(0, -1)
      near(f(a, b, c), row.at(-1) ?? NaN, tolerance, 1e-12 * tolerance)
    }
  })
})
