import { describe, expect, test } from 'vitest'
import type { SubsetRequest } from '../../src/records/subsets.ts'
import { classMetric } from '../../src/train/class-metrics.ts'
import type { RunContext } from '../../src/train/context.ts'
import { subsetMetrics } from '../../src/train/subset-metrics.ts'
import cases from './fixtures/classes.json' with { type: 'json' }

type Case = (typeof cases)[number]

const names = ['recall', 'precision', 'f1', 'nll', 'auroc', 'averagePrecision'] as const

describe.each(cases.map((one) => [one.name, one] as const))(
  'metrics of one class are those of scikit-learn: %s',
  (_, one) => {
    const of = { outputs: Float64Array.from(one.outputs), targets: Float32Array.from(one.labels), width: one.width }

    test.each(names)('%s', (name) => {
      for (const [label, known] of one.classes.entries()) expect(classMetric(name, of, label)).toBeCloseTo(known[name], 10)
    })
  },
)

test('a class that no row has, or every row, has no score that compares them', () => {
  const of = { outputs: Float64Array.from([1, 0, 0, 1]), targets: Float32Array.from([0, 0]), width: 2 }
  for (const name of ['recall', 'nll', 'f1', 'auroc'] as const) expect(classMetric(name, of, 1), name).toBeUndefined()
  expect(classMetric('auroc', of, 0)).toBeUndefined()
  expect(classMetric('precision', of, 1)).toBe(0)
})

/** All rows of a case as test rows, and the first few as validation rows. */
function measured(one: Case, subsets: readonly SubsetRequest[], more: Partial<RunContext['data']> = {}) {
  const rows = Int32Array.from(one.labels.keys())
  const levels = Array.from({ length: one.segments }, (_, i) => `s${i}`)
  const data = {
    inputs: new Float32Array(rows.length),
    inputShape: [1],
    targets: Float32Array.from(one.labels),
    targetScale: null,
    splits: { train: rows, validation: rows.subarray(0, 10), test: rows },
    rowsVary: true,
    segments: [{ name: 'site', levels: [...levels, 'elsewhere'], codes: Int32Array.from(one.codes) }],
    ...more,
  }
  const classes = Array.from({ length: one.width }, (_, k) => `c${k}`)
  const context = { data, workload: { task: 'classification', data: { classes }, subsets } } as unknown as RunContext
  const outputs = Float32Array.from(one.outputs)
  const validation = { outputs: outputs.subarray(0, 10 * one.width), rows: data.splits.validation }
  return subsetMetrics(context, validation, { outputs, rows })
}

describe.each(cases.map((one) => [one.name, one] as const))('subsets: %s', (_, one) => {
  test('segments, each with the metrics that gates name of it, once', () => {
    const found = measured(one, [
      { metric: 'accuracy', segments: ['site'] },
      { metric: 'nll', segments: ['site'] },
    ])
    expect(found.map(({ segment }) => segment?.level)).toEqual([...one.bySegment.map((_, i) => `s${i}`), 'elsewhere'])
    for (const [i, known] of one.bySegment.entries()) {
      expect(found[i]?.rows.test).toBe(known.rows)
      expect(found[i]?.test?.accuracy).toBeCloseTo(known.accuracy, 5)
      expect(found[i]?.test?.nll).toBeCloseTo(known.nll, 5)
      expect(found[i]?.testRows?.accuracy).toHaveLength(Math.min(20, known.rows))
    }
  })

  test('a segment without rows has no values', () => {
    const empty = measured(one, [{ metric: 'accuracy', segments: ['site'] }]).at(-1)
    expect(empty).toEqual({
      segment: { column: 'site', level: 'elsewhere' },
      rows: { validation: 0, test: 0 },
      validation: {},
      test: {},
    })
  })

  test('classes, and classes within segments', () => {
    const found = measured(
      one,
      names.flatMap((metric) => [
        { metric, class: 'c1' },
        { metric, class: 'c1', segments: ['site'] },
      ]),
    )
    for (const name of names) {
      expect(found[0]?.test?.[name]).toBeCloseTo(one.classes[1]?.[name] ?? NaN, 5)
      for (const [i, known] of one.bySegment.entries())
        expect(found[1 + i]?.test?.[name]).toBeCloseTo(known.classes[1]?.[name] ?? NaN, 5)
    }
    expect(found[0]?.rows.test).toBe(one.classes[1]?.rows)
  })

  test('groups of rows of a class average to its recall', () => {
    const [found] = measured(one, [{ metric: 'recall', class: 'c0' }])
    const rows = found?.testRows?.recall ?? []
    expect(rows.reduce((sum, value) => sum + value / rows.length, 0)).toBeCloseTo(found?.test?.recall ?? NaN, 2)
  })

  test('rows that are fixed have no groups, and rows of few clusters count as few', () => {
    const request = [{ metric: 'accuracy', segments: ['site'] }] as const
    expect(measured(one, request, { rowsVary: false }).every(({ testRows }) => testRows === undefined)).toBe(true)
    const clusters = Int32Array.from(one.labels.keys(), (row) => row % 2)
    const [clustered] = measured(one, request, { clusters })
    expect(clustered?.groups).toBe(2)
    expect(clustered?.testRows).toBeUndefined()
  })
})

test('equal answers do not define a metric that compares them', () => {
  const [one] = cases
  if (!one) throw new Error('no case')
  const same = { ...one, labels: one.labels.map(() => 0) }
  const [found] = measured(same, [{ metric: 'auroc', segments: ['site'] }])
  expect(found?.test).toEqual({})
})

describe('segments of rows with several labels', () => {
  const metrics = ['worstRecall', 'f1', 'microF1', 'auroc', 'averagePrecision', 'subsetAccuracy'] as const
  /** Eight rows with two labels, in two segments; the model is right about each. */
  const of = (answers: readonly (readonly [number, number])[]) => {
    const rows = Int32Array.from(answers.keys())
    const targets = Float32Array.from(answers.flat())
    const data = {
      inputs: new Float32Array(rows.length),
      inputShape: [1],
      targets,
      targetScale: null,
      splits: { train: rows, validation: rows, test: rows },
      segments: [{ name: 'site', levels: ['A', 'B'], codes: Int32Array.from(rows, (row) => (row < 4 ? 0 : 1)) }],
    }
    const subsets: SubsetRequest[] = metrics.map((metric) => ({ metric, segments: ['site'] }))
    const workload = { task: 'multi-label', data: { classes: null, targets: ['x', 'y'] }, subsets }
    const predicted = { outputs: targets.map((target) => (target === 1 ? 2 : -2)), rows }
    return subsetMetrics({ data, workload } as unknown as RunContext, predicted, predicted)
  }
  const mixed = [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 0],
  ] as const

  test('count the rows of the rarest label, so that metrics that rank can be judged', () => {
    const [first, other] = of([...mixed, [1, 0], [0, 1], [0, 0], [0, 0]])
    expect([first?.rarer, other?.rarer]).toEqual([1, 1])
    expect(first?.test).toEqual({ worstRecall: 1, f1: 1, microF1: 1, auroc: 1, averagePrecision: 1, subsetAccuracy: 1 })
  })

  test('have no score of labels that none of the rows has', () => {
    const [, none] = of([...mixed, [0, 0], [0, 0], [0, 0], [0, 0]])
    expect(none?.test).toEqual({ subsetAccuracy: 1 })
    expect(none?.rarer).toBe(0)
    // Each label is the same in all rows, and the two differ.
    const [, alike] = of([...mixed, [1, 0], [1, 0], [1, 0], [1, 0]])
    expect(Object.keys(alike?.test ?? {}).sort()).toEqual(['f1', 'microF1', 'subsetAccuracy', 'worstRecall'])
  })
})
