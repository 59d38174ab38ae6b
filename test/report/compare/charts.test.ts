import { describe, expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.ts'
import { comparisonCharts } from '../../../src/report/compare/charts.ts'
import { comparisonHtml } from '../../../src/report/compare/html.ts'
import { thinCurve } from '../../../src/report/curves.ts'
import { drawings } from '../../../src/report/svg.ts'
import { compareStudies } from '../../../src/study/compare-studies.ts'
import { fakeStudy } from '../../support/study.ts'
import { markupProblem } from '../markup.ts'

const study = fakeStudy()
const first = buildReport(study.input)
/** The same study, its winner a little better on every seed but the first. */
const second = {
  ...first,
  verification: first.verification && {
    ...first.verification,
    seeds: first.verification.seeds.map((s, i) => ({
      ...s,
      candidate: {
        ...s.candidate,
        test: { ...s.candidate.test, accuracy: (s.candidate.test?.accuracy ?? 0) + (i === 0 ? -0.01 : 0.02) },
      },
    })),
  },
}
const curves = study.results.filter((r) => r.request.label === 'winner').map((r) => thinCurve(r, 'accuracy', 'nll'))

describe('two studies in pictures', () => {
  const comparison = compareStudies(first, second, ['a', 'b'])
  const all = comparisonCharts(comparison, 'accuracy', curves, curves)

  it('have the curves of both winners, and the gain on every seed', () => {
    expect(all.map((c) => c.id)).toEqual(['compared-curves', 'compared-seeds'])
    const chart = all[1]
    if (!chart || !('layer' in chart.spec)) throw new Error('no layers')
    const dots = chart.spec.layer.at(-1)?.data
    const gains = comparison.metrics.find((m) => m.objective && m.split === 'test')?.seeds.map((s) => s.gain)
    expect(dots && 'values' in dots ? dots.values : []).toEqual(
      expect.arrayContaining((gains ?? []).map((gain) => expect.objectContaining({ split: 'test', gain }) as unknown)),
    )
    expect(gains?.map((g) => Number(g?.toFixed(6)))).toEqual([-0.01, 0.02, 0.02, 0.02, 0.02])
    expect(chart.sentence).toContain('on 4 of 10 pairs')
  })

  it('stand in a page that links what it has', async () => {
    const page = comparisonHtml(comparison, await drawings(all))
    expect(markupProblem(page)).toBeUndefined()
    expect([...page.matchAll(/href="#([\w-]+)"/g)].map((m) => m[1])).toEqual([
      'sides',
      'sides',
      'levers',
      'metrics',
      'curves',
      'seeds',
    ])
    expect(page).not.toContain('<script')
    expect(page.match(/<svg /g)).toHaveLength(2)
  })

  it('draw nothing where nothing is shared', () => {
    expect(comparisonCharts({ ...comparison, metrics: [] }, 'accuracy', [], [])).toEqual([])
  })
})
