import { leverValue } from '../../model/levers.ts'
import type { CurveBook, Point } from '../curves.ts'
import { percent, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { verifiedCurves } from './learning.ts'
import { colors, dashed, label, layer, palette, wide, type Chart } from './theme.ts'

/** The learning rate as it was, step by step: the declared levers, the chosen ones, and the schedules that were tried. */
export function scheduleCurves(report: Report, curves: CurveBook): Chart[] {
  const sides = verifiedCurves(report, curves)
  const own = (['baseline', 'winner'] as const).flatMap((side) => {
    const first = sides.find((s) => s.side === side)
    return first ? series(side, first.curve.learningRate) : []
  })
  const tried = report.runs.filter((r) => r.stage === 'schedule' && r.label.startsWith('schedule '))
  const labels = [...new Set(tried.map((r) => r.label))]
  const candidates = labels.flatMap((name) => {
    const curve = curves.get(tried.find((r) => r.label === name)?.id ?? '')
    return curve ? series(label(name), curve.learningRate) : []
  })
  // The chosen one last, so that nothing covers it.
  const values = [...candidates, ...own]
  if (values.length === 0) return []
  const domain = [...new Set(values.map((v) => v.name))]
  return [
    {
      id: 'schedules',
      title: 'Learning rate by step',
      sentence:
        'The effective learning rate of the declared levers, of the chosen ones, and of each schedule that was tried against them.',
      spec: {
        ...wide,
        data: { values },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false } },
          y: { field: 'value', type: 'quantitative', title: 'learning rate' },
          color: {
            field: 'name',
            type: 'nominal',
            title: null,
            scale: { domain, range: rangeOf(domain) },
            legend: { columns: 4 },
          },
        },
      },
    },
  ]
}

const series = (name: string, points: readonly Point[]): { name: string; step: number; value: number }[] =>
  points.map(([step, value]) => ({ name, step, value }))

function rangeOf(domain: readonly string[]): string[] {
  const others = palette.filter((c) => c !== colors.baseline && c !== colors.winner)
  let next = 0
  return domain.map((name) =>
    name === 'baseline'
      ? colors.baseline
      : name === 'winner'
        ? colors.winner
        : (others[next++ % others.length] ?? colors.grey),
  )
}

/** Gradient norms of one verified run of the chosen levers, with the clip norm. */
export function gradientNorms(report: Report, curves: CurveBook): Chart[] {
  const first = verifiedCurves(report, curves).find((s) => s.side === 'winner')
  const values = (first?.curve.gradientNorm ?? []).filter(([, norm]) => norm > 0).map(([step, norm]) => ({ step, norm }))
  if (first === undefined || values.length === 0) return []
  const clip = leverValue(report.levers.chosen, 'clipNorm')
  const gradient = report.runs.find((r) => r.id === first.curve.id)?.gradient
  const clipping =
    typeof clip === 'number'
      ? `the clip norm is ${short(clip)}${gradient ? ` and ${percent(gradient.clippedShare)} of steps were clipped` : ''}`
      : 'gradients are not clipped'
  return [
    {
      id: 'gradient-norms',
      title: 'Gradient norm by step',
      sentence: `One run of the chosen levers (seed ${first.seed}), before clipping; ${clipping}.`,
      spec: {
        ...wide,
        layer: [
          {
            data: { values },
            mark: { type: 'line', color: colors.winner, strokeWidth: 1 },
            encoding: {
              x: { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false } },
              y: {
                field: 'norm',
                type: 'quantitative',
                title: 'global L2 norm (log scale)',
                scale: { type: 'log', nice: true },
                axis: { tickCount: 5 },
              },
            },
          },
          ...(typeof clip === 'number'
            ? [
                layer({
                  data: { values: [{ clip }] },
                  mark: { type: 'rule', color: colors.limit, strokeWidth: 2, strokeDash: dashed() },
                  encoding: { y: { field: 'clip', type: 'quantitative' } },
                }),
              ]
            : []),
        ],
      },
    },
  ]
}
