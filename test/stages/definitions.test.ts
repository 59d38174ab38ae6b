import { describe, expect, it } from 'vitest'
import { buckets, leverNames } from '../../src/records/levers.ts'
import { buildReport } from '../../src/report/build.ts'
import { charts } from '../../src/report/charts/index.ts'
import { thinCurve } from '../../src/report/curves.ts'
import { explorerData } from '../../src/report/explorer/data.ts'
import {
  confirmation,
  confirmationIn,
  stageDefinitions,
  stageFor,
  stageNamed,
  stageNames,
  stages,
  stageTuning,
} from '../../src/stages/index.ts'
import { withSeeds, type VerifySettings } from '../../src/stages/verify.ts'
import { fakeStudy } from '../support/study.ts'

describe('the registry of stages', () => {
  it('has one stage for each bucket of levers, and one that confirms', () => {
    expect(buckets.map((bucket) => stageFor(bucket).name)).toEqual(stageNames.filter((name) => name !== confirmation.name))
    expect(stageNamed(confirmation.name).tunes).toBeUndefined()
  })

  it('says which stage tunes a lever, also where another than that of its bucket claims it', () => {
    expect(stageTuning('learningRate').name).toBe('lr-range')
    expect(stageTuning('optimizer').name).toBe('schedule')
    for (const lever of leverNames) expect(stageNames).toContain(stageTuning(lever).name)
  })

  it('executes each stage by its name, and knows no other', () => {
    expect(Object.keys(stages)).toEqual(stageNames)
    expect(() => stageNamed('warmup')).toThrow('there is no stage warmup')
  })

  it('finds the settings of the confirmation among others', () => {
    const settings: VerifySettings = { stage: 'verify', seeds: 10, looks: [5, 10] }
    expect(confirmationIn([{ stage: 'batch' }, settings])).toBe(settings)
    expect(confirmationIn([{ stage: 'batch' }])).toBeUndefined()
    expect(withSeeds(settings, 7)).toEqual({ stage: 'verify', seeds: 7, looks: [5, 7] })
  })

  it('names charts that a whole study draws', () => {
    const { input, results } = fakeStudy()
    const report = buildReport(input)
    const curves = new Map(results.map((run) => [run.id, thinCurve(run, 'accuracy', 'nll')]))
    const drawn = charts(report, curves, explorerData(report, curves)).map((chart) => chart.id)
    const named = stageDefinitions.flatMap((stage) => stage.charts.flatMap(({ ids }) => ids))
    expect(named.filter((id) => !drawn.includes(id))).toEqual([])
  })
})
