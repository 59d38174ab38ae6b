import { occurrences } from '../../base/lists.ts'
import { gateOf } from '../../gates/index.ts'
import type { GateRule } from '../../records/gates.ts'
import type { GateVerdict } from '../../records/verdict.ts'
import { percent, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, ink, layer, wide, type Chart } from './theme.ts'

/**
 * One interval plot per gate: the estimate with its interval, the limit, zero if it is meaningful, and the seeds as dots.
 */
export function gateIntervals(report: Report): Chart[] {
  return report.verdict.gates.flatMap((gate, i) =>
    gate.estimate ? [intervalPlot(gate, gate.estimate, gateChartId(gate.rule, i))] : [],
  )
}

/** The chart's id for the gate at a position from 0. */
export function gateChartId(rule: GateRule, i: number): string {
  const measured = gateOf(rule).measures(rule)
  return `gate-${i + 1}-${rule.gate}${measured === null ? '' : `-${measured.metric}`}`
}

function intervalPlot(gate: GateVerdict, estimate: NonNullable<GateVerdict['estimate']>, id: string): Chart {
  const color = { pass: colors.chosen, fail: colors.limit, inconclusive: colors.baseline }[gate.status]
  const definition = gateOf(gate.rule)
  const neutral = definition.neutral(gate.rule)
  const x = {
    type: 'quantitative',
    title: estimate.what,
    scale: { zero: false, padding: 14 },
    axis: { tickCount: 5, gridOpacity: 0.06 },
  } as const
  const dots = [...occurrences(definition.seedDots(gate.rule, gate))].map(([value, count]) => ({
    value,
    count,
    times: `×${count}`,
  }))
  const equal = dots.filter(({ count }) => count > 1)
  const parts = [
    `the dashed line the limit ${short(gate.limit)}`,
    ...(neutral === null ? [] : ['the thin line no change']),
    ...(dots.length === 0 ? [] : [`the dots ${definition.seedDotsCaption}`]),
    ...(equal.length === 0 ? [] : ['with a count where several are equal']),
  ]
  return {
    id,
    title: `${gate.rule.gate}: ${definition.subject(gate.rule)}`,
    sentence: `${gate.sentence} The bar is the ${percent(estimate.level)} interval, ${parts.join(', ')}.`,
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
              layer({
                data: { values: [{ neutral, text: 'no change' }] },
                mark: { type: 'text', y: -7, fontSize: 11, opacity: 0.75 },
                encoding: { x: { ...x, field: 'neutral' }, text: { field: 'text', type: 'nominal' } },
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
        ...(equal.length > 0
          ? [
              layer({
                data: { values: equal },
                mark: { type: 'text', y: 37, fontSize: 10, opacity: 0.75 },
                encoding: { x: { ...x, field: 'value' }, text: { field: 'times', type: 'nominal' } },
              }),
            ]
          : []),
      ],
    },
  }
}
