import { describe, expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.ts'
import { thinning } from '../../../src/report/curves.ts'
import { explorerData } from '../../../src/report/explorer/data.ts'
import { drawnRuns, mostTrials } from '../../../src/report/explorer/drawn.ts'
import { explorer } from '../../../src/report/explorer/section.ts'
import { parseReport, reportText } from '../../../src/report/json.ts'
import { fakeStudy } from '../../support/study.ts'
import { longStudy } from '../long-study.ts'

const many = longStudy({ trials: 10_000, steps: 60 })
const trained = many.report.runs.filter((run) => run.job.kind === 'train')

describe('the trials that the page draws', () => {
  it('are all of a study of usual size', () => {
    const report = buildReport(fakeStudy().input)
    expect(drawnRuns(report)).toEqual(report.runs.filter((run) => run.job.kind === 'train'))
  })

  it('are as many as a screen shows: all of small stages, the best and a spread of a large one, in order', () => {
    const drawn = drawnRuns(many.report)
    expect(drawn).toHaveLength(mostTrials)
    expect(drawn).toEqual(trained.filter((run) => drawn.includes(run)))
    const of = (runs: typeof trained, large: boolean) => runs.filter((run) => (run.stage === 'regularize') === large)
    expect(of([...drawn], false)).toEqual(of(trained, false))
    const [large, shown] = [of(trained, true), of([...drawn], true)]
    const accuracy = (run: (typeof large)[number]): number => run.best?.validation.accuracy ?? -1
    const best = large.toSorted((a, b) => accuracy(b) - accuracy(a)).slice(0, Math.floor(shown.length / 2))
    for (const run of best) expect(shown).toContain(run)
    // The others come from every tenth of the stage.
    const others = shown.filter((run) => !best.includes(run))
    const tenths = new Set(others.map((run) => Math.floor((10 * large.indexOf(run)) / large.length)))
    expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('are said to be some of all, and stay below 5 MB', () => {
    const thinned = thinning(many.report)
    const curves = new Map([...many.runs()].map((run) => [run.id, thinned(run)]))
    expect([...curves.values()].filter(({ grid }) => grid !== null)).toHaveLength(mostTrials)
    const section = explorer(explorerData(many.report, curves))
    expect(section).toContain(`1,200 of ${trained.length.toLocaleString('en')} trials, one line each`)
    expect(section.length).toBeLessThan(4_000_000)
  })
})

describe('report.json of a long study', () => {
  it('has a line for each run, and is read back as it was', () => {
    const text = reportText(many.report)
    const lines = text.split('\n')
    expect(lines.filter((line) => line.includes('"curve":"curves/runs/'))).toHaveLength(many.report.runs.length)
    expect(parseReport(text, 'report.json')).toEqual(JSON.parse(JSON.stringify(many.report)))
  })
})
