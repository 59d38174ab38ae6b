import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, test } from 'vitest'
import planSchema from '../../schema/plan.schema.json' with { type: 'json' }
import schema from '../../schema/tuning.schema.json' with { type: 'json' }
import { gridLevers } from '../../src/stages/regularize/settings.ts'
import { presets } from '../../src/compile/presets/index.ts'
import { activationNames } from '../../src/layers/activations.ts'
import { buckets, leverBuckets, leverNames, optimizerNames, scheduleNames } from '../../src/records/levers.ts'
import { metricNames } from '../../src/records/metrics.ts'
import { stageNames } from '../../src/stages/index.ts'
import { hasType, resolved, typesOf } from '../../src/dsl/fold.ts'
import type { Spec } from '../../src/dsl/tuning.gen.ts'
import { compiled, iris } from '../compile/support.ts'

type Schema = Readonly<Record<string, unknown>>
const root = schema as Schema
const defs = schema.$defs as unknown as Readonly<Record<string, Schema>>

/** Every schema in the file with its path; properties are schemas too. */
function* walk(value: unknown, path = ''): Generator<readonly [string, Schema]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as Schema]
  for (const [key, member] of Object.entries(value))
    if (key !== 'default' && key !== 'examples' && key !== 'enum') yield* walk(member, `${path}/${key}`)
}

const properties = [...walk(schema)].filter(
  ([path]) => /\/properties\/[^/]+$/.test(path) && !/dependentSchemas|^\/(if|then|else)\//.test(path),
)
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: true, allowUnionTypes: true })
ajv.addSchema(schema, 'tuning')

describe('the schema of the spec', () => {
  it('is a valid schema of 2020-12 in strict mode', () => {
    expect(ajv.validateSchema(schema)).toBe(true)
    expect(ajv.validateSchema(planSchema)).toBe(true)
    expect(ajv.getSchema('tuning')).toBeTypeOf('function')
  })

  it.each(properties)('has title, description and default at %s', (_, property) => {
    expect(property['title']).toBeTypeOf('string')
    expect(property['description']).toMatch(/\.$/)
    expect(Object.hasOwn(property, 'default')).toBe(true)
  })

  it.each(properties)('has a default at %s that fits', (path, { default: value, ...property }) => {
    const own = ajv.compile({ ...property, $id: `test:${path}`, $defs: schema.$defs })
    expect(own(value), JSON.stringify(own.errors)).toBe(true)
  })

  it('says which defaults are examples of a setting that has none', () => {
    const isExample = (property: Schema): boolean =>
      JSON.stringify(property['examples']) === JSON.stringify([property['default']])
    const examples = properties.filter(([, property]) => isExample(property))
    // Whoever leaves one of these out must not read that it has a value.
    const marked = examples.map(([path]) => path.split('/').at(-1))
    expect(marked).toEqual(
      expect.arrayContaining(['class', 'target', 'segments', 'classWeights', 'weightColumn', 'missing']),
    )
    const { spec } = compiled(iris)
    for (const key of ['weighting', 'missing', 'categories', 'segments']) expect(spec.data).not.toHaveProperty(key)
  })

  it('allows no other property anywhere', () => {
    const open = [...walk(schema)].filter(
      ([path, s]) => s['type'] === 'object' && s['additionalProperties'] !== false && !path.endsWith('/properties'),
    )
    // Their keys are names that a training script chose; their values have a schema.
    const names = [
      '/$defs/data/properties/scaling',
      '/$defs/data/properties/classWeights/anyOf/1',
      '/$defs/trainer/properties/levers',
      '/$defs/trainer/properties/metrics',
      '/$defs/customLevers',
      '/$defs/grid',
    ]
    expect(open.map(([path]) => path)).toEqual(names)
    expect(open.every(([, s]) => typeof s['additionalProperties'] === 'object')).toBe(true)
  })

  it('has alternatives that differ in their JSON type, so that an error can be told from the one that was meant', () => {
    const choices = [...walk(schema)].filter(([, s]) => Array.isArray(s['anyOf']))
    expect(choices.length).toBeGreaterThan(5)
    for (const [path, choice] of choices) {
      const types = (choice['anyOf'] as Schema[]).flatMap((s) => typesOf(resolved(s, root)))
      for (const sample of ['text', 1, true, null, [], {}]) {
        expect(types.filter((t) => hasType(sample, t)).length, `${path}: ${JSON.stringify(sample)}`).toBeLessThan(2)
      }
      expect(types.length, path).toBeGreaterThan(1)
    }
    expect([...walk(schema)].filter(([, s]) => s['oneOf'] ?? s['allOf'] ?? s['not'])).toEqual([])
  })
})

const names = (of: Schema | undefined): unknown => of?.['enum']
const keys = (of: Schema | undefined): string[] => Object.keys((of?.['properties'] ?? {}) as object)

describe('names in the schemas are those of the program', () => {
  const plan = planSchema.$defs as unknown as Readonly<Record<string, Schema>>
  const stage = defs['stage']?.['anyOf'] as Schema[]

  test.each<[string, unknown, readonly string[]]>([
    ['metrics', names(defs['metric']), metricNames],
    ['activations', names(defs['activation']), activationNames],
    ['optimizers', names(defs['optimizer']), optimizerNames],
    ['schedules', names(defs['schedule']), scheduleNames],
    ['stages', names(stage[0]), stageNames],
    ['stages with settings', keys(stage[1]), stageNames],
    ['buckets', keys(defs['levers']), [...buckets, 'custom']],
    ['levers of the grid', keys(defs['grid']), gridLevers],
    ['presets', schema.properties.preset.enum.slice(1), presets.map(({ name }) => name)],
    ['metrics in a plan', names(plan['metric']), metricNames],
    ['activations in a plan', names(plan['activation']), activationNames],
    ['optimizers in a plan', names(plan['optimizer']), optimizerNames],
    ['schedules in a plan', names(plan['schedule']), scheduleNames],
    ['stages in a plan', names(plan['stageName']), stageNames],
    ['levers in a plan', names((plan['lever']?.['anyOf'] as Schema[] | undefined)?.[0]), leverNames],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected))

  test.each(buckets)('levers of %s', (bucket) => {
    expect(keys(defs[bucket])).toEqual(leverNames.filter((lever) => leverBuckets[lever] === bucket))
  })
})

describe('defaults that the schema tells an editor are those that the compiler fills in', () => {
  const defaultsOf = (name: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries((defs[name]?.['properties'] ?? {}) as Record<string, Schema>).map(([key, p]) => [key, p['default']]),
    )
  const { spec } = compiled(iris)

  it('top level', () => {
    const written: Partial<Record<keyof Spec, unknown>> = {
      seed: spec.seed,
      objective: spec.objective,
      evaluateEvery: spec.evaluateEvery,
      stages: spec.stages.map((s) => s.stage),
      gates: spec.gates,
    }
    for (const [key, value] of Object.entries(written))
      expect(value, key).toEqual((schema.properties as Record<string, { default: unknown }>)[key]?.default)
  })

  it('data', () => {
    const { time, gap, rows, ...split } = defaultsOf('split')
    expect(spec.data.split).toEqual(split)
    expect([time, gap, rows]).toEqual([null, 0, 'vary'])
    const fixed = iris.replace('target: species', 'target: species, split: { rows: fixed }')
    expect(compiled(fixed).spec.data.split.fixed).toBe(true)
    expect(spec.checks).toEqual(defaultsOf('checks'))
    expect(spec.data).toMatchObject({
      header: defaultsOf('data')['header'],
      standardize: defaultsOf('data')['standardize'],
      inputs: { kind: defaultsOf('data')['inputs'] },
    })
  })

  it('levers', () => {
    expect(spec.levers.optimization).toEqual(defaultsOf('optimization'))
    expect(spec.levers.batching).toEqual(defaultsOf('batching'))
    expect(spec.levers.regularization).toEqual(defaultsOf('regularization'))
    const { warmupSteps: _, ...scheduling } = spec.levers.scheduling
    expect({ ...scheduling, warmupSteps: 'auto' }).toEqual(defaultsOf('scheduling'))
  })

  it('augmentation of vision-cnn', () => {
    expect(compiled(`${iris}preset: vision-cnn\n`).spec.augmentation).toEqual(defaultsOf('augmentation'))
  })

  it('stages', () => {
    const [lrRange, batch, regularize, schedule, verify] = spec.stages
    expect(lrRange).toEqual({ stage: 'lr-range', ...defaultsOf('lrRange') })
    expect(batch).toMatchObject({ ...defaultsOf('batch'), recheck: { seeds: 2, backOff: [0.5, 0.2] } })
    const { eta: _withoutEffect, ...defaults } = defaultsOf('regularize')
    expect(regularize).toMatchObject({ ...defaults, grid: expect.any(Array) as unknown })
    expect(schedule).toMatchObject({
      ...defaultsOf('scheduleStage'),
      schedules: ['linear', 'one-cycle', 'step'],
      optimizers: ['sgd'],
    })
    // No early look; the last one, at all seeds, need not be listed.
    expect(verify).toEqual({ stage: 'verify', ...defaultsOf('verify'), looks: [5] })
  })

  it.each([
    'conv2d',
    'depthwiseConv2d',
    'separableConv2d',
    'maxPooling2d',
    'averagePooling2d',
    'dropout',
    'batchNormalization',
    'layerNormalization',
  ])('layer %s', (kind) => {
    const def = kind.endsWith('Pooling2d') ? 'pooling2d' : kind
    const required = Object.fromEntries(
      ([defs[def]?.['required'] ?? []].flat() as string[]).map((key) => [key, defaultsOf(def)[key]]),
    )
    const layers = `[{ ${kind}: ${JSON.stringify(required)} }, flatten, { dense: { units: classes } }]`
    const text = `${iris.split('model:')[0]}model: { layers: ${layers} }\n`
    const layer = compiled(text, {
      fingerprint: 'f',
      rows: { train: 600, validation: 200, test: 200 },
      inputShape: [8, 8, 1],
      classes: ['a', 'b', 'c'],
    }).spec.layers[0]
    const pairs = Object.fromEntries(
      Object.entries(defaultsOf(def)).map(([key, value]) => [key, /Size|strides/.test(key) ? [value, value] : value]),
    )
    expect(layer).toEqual({ kind, ...pairs })
  })
})
