import type { MetricName } from '../../records/metrics.ts'
import type { Chart } from '../charts/index.ts'
import { lineSpec } from '../charts/learning.ts'
import { colors, ink, wide } from '../charts/theme.ts'
import type { ThinCurve } from '../curves.ts'
import { plural, short } from '../numbers.ts'
import type { ComparedMetric, StudyComparison } from './model.ts'

/** Charts of two studies side by side; none if they share nothing that can be drawn. */
export function comparisonCharts(
  comparison: StudyComparison,
  objective: MetricName,
  first: readonly ThinCurve[],
  second: readonly ThinCurve[],
): Chart[] {
  return [...comparedCurves(objective, first, second), ...comparedSeeds(comparison.metrics.filter((m) => m.objective))]
}

/** The winners' validation objective by epoch, with a thin line per seed and a thick mean, both studies in one drawing. */
function comparedCurves(objective: MetricName, first: readonly ThinCurve[], second: readonly ThinCurve[]): Chart[] {
  const values = (
    [
      ['first', first],
      ['second', second],
    ] as const
  ).flatMap(([side, curves]) =>
    curves.flatMap((curve) =>
      curve.evaluations.flatMap((e) =>
        e.validationObjective === null
          ? []
          : [{ side, run: `${side} ${curve.seed}`, epoch: e.epoch, value: e.validationObjective }],
      ),
    ),
  )
  if (values.length === 0) return []
  return [
    {
      id: 'compared-curves',
      title: `Validation ${objective} of both winners by epoch`,
      sentence:
        'Thin lines are single seeds, and thick lines are their means. Trust a lead that lasts to the end and exceeds the thin lines.',
      spec: lineSpec(values, `validation ${objective}`, {
        domain: ['first', 'second'],
        range: [colors.baseline, colors.winner],
      }),
    },
  ]
}

/** The gain of the second study on every seed that both verified, with its mean and interval above. */
function comparedSeeds(metrics: readonly ComparedMetric[]): Chart[] {
  const seeds = metrics.flatMap(({ split, seeds: all }) =>
    all.flatMap(({ seed, gain }) => (gain === null ? [] : [{ split, seed, gain }])),
  )
  const means = metrics.flatMap(({ split, gain }) => (gain === null ? [] : [{ split, ...gain }]))
  if (seeds.length === 0) return []
  const y = { field: 'split', type: 'nominal', title: null, sort: ['validation', 'test'] } as const
  const x = {
    type: 'quantitative',
    title: `gain in ${metrics[0]?.metric ?? ''} of the second`,
    scale: { zero: true, padding: 12 },
    axis: { tickCount: 6 },
  } as const
  const ahead = seeds.filter((s) => s.gain > 0).length
  return [
    {
      id: 'compared-seeds',
      title: 'Gain of the second on every seed',
      sentence:
        `To the right of the line, the second is better: on ${ahead} of ${plural(seeds.length, 'pair')}. Rings are single seeds, the dot is ` +
        `their mean, and the bar is its ${short((means[0]?.level ?? 0.95) * 100, 3)} % interval. If the bar crosses the line, the difference may be noise.`,
      spec: {
        ...wide,
        height: { step: 56 },
        layer: [
          {
            data: { values: [{ zero: 0 }] },
            mark: { type: 'rule', color: ink, opacity: 0.5 },
            encoding: { x: { ...x, field: 'zero' } },
          },
          {
            data: { values: means },
            mark: { type: 'rule', color: colors.winner, strokeWidth: 8, opacity: 0.4, yOffset: -8 },
            encoding: { y, x: { ...x, field: 'lower' }, x2: { field: 'upper' } },
          },
          {
            data: { values: means },
            mark: { type: 'point', color: colors.winner, filled: true, size: 110, opacity: 1, yOffset: -8 },
            encoding: { y, x: { ...x, field: 'value' } },
          },
          {
            data: { values: seeds },
            mark: { type: 'point', color: ink, size: 34, opacity: 0.6, yOffset: 12 },
            encoding: { y, x: { ...x, field: 'gain' }, detail: { field: 'seed', type: 'nominal' } },
          },
        ],
      },
    },
  ]
}
