import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { modelWorkload } from '../support/models.ts'
import { normalizeChecks } from '../../src/compile/normalize/data.ts'
import { stemOf } from '../../src/data/formats/index.ts'
import { presetFor } from '../../src/compile/presets/index.ts'
import { inspect } from '../../src/data/inspect.ts'
import { renderSpec, type InitOptions } from '../../src/dsl/init.ts'
import { initialGates } from '../../src/gates/initial.ts'
import { judge } from '../../src/gates/judge.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import { initialStages } from '../../src/stages/index.ts'
import { defaultSeeds } from '../../src/stages/verify.ts'
import { compiled, dataFacts } from '../compile/support.ts'

const gates = initialGates({
  task: 'regression',
  testRows: 200,
  classes: null,
  targetSd: 3,
  seeds: defaultSeeds,
  pilot: null,
})
const table: InitOptions = {
  source: 'data/houses.csv',
  stem: stemOf('data/houses.csv'),
  header: true,
  trainRows: 600,
  target: 'price',
  task: 'regression',
  preset: 'tabular-mlp',
  imageShape: null,
  scale: null,
  text: null,
  stages: initialStages,
  checks: normalizeChecks(),
  gates,
  missingWords: [],
  columns: [
    { name: 'area', type: 'numeric', missing: 0 },
    { name: 'heating', type: 'categorical', missing: 0 },
    { name: 'id', type: 'identifier', missing: 0 },
    { name: 'price', type: 'numeric', missing: 0 },
  ],
}
const classGates = initialGates({
  task: 'classification',
  testRows: 36,
  classes: 3,
  targetSd: null,
  seeds: defaultSeeds,
  pilot: null,
})
const classes: InitOptions = { ...table, task: 'classification', gates: classGates }
const facts = (shape: readonly number[], classes: readonly string[] | null, train = 600) =>
  dataFacts({ rows: [train, 200, 200], inputShape: shape, classes })

describe('a spec that init writes', () => {
  it('names the files of data that are split already, and shares for parts without one', () => {
    const text = renderSpec({ ...table, source: 'train.csv', files: { validation: 'val.csv', test: 'test.csv' } })
    const { data } = compiled(text, facts([5], null)).spec
    expect([data.source, data.files]).toEqual(['train.csv', { validation: 'val.csv', test: 'test.csv' }])
    expect(text).not.toMatch(/^ {2}split:/m)
    expect(renderSpec({ ...table, source: 'a.csv', files: { test: 'b.csv' } })).toMatch(
      /^ {2}split: \{ validation: 0.2, stratify/m,
    )
  })

  it('fills in missing inputs, and says where', () => {
    const columns = [
      { name: 'area', type: 'numeric', missing: 12 },
      { name: 'heating', type: 'categorical', missing: 3 },
      { name: 'id', type: 'identifier', missing: 9 },
      { name: 'price', type: 'numeric', missing: 0 },
    ] as const
    const text = renderSpec({ ...table, columns, missingWords: ['-', 'n.a.'] })
    expect(text).toMatch(/^ {2}# Missing in area \(12\), heating \(3\): filled in/m)
    const { spec } = compiled(text, facts([5], null))
    expect(spec.data.missing).toEqual({ strategy: 'indicator', values: ['-', 'n.a.'], fill: 0 })
    expect(compiled(renderSpec(table), facts([5], null)).spec.data.missing).toBeUndefined()
  })

  it('compiles without a warning, and names what was seen', () => {
    const text = renderSpec(table)
    const { spec, warnings } = compiled(text, facts([5], null))
    expect(warnings).toEqual([])
    expect(spec).toMatchObject({
      name: 'houses',
      task: 'regression',
      preset: 'tabular-mlp',
      data: { source: 'data/houses.csv', target: 'price', header: true },
    })
    expect(spec.gates.map((g) => 'metric' in g && g.metric)).toEqual(['r2', 'r2', 'mae'])
    expect(text).toContain('1 numeric, 1 categorical, 1 left out')
  })

  it('says how one column lists labels', () => {
    const labels = { separator: '|', minRows: 10 }
    const gates = [{ why: 'Because.', text: 'threshold: { metric: microF1, split: test, min: 0.5 }' }]
    const text = renderSpec({ ...table, task: 'multi-label', target: 'tags', labels, gates })
    expect(text).toContain('  target: { labels: tags, separator: "|", minRows: 10 }\n')
    const { data } = compiled(text, { ...facts([5], null), targets: ['a', 'b'] }).spec
    expect(data).toMatchObject({ target: 'tags', labels })
    const lists = renderSpec({
      ...table,
      task: 'multi-label',
      target: 'tags',
      labels: { separator: null, minRows: 1 },
      gates: [],
    })
    expect(lists).toContain('  target: { labels: tags }\n')
  })

  it('has convolutions for images, and pools where there is room', () => {
    const pixels = renderSpec({
      ...classes,
      imageShape: [8, 8, 1],
      scale: 1 / 16,
      target: '64',
      header: false,
      schema: '../../schema/tuning.schema.json',
    })
    const { spec } = compiled(pixels, facts([8, 8, 1], ['0', '1']))
    expect(spec.layers.map((l) => l.kind)).toEqual(['conv2d', 'maxPooling2d', 'flatten', 'dense', 'dropout', 'dense'])
    expect(spec.data).toMatchObject({ target: '64', inputs: { kind: 'array', shape: [8, 8, 1], scale: 0.0625 } })
    expect(
      compiled(renderSpec({ ...classes, imageShape: [3, 3, 1], scale: 1 }), facts([3, 3, 1], ['0', '1'])).spec.layers,
    ).toHaveLength(5)
    expect(
      compiled(renderSpec({ ...classes, imageShape: [20], scale: 1 }), facts([20], ['0', '1'])).spec.layers[0]?.kind,
    ).toBe('flatten')
  })

  it('has gates that see a winner that is certain where it is wrong', () => {
    const { plan } = compiled(renderSpec(classes), facts([5], ['a', 'b', 'c']))
    const seed = (i: number, nll: number): LockedSeed => {
      const metrics = { accuracy: 0.95 + 0.01 * (i % 3), nll: nll * (1 + i / 50) }
      return { seed: i, status: 'complete', validation: metrics, test: metrics, weights: `${i} ${nll}` }
    }
    const side = (nll: number): LockedSeed[] => Array.from({ length: defaultSeeds }, (_, i) => seed(i, nll))
    const verdict = (nll: number) =>
      judge(plan.gates, {
        candidate: side(nll),
        baseline: { source: 'the declared levers', runs: side(0.2), notes: [] },
        missingBaselineReason: null,
      })
    expect(verdict(0.21).status).toBe('pass')
    // The same accuracies: what passed the gates of earlier versions.
    expect(verdict(150).gates.map(({ rule, status }) => [rule.gate, status])).toEqual([
      ['seed-variance', 'pass'],
      ['regression', 'pass'],
      ['calibration', 'fail'],
    ])
  })

  it('says how each limit was chosen, in lines that fit', () => {
    const lines = renderSpec(classes).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
    const found = lines.slice(lines.findIndex((line) => line.startsWith('gates:')))
    for (const [i, line] of found.entries()) if (/^ {2}- /.test(line)) expect(found[i - 1]).toMatch(/^ {2}# /)
  })

  it('reads a column of texts with a bag of embeddings, and learns slower the more rows there are', () => {
    const of = (rows: number) => {
      const trainRows = Math.floor(rows * 0.6)
      const text = renderSpec({ ...classes, trainRows, preset: 'text', text: { column: 'what: they, say', length: 48 } })
      return compiled(text, { ...facts([48], ['a', 'b'], trainRows), vocabulary: 900 })
    }
    const { spec, plan, warnings } = of(3000)
    expect(warnings).toEqual([])
    expect(spec.data.inputs).toEqual({
      kind: 'text',
      column: 'what: they, say',
      tokenizer: 'word',
      vocabulary: 10_000,
      length: 48,
    })
    expect(plan.workload.parameters).toBe(900 * 64 + 64 * 2 + 2)
    expect([300, 3000, 6000, 10_000, 1e6].map((rows) => of(rows).spec.levers.optimization.learningRate)).toEqual([
      0.005, 0.0015, 0.001, 0.001, 0.0005,
    ])
  })

  it('puts columns beside a text behind its ids, but not the times that split the rows', () => {
    const column = (name: string, missing: number) => ({ name, type: 'numeric' as const, missing })
    const text = renderSpec({
      ...classes,
      preset: 'text',
      columns: [column('price', 3), column('sold', 0), column('other', 5)],
      text: { column: 'review', length: 48, columns: { numeric: ['price', 'sold'], categorical: ['brand: any'] } },
      time: { column: 'sold', why: 'rows change' },
    })
    const { spec, plan, warnings } = compiled(text, { ...facts([51], ['a', 'b']), vocabulary: 900, tokens: 48 })
    expect(warnings).toEqual([])
    expect(spec.data.inputs).toMatchObject({ length: 48, columns: { numeric: ['price'], categorical: ['brand: any'] } })
    expect([spec.data.missing?.strategy, spec.data.standardize]).toEqual(['indicator', true])
    expect(text).toContain('# Missing in price (3): filled in')
    expect(modelWorkload(plan.workload).layers[0]).toMatchObject({ kind: 'embeddingBag', inputDim: 900, tokens: 48 })
    // 8 numbers for the text and 3 for the columns.
    expect(plan.workload.parameters).toBe(900 * 8 + (11 * 64 + 64) + (64 * 64 + 64) + (64 * 2 + 2))
  })

  it('marks guesses', () => {
    const text = renderSpec({ ...classes, target: null, task: null })
    expect(compiled(text, facts([5], ['a', 'b'])).spec).toMatchObject({ task: 'classification', data: { target: '-1' } })
    expect(text.match(/a guess/g)).toHaveLength(2)
  })

  test.each([
    'no',
    'true',
    '1e3',
    'a: b',
    '- x',
    '#hash',
    '"quoted"',
    "it's",
    'über größe',
    '*star',
    '&and',
    '!bang',
    'tab\there',
    'line\nbreak',
    '{x}',
    '日本',
    '',
    ' ',
    '\u0000',
    '\u2028',
    '\\',
    '<<',
    '0x1F',
  ])('keeps the column %j and the file of that name', (name) => {
    const { spec } = compiled(
      renderSpec({ ...table, target: name === '' ? 'x' : name, source: `${name.replace(/[\0/\\]/g, '')}.csv`, stem: name }),
      facts([5], null),
    )
    expect(spec.data.target).toBe(name === '' ? 'x' : name)
    expect(spec.data.source).toBe(`${name.replace(/[\0/\\]/g, '')}.csv`)
  })

  test.each([2, 5, 10, 30, 100, 178, 1797, 1e6])('has a batch that fits %d rows', (rows) => {
    const train = Math.max(1, Math.floor(rows * 0.6))
    const { plan } = compiled(renderSpec({ ...table, trainRows: rows * 0.6 }), facts([5], null, train))
    expect(plan.baseline.batching.batchSize).toBeLessThanOrEqual(train)
  })

  test.each([
    ['digits/digits.csv.gz', [8, 8, 1], 10],
    ['wine/wine.csv', [13], 3],
  ] as const)('of the example %s compiles', async (file, shape, classes) => {
    const summary = await inspect(join(import.meta.dirname, '../../examples', file))
    const { spec } = compiled(
      renderSpec({
        ...summary,
        source: file.split('/')[1] ?? '',
        trainRows: summary.rows * 0.6,
        checks: normalizeChecks(),
        gates: classGates,
        stages: initialStages,
        preset: presetFor({ tokens: false, text: summary.text !== null, images: summary.imageShape !== null }).name,
      }),
      facts(
        shape,
        Array.from({ length: classes }, (_, i) => String(i)),
      ),
    )
    expect(spec.task).toBe('classification')
    expect(spec.preset).toBe(shape.length === 3 ? 'vision-cnn' : 'tabular-mlp')
  })
})
