import type { Finding } from '../../diagnose/finding.ts'
import { ruleNamed } from '../../diagnose/rules/index.ts'
import type { CurveBook, ThinCurve } from '../curves.ts'
import { seenText } from '../diagnostics.ts'
import type { Report } from '../model.ts'
import { colors, layer, logAxis, wide, type Chart } from './theme.ts'

/** Each finding on its curve, with its steps shaded. */
export function findingCharts(report: Report, curves: CurveBook): Chart[] {
  return report.diagnostics.flatMap((finding, i) => {
    const sight = finding.sights.find((s) => s.run !== null && curves.has(s.run))
    const curve = sight?.run ? curves.get(sight.run) : undefined
    return sight && curve ? findingChart(report, finding, curve, sight.steps, `finding-${i + 1}`) : []
  })
}

interface Value {
  readonly what: string
  readonly step: number
  readonly value: number
}

function findingChart(
  report: Report,
  finding: Finding,
  curve: ThinCurve,
  steps: readonly [number, number] | null,
  id: string,
): Chart[] {
  const gradient = ruleNamed(finding.rule)?.evidence === 'gradient'
  const values = gradient ? gradientValues(curve) : lossValues(curve, report)
  if (values.length === 0) return []
  const last = Math.max(...values.map((v) => v.step))
  const band = steps && { from: Math.max(0, steps[0] - 1), to: Math.max(steps[1], steps[0] + last / 200) }
  const x = { field: 'step', type: 'quantitative', title: 'step', axis: { grid: false } } as const
  const names = [...new Set(values.map((v) => v.what))]
  return [
    {
      id,
      title: finding.title,
      sentence: `${seenText(finding, report)}${band ? ' The shaded steps show where it was seen.' : ''}`,
      spec: {
        ...wide,
        height: 170,
        layer: [
          ...(band
            ? [
                layer({
                  data: { values: [band] },
                  mark: { type: 'rect', color: colors.limit, opacity: 0.18 },
                  encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
                }),
              ]
            : []),
          {
            data: { values },
            mark: { type: 'line', strokeWidth: 1.5 },
            encoding: {
              x,
              y: {
                field: 'value',
                type: 'quantitative',
                title: gradient ? 'global L2 norm (log scale)' : 'loss',
                ...(gradient ? logAxis(values.map((v) => v.value)) : { scale: { zero: false } }),
              },
              color: {
                field: 'what',
                type: 'nominal',
                title: null,
                scale: { domain: names, range: colorsOf(names) },
                legend: { orient: 'bottom', columns: 2 },
              },
            },
          },
        ],
      },
    },
  ]
}

const lineColors: Readonly<Record<string, string>> = { 'training loss': colors.purple, 'validation loss': colors.winner }

const colorsOf = (names: readonly string[]): string[] => names.map((name) => lineColors[name] ?? colors.grey)

const gradientValues = ({ gradientNorm }: ThinCurve): Value[] =>
  gradientNorm.filter(([, norm]) => norm > 0).map(([step, value]) => ({ what: 'gradient norm', step, value }))

/** Losses of steps have dropout and one batch each; rules read the evaluations, which have neither. */
function lossValues({ loss, lossUnit, evaluations }: ThinCurve, { study }: Pick<Report, 'study'>): Value[] {
  // A script may log any loss, so nobody knows its unit.
  const unit = study.trainer ? 1 : lossUnit
  const evaluated = (what: string, lossOf: (of: ThinCurve['evaluations'][number]) => number | null): Value[] =>
    evaluations.flatMap((e) => {
      const value = lossOf(e)
      return value === null ? [] : [{ what, step: e.step, value }]
    })
  const train = evaluated('training loss', (e) => e.trainLoss)
  const steps = loss.map(([step, value]) => ({
    what: train.length === 0 ? 'training loss' : 'loss of a step',
    step,
    value: unit * value,
  }))
  return [...steps, ...train, ...evaluated('validation loss', (e) => e.validationLoss)]
}
