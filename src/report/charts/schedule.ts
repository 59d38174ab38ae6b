import { leverValue } from '../../records/levers.ts'
import { stageFor } from '../../stages/index.ts'
import type { CurveBook, Point, ThinCurve } from '../curves.ts'
import { directionOf, meanOf, percent, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { seedNumber } from '../sides.ts'
import { verifiedCurves } from './learning.ts'
import { colors, dashed, label, layer, logAxis, palette, wide, type Chart } from './theme.ts'

/** Name of the stage that compares schedules. */
const scheduling = stageFor('scheduling').name

/** The actual learning rate, step by step: the declared levers, the chosen ones, and the schedules that were tried. */
export function scheduleCurves(report: Report, curves: CurveBook): Chart[] {
  const sides = verifiedCurves(report, curves)
  const own = (['baseline', 'winner'] as const).flatMap((side) => {
    const first = sides.find((s) => s.side === side)
    return first ? series(side, first.curve.learningRate) : []
  })
  const tried = report.runs.filter((r) => r.stage === scheduling && isSchedule(r.label))
  const labels = [...new Set(tried.map((r) => r.label))]
  const candidates = labels.flatMap((name) => {
    const curve = curves.get(tried.find((r) => r.label === name)?.id ?? '')
    return curve ? series(shortLabel(name), curve.learningRate) : []
  })
  // The chosen one comes last, so that nothing covers it.
  const values = [...candidates, ...own]
  if (values.length === 0) return []
  const domain = [...new Set(values.map((v) => v.name))]
  return [
    {
      id: 'schedules',
      title: 'Learning rate by step',
      sentence: 'The effective learning rate of the baseline, the winner, and each schedule that was tried.',
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
            legend: { columns: 2 },
          },
        },
      },
    },
  ]
}

/** The result of each schedule: the mean validation objective by epoch over its seeds, in the colors of its rates. */
export function scheduleResults(report: Report, curves: CurveBook): Chart[] {
  const { objective } = report.study
  const tried = report.runs.filter((r) => r.stage === scheduling && isSchedule(r.label))
  const groups: [string, ThinCurve[]][] = [...new Set(tried.map((r) => r.label))].map((name) => [
    shortLabel(name),
    tried.filter((r) => r.label === name).flatMap((r) => curves.get(r.id) ?? []),
  ])
  const incumbent = incumbentRuns(report).flatMap((id) => curves.get(id) ?? [])
  // One run of a search, without an incumbent under the same seeds, compares nothing.
  if (incumbent.length === 0) return []
  const all: [string, ThinCurve[]][] = [...groups, ['winner', incumbent]]
  const values = all.flatMap(([name, of]) => meanByEpoch(of).map((p) => ({ name: shown(name), ...p })))
  if (groups.length === 0 || values.length === 0) return []
  const names = all.map(([name]) => name).filter((name) => values.some((v) => v.name === shown(name)))
  return [
    {
      id: 'schedule-results',
      title: `Validation ${objective} by epoch, for each schedule`,
      sentence: `Means over the seeds of the stage, each line in the color of its schedule; ${directionOf(objective)}. Compare where the lines end, not how they get there.`,
      spec: {
        ...wide,
        data: { values },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { grid: false, tickMinStep: 1 } },
          y: { field: 'value', type: 'quantitative', title: `validation ${objective}`, scale: { zero: false } },
          color: {
            field: 'name',
            type: 'nominal',
            title: null,
            scale: { domain: names.map(shown), range: rangeOf(names) },
            legend: { columns: 2 },
          },
        },
      },
    },
  ]
}

/** A trial that varies the schedule and nothing else. */
const isSchedule = (name: string): boolean => name.startsWith('schedule ') && !name.includes(',')

/** `one-cycle` for the trial `schedule one-cycle`, because the chart covers nothing else. */
const shortLabel = (name: string): string => label(name.replace(/^schedule /, ''))

/** Runs that the schedules were compared with. An earlier stage may have requested them, under another name. */
function incumbentRuns({ stages, runs }: Report): string[] {
  const first = stages.find((s) => s.stage === scheduling)?.comparisons.find((c) => isSchedule(c.label))
  const own = new Set(runs.filter((r) => r.stage === scheduling && r.label === first?.label).map((r) => r.id))
  return (first?.runs ?? []).filter((id) => !own.has(id))
}

/** The stage's incumbent has the color of the chosen levers, which it is unless a schedule beat it. */
const shown = (name: string): string => (name === 'winner' ? 'incumbent' : name)

function meanByEpoch(curves: readonly ThinCurve[]): { epoch: number; value: number }[] {
  const all = curves.map((c) => c.evaluations)
  const shortest = [...all].sort((a, b) => a.length - b.length)[0] ?? []
  return shortest.flatMap(({ epoch }, i) => {
    const at = all.map((e) => e[i]?.validationObjective ?? null).filter((v) => v !== null)
    return at.length === all.length ? [{ epoch, value: meanOf(at) }] : []
  })
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
      sentence: `One run of the winner (seed ${seedNumber(report, first.seed)}), before clipping; ${clipping}.`,
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
                ...logAxis([...values.map((v) => v.norm), ...(typeof clip === 'number' ? [clip] : [])]),
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
