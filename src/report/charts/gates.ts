import { unreachable } from '../../base/result.ts'
import { gain } from '../../records/metrics.ts'
import { isResourceRule, neutralOf, subjectOf, type GateRule } from '../../records/gates.ts'
import type { GateVerdict } from '../../records/verdict.ts'
import { meanOf, percent, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, ink, layer, wide, type Chart } from './theme.ts'

/** One interval plot a gate: the estimate with its interval, the limit, zero where it means something, the seeds as dots. */
export function gateIntervals(report: Report): Chart[] {
  return report.verdict.gates.flatMap((gate, i) =>
    gate.estimate
      ? [intervalPlot(gate, gate.estimate, gateChartId(gate.rule, i))]
      : [],
  )
}

/** Of the gate at a position from 0. */
export const gateChartId = (rule: GateRule, i: number): string =>
  `gate-${i + 1}-${rule.gate}${isResourceRule(rule) ? '' : `-${rule.metric}`}`

const dotWords = {
  'seed-variance': 'distances of single seeds from their mean',
  'regression': 'drops of single seeds',
  'calibration': 'drops of single seeds',
  'threshold': 'single seeds',
  'training-time': 'ratios of single seeds',
  'model-size': '',
} as const

function intervalPlot(gate: GateVerdict, estimate: NonNullable<GateVerdict['estimate']>, id: string): Chart {
  const color = { pass: colors.chosen, fail: colors.limit, inconclusive: colors.baseline }[gate.status]
  const neutral = neutralOf(gate.rule)
  const x = {
    type: 'quantitative',
    title: estimate.what,
    scale: { zero: false, padding: 14 },
    axis: { tickCount: 6, gridOpacity: 0.06 },
  } as const
  const dots = dotsOf(gate).map((value) => ({ value }))
  return {
    id,
    title: `${gate.rule.gate}: ${subjectOf(gate.rule)}`,
    sentence:
      `${gate.sentence} The bar is the ${percent(estimate.level)} interval, the dashed line the limit ${short(gate.limit)}` +
      `${neutral === null ? '' : ', the thin line no change'}${dots.length > 0 ? `, the dots ${dotWords[gate.rule.gate]}` : ''}.`,
    spec: {
      ...wide,
      height: 64,
      layer: [
        ...(neutral === null
          ? []
          : [
              layer({
                data: { values: [{ neutral }] },
                mark: { type: 'rule', color: ink, opacity: 0.5 },
                encoding: { x: { ...x, field: 'neutral' } },
              }),
            ]),
        {
          data: { values: [{ limit: gate.limit }] },
          mark: { type: 'rule', color: colors.limit, strokeWidth: 2, strokeDash: dashed() },
          encoding: { x: { ...x, field: 'limit' } },
        },
        {
          data: { values: [estimate] },
          mark: { type: 'rule', color, strokeWidth: 8, opacity: 0.4, y: 24 },
          encoding: { x: { ...x, field: 'lower' }, x2: { field: 'upper' } },
        },
        {
          data: { values: [estimate] },
          mark: { type: 'point', color, filled: true, size: 130, opacity: 1, y: 24 },
          encoding: { x: { ...x, field: 'value' } },
        },
        ...(dots.length > 0
          ? [
              layer({
                data: { values: dots },
                mark: { type: 'point', color: ink, size: 34, opacity: 0.6, y: 48 },
                encoding: { x: { ...x, field: 'value' } },
              }),
            ]
          : []),
      ],
    },
  }
}

/**
 * Seeds on the axis of the estimate: values for a threshold, paired drops where seeds are paired, distances from the mean for
 * an SD, ratios of times where each seed has one.
 */
function dotsOf(gate: GateVerdict): number[] {
  const { rule, candidate, baseline } = gate
  const known = candidate.filter((v) => v !== null)
  const pairs = baseline?.length !== candidate.length ? [] : candidate.flatMap((c, i) => {
    const b = baseline[i] ?? null
    return c === null || b === null ? [] : [[c, b] as const]
  })
  switch (rule.gate) {
    case 'threshold':
      return known
    case 'seed-variance':
      return 'maxRatio' in rule ? [] : known.map((v) => Math.abs(v - meanOf(known)))
    case 'regression':
    case 'calibration':
      return rule.paired ? pairs.map(([c, b]) => gain(rule.metric, c, b)) : []
    case 'training-time':
      return pairs.map(([c, b]) => c / b)
    case 'model-size':
      return []
    default:
      return unreachable(rule, 'gate')
  }
}
