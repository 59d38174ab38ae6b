import { describe, expect, it, test } from 'vitest'
import type { AnyStageSettings } from '../../src/stages/index.ts'
import { compiled, dataFacts, iris, type Compiled } from './support.ts'

const withLayers = (layers: string, rest = ''): string => `${iris.split('model:')[0]}model: { layers: ${layers} }\n${rest}`
const image = dataFacts({ rows: [600, 200, 200], inputShape: [8, 8, 1], classes: ['a', 'b', 'c'] })
const tokens = dataFacts({ rows: [6000, 200, 200], inputShape: [12], classes: ['a', 'b', 'c'] })
const numbers = dataFacts({ rows: [600, 200, 200], inputShape: [4], classes: null })

function stage<S extends AnyStageSettings['stage']>({ spec }: Compiled, name: S): Extract<AnyStageSettings, { stage: S }> {
  const found = spec.stages.find((s) => s.stage === name)
  if (!found) throw new Error(`no stage ${name}`)
  return found as Extract<AnyStageSettings, { stage: S }>
}
const grid = (c: Compiled): Record<string, readonly unknown[]> =>
  Object.fromEntries(stage(c, 'regularize').grid.map((a) => [a.lever, a.values]))

describe('preparation of inputs', () => {
  it('is silent where the spec is, so that fingerprints stay', () => {
    const { data } = compiled(iris).spec
    expect(Object.keys(data)).not.toContain('missing')
    expect(Object.keys(data)).not.toContain('categories')
    expect(Object.keys(data)).not.toContain('scaling')
  })

  it('has its defaults', () => {
    const keys = 'missing: { values: [-999] }, categories: {}, scaling: { sepal: none, 2: standardize }'
    const { data } = compiled(iris.replace('target: species', `target: species, ${keys}`)).spec
    expect(data).toMatchObject({
      missing: { strategy: 'indicator', values: ['-999'], fill: 0 },
      categories: { minRows: 10 },
      scaling: { sepal: false, 2: true },
    })
  })
})

describe('metrics on request', () => {
  it('are part of the workload if the objective or a gate names them, and otherwise leave no trace', () => {
    expect(Object.keys(compiled(iris).plan.workload)).not.toContain('requested')
    const gates = 'gates: [threshold: { metric: worstRecall, min: 0.5 }, threshold: { metric: nll, max: 2 }]'
    const { workload } = compiled(`${iris}objective: auroc\n${gates}\n`).plan
    expect(workload).toMatchObject({ objective: 'auroc', requested: ['auroc', 'worstRecall'] })
  })
})

describe('presets', () => {
  test.each([
    [
      'vision-cnn',
      { weightDecay: [0.01, 0.1, 0.5], dropout: [0, 0.1, 0.2], labelSmoothing: [0, 0.1], augmentation: [0, 0.5, 1] },
    ],
    ['text-transformer', { weightDecay: [0.01, 0.1, 0.5], dropout: [0, 0.05, 0.1], labelSmoothing: [0, 0.1] }],
    [
      'tabular-mlp',
      { weightDecay: [0.01, 0.1, 0.5], dropout: [0.1, 0.25, 0.4], labelSmoothing: [0, 0.1], augmentation: [0, 1] },
    ],
  ])('%s has its grid, in which its search looks', (preset, expected) => {
    expect(grid(compiled(`${iris}preset: ${preset}\n`))).toEqual(expected)
  })

  it('is chosen by what the model reads where the spec does not say', () => {
    expect(compiled(iris).spec.preset).toBe('tabular-mlp')
    const images = iris
      .replace('target: species', 'target: species, inputs: { shape: [8, 8, 1] }')
      .replace('[{', '[flatten, {')
    expect(compiled(images, image).spec.preset).toBe('vision-cnn')
    expect(
      compiled(
        withLayers('[{ embedding: { inputDim: 9, outputDim: 4 } }, globalAveragePooling1d, { dense: { units: classes } }]'),
        tokens,
      ).spec.preset,
    ).toBe('text-transformer')
  })

  it('gives way to the baseline: its own value takes the place of the nearest', () => {
    const own = compiled(`${iris}levers: { regularization: { weightDecay: 0.03, dropout: 0.5 } }\n`)
    expect(grid(own)).toMatchObject({ weightDecay: [0.03, 0.1, 0.5], dropout: [0.1, 0.25, 0.5] })
  })

  it('leaves out what moves nothing: dropout without a layer, smoothing of numbers, noise on raw inputs', () => {
    expect(Object.keys(grid(compiled(withLayers('[{ dense: { units: classes } }]'))))).toEqual([
      'weightDecay',
      'labelSmoothing',
      'augmentation',
    ])
    expect(Object.keys(grid(compiled(iris.replace('classification', 'regression'), numbers)))).toEqual([
      'weightDecay',
      'dropout',
      'augmentation',
    ])
    expect(Object.keys(grid(compiled(iris.replace('target: species', 'target: species, standardize: false'))))).toEqual([
      'weightDecay',
      'dropout',
      'labelSmoothing',
    ])
    // Robust scaling is scaling: noise of a tenth of the distance between quartiles means something.
    const robust = compiled(iris.replace('target: species', 'target: species, standardize: robust'))
    expect(robust.spec.data.standardize).toBe('robust')
    expect(Object.keys(grid(robust))).toContain('augmentation')
  })
})

describe('a grid of the spec', () => {
  it("keeps all its values, ascending, and the baseline's own among them", () => {
    expect(grid(compiled(`${iris}stages: [{ regularize: { grid: { dropout: [0.5, 0.3] } } }]\n`))).toEqual({
      dropout: [0.1, 0.3, 0.5],
    })
  })
})

describe('levers', () => {
  it('dropout is 0 where no layer takes it, 0.1 where one does', () => {
    expect(compiled(iris).spec.levers.regularization.dropout).toBe(0.1)
    expect(
      compiled(withLayers('[{ dropout: { rate: 0.5 } }, { dense: { units: classes } }]')).spec.levers.regularization.dropout,
    ).toBe(0)
  })
  it('a warmup left to the preset is a share of the run, never more than half of it', () => {
    expect(compiled(iris).plan.baseline.scheduling.warmupSteps).toBe(9)
    const text = withLayers(
      '[{ embedding: { inputDim: 9, outputDim: 4 } }, globalAveragePooling1d, { dense: { units: classes } }]',
    )
    expect(compiled(text, tokens).plan.baseline.scheduling.warmupSteps).toBe(186)
    expect(compiled(`${text}levers: { scheduling: { epochs: 2 } }\n`, tokens).plan.baseline.scheduling.warmupSteps).toBe(93)
    expect(compiled(`${text}levers: { scheduling: { epochs: 200 } }\n`, tokens).plan.baseline.scheduling.warmupSteps).toBe(
      1000,
    )
  })
  it('a clip norm of null is kept, and so is 0 for the seed', () => {
    const { spec } = compiled(`${iris}seed: 0\nlevers: { scheduling: { clipNorm: null } }\n`)
    expect([spec.levers.scheduling.clipNorm, spec.seed, spec.data.split.seed]).toEqual([null, 0, 0])
  })
})

describe('stages', () => {
  it('the recheck takes the range of lr-range, but fewer seeds and shares', () => {
    const c = compiled(`${iris}stages: [{ lr-range: { from: 0.001, steps: 100, seeds: 7 } }, batch]\n`)
    expect(stage(c, 'batch').recheck).toMatchObject({ from: 0.001, to: 10, steps: 100, seeds: 2, backOff: [0.5, 0.2] })
    expect(stage(compiled(`${iris}stages: [{ batch: { recheck: false } }]\n`), 'batch').recheck).toBeNull()
  })
  it('compare every optimizer that the spec lists', () => {
    const optimizers = (own: string) =>
      compiled(`${iris}levers: { optimization: { optimizer: ${own} } }
stages: [schedule: { optimizers: [adamw, nadamw, adam, sgd] }]
`)
    expect(stage(optimizers('adamw'), 'schedule')).toMatchObject({ optimizers: ['nadamw', 'adam', 'sgd'] })
    expect(stage(optimizers('nadamw'), 'schedule')).toMatchObject({ optimizers: ['adamw', 'adam', 'sgd'] })
  })

  it("do not compare the incumbent's schedule and optimizer with themselves", () => {
    const c = compiled(`${iris}levers: { optimization: { optimizer: sgd }, scheduling: { schedule: step } }\n`)
    expect(stage(c, 'schedule')).toMatchObject({ schedules: ['cosine', 'linear', 'one-cycle'], optimizers: ['adamw'] })
  })
})

describe('warnings', () => {
  const codes = (c: Compiled): string[] => c.warnings.map((w) => `${w.code} ${w.at?.line}:${w.at?.column}`)
  it('are few: a plain spec has none', () => expect(codes(compiled(iris))).toEqual([]))
  it('name a dropout lever without a layer', () => {
    expect(
      codes(compiled(withLayers('[{ dense: { units: classes } }]', 'levers: { regularization: { dropout: 0.2 } }\n'))),
    ).toEqual(['spec/lever-without-effect 6:38'])
  })
  it('name augmentation that changes nothing', () => {
    expect(
      codes(compiled(`${iris}augmentation: { noise: 0 }\nlevers: { regularization: { augmentation: 0.5 } }\n`)),
    ).toEqual(['spec/lever-without-effect 7:43'])
  })
  it('name gates that one seed cannot decide', () => {
    expect(
      codes(compiled(`${iris}stages: [{ verify: { seeds: 1 } }]\ngates: [{ threshold: { metric: accuracy, min: 0.9 } }]\n`)),
    ).toEqual(['spec/too-few-seeds 6:29'])
  })
  it('name stages that one seed cannot move', () => {
    const stages = 'stages: [{ lr-range: { confirmSeeds: 1 } }, { regularize: { seeds: 1 } }, { schedule: { seeds: 2 } }]'
    expect(codes(compiled(`${iris}${stages}\n`))).toEqual(['spec/too-few-seeds 6:38', 'spec/too-few-seeds 6:68'])
  })
  it('name a budget below what the stages may ask for', () => {
    expect(codes(compiled(`${iris}budget: { trials: 70 }\n`))).toEqual(['spec/over-budget 6:19'])
  })
})
