import { describe, expect, it } from 'vitest'
import { initialGates, type InitialFacts, type Pilot } from '../../src/gates/initial.ts'

const rows = { task: 'classification', testRows: 36, classes: 3, targetSd: null, seeds: 5, pilot: null } as const
const pilot: Pilot = {
  epochs: 20,
  of: 20,
  usual: 0.95,
  measured: [
    { metric: 'accuracy', seeds: [0.94, 0.96, 0.95, 0.95, 0.96], rowSd: 0.21 },
    { metric: 'nll', seeds: [0.16, 0.18, 0.17, 0.15, 0.19], rowSd: 0.4 },
  ],
}
const limits = (facts: InitialFacts): (number | undefined)[] =>
  initialGates(facts).flatMap(({ text, proposal }) =>
    proposal ? [] : [Number(/(?:maxStd|margin|maxShare): (\S+)/.exec(text)?.[1])],
  )

describe('gates of a new spec', () => {
  it('hold a proper score on the test rows besides the metric that people read', () => {
    expect(initialGates(rows).map(({ text }) => text.replace(/[\d.]+ }/, '… }'))).toEqual([
      'seed-variance: { metric: accuracy, split: test, maxStd: … }',
      'regression: { metric: accuracy, split: test, margin: … }',
      'calibration: { metric: nll, split: test, margin: … }',
      'threshold: { metric: accuracy, split: test, min: … }',
    ])
    const regression = initialGates({ ...rows, task: 'regression', classes: null, targetSd: 12 })
    expect(regression.slice(1, 3).map(({ text }) => text.split(', margin')[0])).toEqual([
      'regression: { metric: r2, split: test',
      'regression: { metric: mae, split: test',
    ])
  })

  it('have margins that follow from the number of test rows without a pilot', () => {
    // 2 × 0.3 / 6, and 2 × ln 3 / 2 / 6, rounded up.
    expect(limits(rows)).toEqual([0.05, 0.1, 0.19])
    // Many rows: the least margins, 0.02 and ln 3 / 20.
    expect(limits({ ...rows, testRows: 100_000 })).toEqual([0.05, 0.02, 0.055])
    // √2 / 6; 2 √(1/2 − 1/π) 12 / 6.
    expect(limits({ ...rows, task: 'regression', classes: null, targetSd: 12 })).toEqual([0.05, 0.24, 1.8])
  })

  it('have margins of the larger of rows and seeds with a pilot, in words that add up', () => {
    const [cap, main, proper] = initialGates({ ...rows, pilot })
    // By scipy.stats: 4 in 5 times the SD of accuracy is below 0.0130 (chi2). Five seeds resolve 0.02247 (nct) and settle a
    // cap of 0.04582 (chi2); for nll, 0.0246 and 0.04247.
    expect(main?.why).toBe(
      'Pilot: validation accuracy 0.95 over 5 seeds; standard error on 36 test rows 0.035; 5 seeds resolve 0.022.',
    )
    expect(main?.text).toContain('margin: 0.035 ')
    expect(proper?.why).toContain('standard error on 36 test rows 0.067; 5 seeds resolve 0.042.')
    expect(cap?.why).toContain('5 seeds settle an SD below 0.046')
    // With many rows, the seeds decide.
    expect(limits({ ...rows, testRows: 1e6, pilot })).toEqual([0.046, 0.023, 0.043, 0.46])
  })

  it('never have a margin of 0', () => {
    const still: Pilot = {
      epochs: 10,
      of: 20,
      usual: 1,
      measured: [
        { metric: 'accuracy', seeds: [1, 1, 1], rowSd: 0 },
        { metric: 'nll', seeds: [0.001, 0.001, 0.001], rowSd: 0 },
      ],
    }
    expect(limits({ ...rows, pilot: still })).toEqual([0.05, 0.028, 0.011, 0.46])
    const [cap, main] = initialGates({ ...rows, pilot: still })
    expect(main?.why).toContain('over 3 seeds (10 of 20 epochs); standard error on 36 test rows 0; no spread over seeds')
    expect(main?.why).toContain('at least one test row')
    expect(cap?.why).toContain('no spread over seeds')
  })

  it('gate on the proper score where accuracy does not vary', () => {
    const [accuracy, nll] = pilot.measured
    if (!accuracy || !nll) throw new Error('the pilot has two metrics')
    const [cap] = initialGates({ ...rows, pilot: { ...pilot, measured: [{ ...accuracy, seeds: [1, 1, 1, 1, 1] }, nll] } })
    expect(cap?.text).toContain('metric: nll')
  })

  it('see a collapse halfway between a guess and the pilot, by a metric that classes of unequal size do not move', () => {
    const collapse = (facts: InitialFacts): string | undefined =>
      initialGates(facts).find(({ text }) => text.startsWith('collapse'))?.text
    expect(collapse({ ...rows, pilot })).toBe(
      'collapse: { metric: balancedAccuracy, split: test, level: 0.64, maxShare: 0.46 }',
    )
    const regression = { ...rows, task: 'regression', classes: null, targetSd: 12 } as const
    expect(collapse({ ...regression, seeds: 10, pilot: { ...pilot, usual: 0.5 } })).toBe(
      'collapse: { metric: r2, split: test, level: 0.25, maxShare: 0.26 }',
    )
    // A model that is hardly better than a guess has no halfway.
    expect(collapse({ ...rows, pilot: { ...pilot, usual: 0.4 } })).toBeUndefined()
    expect(collapse(rows)).toBeUndefined()
  })
})
