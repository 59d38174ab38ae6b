import { gain } from '../../model/metrics.ts'
import type { GateVerdict } from '../../plan/verdict.ts'
import { meanOf, percent, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, ink, layer, type Chart } from './theme.ts'

/** One interval plot a gate: the estimate with its interval, the limit, zero where it means something, the seeds as dots. */
export function gateIntervals(report: Report): Chart[] {
  return report.verdict.gates.flatMap((gate, i) =>
    gate.estimate
      ? [intervalPlot(gate, gate.estimate, `gate-${i + 1}-${gate.rule.gate}-${gate.rule.metric}`)]
      : [],
  )
}

const dotWords = {
  'seed-variance': 'distances of single seeds from their mean',
  'regression': 'drops of single seeds',
  'calibration': 'drops of single seeds',
  'threshold': 'single seeds',
} as const

function intervalPlot(gate: GateVerdict, estimate: NonNullable<GateVerdict['estimate']>, id: string): Chart {
  const color = { pass: colors.chosen, fail: colors.limit, inconclusive: colors.baseline }[gate.status]
  const drop = gate.rule.gate === 'regression' || gate.rule.gate === 'calibration'
  const x = {
    type: 'quantitative',
    title: estimate.what,
    scale: { zero: false, padding: 14 },
    axis: { tickCount: 6, gridOpacity: 0.06 },
  } as const
  const dots = dotsOf(gate).map((value) => ({ value }))
  return {
    id,
    title: `${gate.rule.gate}: ${gate.rule.split} ${gate.rule.metric}`,
    sentence:
      `${gate.sentence} The bar is the ${percent(estimate.level)} interval, the dashed line the limit ${short(gate.limit)}` +
      `${drop ? ', the thin line no drop' : ''}${dots.length > 0 ? `, the dots ${dotWords[gate.rule.gate]}` : ''}.`,
    spec: {
      width: 430,
      height: 64,
      layer: [
        ...(drop
          ? [
              layer({
                data: { values: [{ zero: 0 }] },
                mark: { type: 'rule', color: ink, opacity: 0.5 },
                encoding: { x: { ...x, field: 'zero' } },
              }),
            ]
          : []),
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
 * an SD.
 */
function dotsOf(gate: GateVerdict): number[] {
  const { rule, candidate, baseline } = gate
  const known = candidate.filter((v) => v !== null)
  if (rule.gate === 'threshold') return known
  if (rule.gate === 'seed-variance') return known.map((v) => Math.abs(v - meanOf(known)))
  if (!rule.paired || baseline?.length !== candidate.length) return []
  return candidate.flatMap((c, i) => {
    const b = baseline[i] ?? null
    return c === null || b === null ? [] : [gain(rule.metric, c, b)]
  })
}
