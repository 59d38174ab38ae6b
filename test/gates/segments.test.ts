import { describe, expect, it, test } from 'vitest'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { judge } from '../../src/gates/judge.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import type { SubsetMetrics } from '../../src/records/subsets.ts'
import { mean } from '../../src/stats/describe.ts'
import { evidence } from './evidence.ts'
import cases from './fixtures/segments.json' with { type: 'json' }

type Case = (typeof cases)[number]

const rule = (limit: number, more: Partial<AnyGateRule> = {}): AnyGateRule =>
  ({
    gate: 'threshold',
    metric: 'accuracy',
    split: 'test',
    min: limit,
    max: null,
    onInconclusive: 'fail',
    segments: ['site'],
    minRows: 20,
    ...more,
  }) as AnyGateRule

interface Part {
  readonly rows: number
  readonly values: readonly number[]
  readonly groups?: readonly (readonly number[])[]
  readonly of?: Partial<SubsetMetrics>
}

/** Seeds with these parts as segments of the column `site`. */
function seedsOn(parts: readonly Part[], side = 'candidate'): LockedSeed[] {
  const count = parts[0]?.values.length ?? 0
  return Array.from({ length: count }, (_, i) => ({
    seed: 100 + i,
    status: 'complete',
    validation: { accuracy: 0.9 },
    test: { accuracy: mean(parts.map(({ values }) => values[i] ?? NaN)) },
    testRows: { accuracy: [0.9, 0.9, 0.9] },
    weights: `${side} ${i}`,
    subsets: parts.map(({ rows, values, groups, of }, k) => ({
      segment: { column: 'site', level: `s${k}` },
      rows: { validation: 5, test: rows },
      validation: {},
      test: { accuracy: values[i] ?? NaN },
      ...(groups ? { testRows: { accuracy: groups[i] ?? [] } } : {}),
      ...of,
    })),
  }))
}

const partsOf = ({ segments }: Case): Part[] => segments.map(({ rows, seeds, groups }) => ({ rows, values: seeds, groups }))

function gateOf(...[of, ...sides]: [AnyGateRule, ...Parameters<typeof evidence>]) {
  const verdict = judge([of], evidence(...sides))
  const [gate] = verdict.gates
  if (!gate) throw new Error('no gate')
  return { ...gate, overall: verdict.status }
}

describe('gates on segments agree with SciPy', () => {
  it.each(cases.map((one, i) => [i, one.status, one] as const))('case %i: %s', (_i, status, one) => {
    const gate = gateOf(rule(one.limit), seedsOn(partsOf(one)))
    expect(gate.status).toBe(status)
    expect(gate.estimate?.value).toBeCloseTo(one.value, 10)
    expect(gate.estimate?.lower).toBeCloseTo(one.lower, 6)
    expect(gate.estimate?.upper).toBeCloseTo(one.upper, 6)
    for (const [k, known] of one.segments.entries()) {
      const found = gate.segments?.[k]
      expect([found?.level, found?.rows, found?.status]).toEqual([`s${k}`, known.rows, known.status])
      expect(found?.estimate?.lower).toBeCloseTo(known.lower, 6)
      expect(found?.estimate?.upper).toBeCloseTo(known.upper, 6)
    }
  })
})

const values = [0.91, 0.92, 0.9, 0.93, 0.91]
const groups = values.map((value) => Array.from({ length: 20 }, (_, g) => value + (g % 2 === 0 ? 0.02 : -0.02)))
const good: Part = { rows: 400, values, groups }
const less = (by: number, rows = 400): Part => ({
  rows,
  values: values.map((v) => v - by),
  groups: groups.map((own) => own.map((v) => v - by)),
})

describe('a gate on segments', () => {
  test('names the worst segment, its rows and its interval', () => {
    const gate = gateOf(rule(0.8), seedsOn([good, less(0.05), good]))
    expect(gate.status).toBe('pass')
    expect(gate.sentence).toMatch(/^All 3 segments pass\. The worst is site "s1", with 400 test rows\. Mean test accuracy/)
    expect(gate.asks).toContain('in each segment of site')
  })

  test('fails for one bad segment that the mean over all rows hides', () => {
    const parts = [good, good, good, less(0.3)]
    expect(gateOf(rule(0.8, { segments: undefined } as Partial<AnyGateRule>), seedsOn(parts)).status).toBe('pass')
    const gate = gateOf(rule(0.8), seedsOn(parts))
    expect(gate.status).toBe('fail')
    expect(gate.sentence).toContain('1 of 4 segments fail: site "s3"')
  })

  test('never passes over a segment that is too small, and names it', () => {
    const gate = gateOf(rule(0.8), seedsOn([good, less(0, 19)]))
    expect(gate.status).toBe('inconclusive')
    expect(gate.blocks).toBe(true)
    expect(gate.sentence).toContain('Not judged: site "s1" (19 test rows); a segment needs 20 test rows.')
    expect(gate.change).toBeNull()
    expect(gate.segments?.at(-1)).toMatchObject({ level: 's1', status: 'not-judged', estimate: null })
  })

  test('fails for a bad segment beside one that is too small', () => {
    expect(gateOf(rule(0.8), seedsOn([less(0.3), less(0, 3)])).status).toBe('fail')
  })

  test('is not excused if every segment is too small', () => {
    const gate = gateOf(rule(0.8, { onInconclusive: 'pass' }), seedsOn([less(0, 5), less(0, 6)]))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
  })

  test('counts groups that stay together, not their rows', () => {
    const gate = gateOf(rule(0.8), seedsOn([good, { ...good, of: { groups: 7 } }]))
    expect(gate.sentence).toContain('site "s1" (400 test rows in 7 groups)')
    expect(gate.status).toBe('inconclusive')
  })

  test('does not pass on rows that do not show how much the metric depends on them', () => {
    const { groups: _, ...alone } = good
    const gate = gateOf(rule(0.8), seedsOn([good, alone]))
    expect(gate.status).toBe('inconclusive')
    expect(gate.sentence).toContain('do not show how much it depends on them')
  })

  test('says so if runs have no segments', () => {
    const gate = gateOf(
      rule(0.8),
      seedsOn([good]).map(({ subsets: _, ...seed }) => seed),
    )
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain('no values of the segments')
  })

  const on = (column: string, level: string, share = 0.91, rows = 400): SubsetMetrics => ({
    segment: { column, level },
    rows: { validation: 5, test: rows },
    validation: {},
    test: { accuracy: share },
    testRows: { accuracy: Array.from({ length: 20 }, (_, g) => share + (g % 2 === 0 ? 0.02 : -0.02)) },
  })
  const withSubsets = (of: (seed: number) => readonly SubsetMetrics[]): LockedSeed[] =>
    seedsOn([good]).map((seed, i) => ({ ...seed, subsets: of(i) }))
  const two = { segments: ['site', 'sex'] } as Partial<AnyGateRule>
  const both = (i: number): SubsetMetrics[] => [on('site', 'A', 0.91 + i / 1000), on('sex', 'f', 0.92 + i / 1000)]

  test.each<[string, (seed: number) => readonly SubsetMetrics[], RegExp]>([
    ['a column that no seed has', (i) => both(i).slice(0, 1), /no segments of sex/],
    ['a column that the first seed lacks', (i) => both(i).slice(0, i === 0 ? 1 : 2), /seed 100 has no segments of sex/],
    [
      'a segment that the first seed lacks',
      (i) => [...both(i), ...(i === 0 ? [] : [on('sex', 'm', 0.1)])],
      /seeds 100 and 101 do not have the same rows in sex "m"/,
    ],
    [
      'a segment with other rows in another seed',
      (i) => [...both(i).slice(0, 1), on('sex', 'f', 0.92, i === 3 ? 5 : 400)],
      /seeds 100 and 103 do not have the same rows in sex "f"/,
    ],
    ['a segment that a seed has twice', (i) => [...both(i), on('sex', 'f', 0.1)], /sex "f" twice/],
  ])('measures nothing with %s', (_, of, words) => {
    expect(gateOf(rule(0.8, two), withSubsets(both)).status).toBe('pass')
    const gate = gateOf(rule(0.8, { ...two, onInconclusive: 'pass' }), withSubsets(of))
    expect([gate.status, gate.blocks, gate.estimate]).toEqual(['inconclusive', true, null])
    expect(gate.sentence).toMatch(words)
  })

  test('is not excused from a segment that is not judged', () => {
    const excused = rule(0.8, { onInconclusive: 'pass' })
    const gate = gateOf(excused, seedsOn([good, less(0, 19)]))
    expect([gate.status, gate.blocks, gate.overall]).toEqual(['inconclusive', true, 'inconclusive'])
    const { groups: _, ...alone } = good
    expect(gateOf(excused, seedsOn([good, alone])).blocks).toBe(true)
  })

  test('is excused from segments that the planned seeds cannot decide', () => {
    const open = gateOf(rule(0.91, { onInconclusive: 'pass' }), seedsOn([good, good]))
    expect([open.status, open.blocks, open.overall]).toEqual(['inconclusive', false, 'pass'])
  })

  test('is not excused if only the segment that does not decide was not measured', () => {
    const of = (i: number): SubsetMetrics[] => [
      on('site', 'A', 0.8 + i / 1000),
      { ...on('site', 'B'), test: {}, testRows: {} },
    ]
    const gate = gateOf(rule(0.8, { onInconclusive: 'pass' }), withSubsets(of))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
  })

  test('a bound that fails is corrected for the number of segments, one that passes is not', () => {
    const one = gateOf(rule(0.8), seedsOn([good]))
    const many = gateOf(rule(0.8), seedsOn([good, good, good, good, good]))
    expect(many.estimate?.lower).toBe(one.estimate?.lower)
    expect(many.estimate?.upper).toBeGreaterThan(one.estimate?.upper ?? NaN)
  })

  test('a diverged seed fails every segment', () => {
    const [first, ...rest] = seedsOn([good, good])
    if (!first) throw new Error('no seed')
    const diverged: LockedSeed = { seed: 100, status: 'diverged', validation: null, test: null, weights: null }
    const gate = gateOf(rule(0.8), [diverged, ...rest])
    expect(gate.status).toBe('fail')
    expect(gate.sentence).toContain('diverged')
  })
})

describe('a drop in each segment', () => {
  const drop = rule(NaN, { gate: 'regression', margin: 0.05, paired: true } as Partial<AnyGateRule>)

  test('passes if every segment keeps up, and fails if one does not', () => {
    const base = seedsOn([good, good], 'baseline')
    expect(gateOf(drop, seedsOn([less(0.01), good]), base).status).toBe('pass')
    const gate = gateOf(drop, seedsOn([good, less(0.2)]), base)
    expect(gate.status).toBe('fail')
    expect(gate.sentence).toContain('1 of 2 segments fail: site "s1"')
    expect(gate.estimate?.value).toBeCloseTo(0.2, 10)
  })

  test('agreement on few rows is not taken for certainty', () => {
    const few: Part = { rows: 20, values, groups }
    const gate = gateOf(drop, seedsOn([few]), seedsOn([few], 'baseline'))
    expect(gate.status).toBe('inconclusive')
    expect(gate.estimate?.upper).toBeGreaterThan(1.5 / 22)
  })

  test('a segment of the baseline that the candidate lacks does not pass', () => {
    const excused = { ...drop, onInconclusive: 'pass' } as AnyGateRule
    const gate = gateOf(excused, seedsOn([good]), seedsOn([good, less(0.2)], 'baseline'))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain('The baseline has segments that the candidate lacks: site "s1".')
    expect(gate.segments?.at(-1)).toMatchObject({ level: 's1', rows: 0, status: 'not-judged' })
  })

  test('a baseline with other rows in a segment is no comparison', () => {
    const gate = gateOf(drop, seedsOn([good, good]), seedsOn([good, less(0, 300)], 'baseline'))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain('the baseline has 300 test rows in site "s1"')
  })

  test('a baseline without the segment is named', () => {
    const gate = gateOf({ ...drop, onInconclusive: 'pass' }, seedsOn([good, good]), seedsOn([good], 'baseline'))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain('site "s1"')
    expect(gate.sentence).toContain('the baseline (tuning.lock.json) holds no test accuracy')
  })
})

describe('a gate on one class', () => {
  const recall = rule(0.8, { metric: 'recall', class: 'malignant', segments: undefined } as Partial<AnyGateRule>)
  const seeds = (shares: readonly number[], rows: number): LockedSeed[] =>
    shares.map((value, i) => ({
      seed: i,
      status: 'complete',
      validation: { accuracy: 0.9 },
      test: { accuracy: 0.9 },
      testRows: { accuracy: [0.9, 0.9, 0.9] },
      weights: `w${i}`,
      subsets: [
        {
          class: 'malignant',
          rows: { validation: 9, test: rows },
          validation: {},
          test: { recall: value },
          testRows: { recall: Array.from({ length: Math.min(20, rows) }, () => value) },
        },
      ],
    }))

  test('is about the class, by name', () => {
    const gate = gateOf(recall, seeds([0.95, 0.96, 0.95, 0.97, 0.96], 400))
    expect(gate.status).toBe('pass')
    expect(gate.sentence).toContain('Mean test recall of "malignant" over 5 seeds is 0.958')
    expect(gate.asks).toContain('recall of "malignant"')
  })

  test('measures nothing if its rows differ between seeds', () => {
    const [first, ...rest] = seeds([0.95, 0.96, 0.95, 0.97, 0.96], 400)
    const [few] = seeds([0.95], 9)
    if (!first || !few) throw new Error('no seed')
    const gate = gateOf({ ...recall, onInconclusive: 'pass' }, [few, ...rest])
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain('do not have the same rows in the class "malignant"')
  })

  test('few rows that are all right do not show a high recall', () => {
    const gate = gateOf({ ...recall, minRows: 5 } as AnyGateRule, seeds([1, 1, 0.9, 1, 1], 10))
    expect(gate.status).toBe('inconclusive')
    expect(gate.estimate?.lower).toBeLessThan(0.8)
  })

  test('is not judged with fewer rows than minRows', () => {
    const gate = gateOf({ ...recall, onInconclusive: 'pass' }, seeds([0.95, 0.96, 0.95, 0.97, 0.96], 19))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toBe('Not judged: the class "malignant" (19 test rows of the class); a class needs 20 test rows.')
  })

  const of = (
    metric: 'auroc' | 'averagePrecision' | 'f1' | 'precision',
    rows: number,
    more: Partial<SubsetMetrics> = {},
  ) => {
    const candidate = seeds([0.95, 0.96, 0.95, 0.97, 0.96], rows).map((seed) => ({
      ...seed,
      subsets: (seed.subsets ?? []).map(({ test: own, testRows, ...one }) => ({
        ...one,
        test: { [metric]: own?.recall },
        testRows: { [metric]: testRows?.recall ?? [] },
        ...more,
      })),
    }))
    return gateOf({ ...recall, metric } as AnyGateRule, candidate)
  }

  test('needs more rows for a metric that is not a share of rows, whatever minRows says', () => {
    for (const metric of ['f1', 'precision'] as const) {
      expect(of(metric, 20).status).toBe('pass')
      expect(of(metric, 19).status).toBe('inconclusive')
    }
    expect(of('averagePrecision', 600, { rarer: 100 }).status).toBe('pass')
    expect(of('averagePrecision', 600, { rarer: 99 }).status).toBe('inconclusive')
  })

  test('counts the rarer side of a metric that ranks rows', () => {
    expect(of('auroc', 400, { rarer: 200 }).status).toBe('pass')
    const few = of('auroc', 400, { rarer: 199 })
    expect(few.status).toBe('inconclusive')
    expect(few.sentence).toContain('400 test rows of the class, 199 on the rarer side')
    expect(of('auroc', 400).status).toBe('inconclusive')
  })
})

describe('a gate on segments whose metric is not a share', () => {
  const having = (metric: MetricName, rows: number): LockedSeed[] =>
    seedsOn([{ rows, values }]).map((seed, i) => ({
      ...seed,
      subsets: [
        {
          segment: { column: 'site', level: 'a' },
          rows: { validation: 0, test: rows },
          validation: {},
          test: { [metric]: values[i] ?? NaN },
          testRows: { [metric]: groups[i] ?? [] },
        },
      ],
    }))

  test.each([
    ['nll', 100],
    ['mae', 200],
    ['rmse', 1600],
    ['ece', 3200],
  ] as const)('is not judged by %s below %d rows', (metric, rows) => {
    const limit = rule(0, { metric, min: null, max: 2 } as Partial<AnyGateRule>)
    expect(gateOf(limit, having(metric, rows)).status).toBe('pass')
    const gate = gateOf({ ...limit, onInconclusive: 'pass' }, having(metric, rows - 1))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
    expect(gate.sentence).toContain(`a segment needs ${rows} test rows for ${metric}, which is not a share of rows`)
  })
})

describe('a gate on one target', () => {
  const on = (metric: MetricName, more: object): AnyGateRule =>
    rule(0.8, { metric, target: 'height', segments: undefined, ...more } as Partial<AnyGateRule>)
  const seeds = (values: readonly number[], rows: number, metric: MetricName): LockedSeed[] =>
    values.map((value, i) => ({
      seed: i,
      status: 'complete',
      validation: { [metric]: 5 },
      test: { [metric]: 5 },
      testRows: { [metric]: [5, 5, 5] },
      weights: `w${i}`,
      subsets: [
        {
          target: 'height',
          rows: { validation: rows, test: rows },
          validation: {},
          test: { [metric]: value },
          testRows: { [metric]: Array.from({ length: Math.min(20, rows) }, () => value) },
        },
      ],
    }))

  test('is about the target, by name', () => {
    const gate = gateOf(on('mae', { min: null, max: 1 }), seeds([0.5, 0.6, 0.5, 0.6, 0.5], 400, 'mae'))
    expect(gate.status).toBe('pass')
    expect(gate.sentence).toContain('Mean test mae of "height" over 5 seeds is 0.54')
  })

  test('is judged on all rows of a regression, however few, as a gate on all targets is', () => {
    const gate = gateOf(on('mae', { min: null, max: 1 }), seeds([0.5, 0.6, 0.5, 0.6, 0.5], 30, 'mae'))
    expect(gate.status).toBe('pass')
  })

  test('is not judged on a label with fewer rows that have it than minRows', () => {
    const gate = gateOf(on('recall', {}), seeds([0.9, 0.9, 1, 1, 1], 19, 'recall'))
    expect(gate.sentence).toBe('Not judged: the target "height" (19 test rows that have it); a target needs 20 test rows.')
  })

  test('measures nothing if the runs have no values of the target', () => {
    const gate = gateOf(on('mae', { target: 'weight', min: null, max: 1 }), seeds([0.5, 0.6, 0.5], 400, 'mae'))
    expect([gate.status, gate.blocks]).toEqual(['inconclusive', true])
  })
})
