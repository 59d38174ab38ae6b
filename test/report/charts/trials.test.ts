import { expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.ts'
import { trialCharts } from '../../../src/report/charts/trials.ts'
import { thinning } from '../../../src/report/curves.ts'
import { explorerData } from '../../../src/report/explorer/data.ts'
import { renderSvg } from '../../../src/report/svg.ts'
import { fakeStudy } from '../../support/study.ts'

it('does not word the points of the lines of trials, of which a line has hundreds', async () => {
  const { input, results } = fakeStudy()
  const report = buildReport(input)
  const thinned = thinning(report)
  const curves = new Map(results.map((run) => [run.id, thinned(run)]))
  const [trials] = trialCharts(explorerData(report, curves))
  if (!trials) throw new Error('no trial is drawn')
  const drawn = await renderSvg(trials)
  expect(drawn).not.toContain('aria-roledescription="line mark"')
  const lines = drawn.match(/<path [^>]*stroke-width="1"[^>]*>/g) ?? []
  expect(lines.length).toBeGreaterThan(10)
})
