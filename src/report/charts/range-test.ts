import type { RangeTestFindings } from '../../records/decision.ts'
import type { CurveBook } from '../curves.ts'
import { plural, quantileOf, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, decades, layer, seedPalette, wide, type Layer, type Chart } from './theme.ts'

/** Loss by learning rate over seeds, with the edge and the choice; one chart for the stage, one for the recheck. */
export function rangeTests(report: Report, curves: CurveBook): Chart[] {
  return report.stages.flatMap(({ findings }) => {
    if (findings?.rangeTest) return rangeTest('range-test', 'Learning-rate range test', findings.rangeTest, curves)
    if (!findings?.batch?.recheck) return []
    return rangeTest('range-test-recheck', 'Range test at the new batch size', findings.batch.recheck, curves)
  })
}

function rangeTest(id: string, title: string, found: RangeTestFindings, curves: CurveBook): Chart[] {
  const read = (kind: 'lossByRate' | 'smoothedByRate') =>
    found.curves.flatMap((c, i) => {
      const points = c.run === null ? [] : (curves.get(c.run)?.[kind] ?? [])
      return points.map(([rate, loss]) => ({ rate, loss, seed: `seed ${i + 1}` }))
    })
  const [lines, smoothed] = [read('lossByRate'), read('smoothedByRate')]
  if (lines.length === 0) return []
  const rates = lines.map((l) => l.rate)
  const [low, high] = [Math.min(...rates), Math.max(...rates)]
  const top = ceiling(lines.map((l) => l.loss))
  const x = rateAxis(low, high)
  return [
    {
      id,
      title,
      sentence: sentenceOf(found, top),
      alone: { text: found.conclusion, onPage: 'never' },
      spec: {
        ...wide,
        layer: [
          ...(found.edge
            ? [
                layer({
                  data: { values: [found.edge] },
                  mark: { type: 'rect', color: colors.limit, opacity: 0.15 },
                  encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
                }),
              ]
            : []),
          lossLines(lines, x, top, { strokeWidth: 1, opacity: 0.3 }),
          lossLines(smoothed, x, top, { strokeWidth: 2, opacity: 1 }),
          ...marker(found.edge?.center ?? null, 'edge', colors.limit, x),
          ...marker(found.chosen, fateOf(found), found.adopted ? colors.chosen : colors.grey, x),
        ],
      },
    },
  ]
}

const rateAxis = (low: number, high: number) => ({
  type: 'quantitative' as const,
  scale: { type: 'log' as const, domain: [low, high], nice: false },
  title: 'learning rate (log scale)',
  axis: { values: decades(low, high), labelExpr: powers, grid: false },
})

/** 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10. */
const powers = `datum.value < 0.0005 ? format(datum.value, '.0e') : format(datum.value, '~f')`

type RateAxis = ReturnType<typeof rateAxis>

function lossLines(
  values: { rate: number; loss: number; seed: string }[],
  x: RateAxis,
  top: number,
  look: { strokeWidth: number; opacity: number },
): Layer {
  return layer({
    data: { values },
    mark: { type: 'line', clip: true, strokeJoin: 'round', ...look },
    encoding: {
      x: { ...x, field: 'rate' },
      y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { domainMax: top, zero: false } },
      order: { field: 'rate', type: 'quantitative' },
      color: {
        field: 'seed',
        type: 'nominal',
        title: null,
        scale: { range: [...seedPalette] },
        legend: { orient: 'bottom', columns: 3 },
      },
    },
  })
}

type Fate = 'chosen' | 'kept' | 'not taken'

/** Reports of older versions name the best rate below the edge even if the old rate stayed. */
const fateOf = ({ adopted, chosen, confirmations }: RangeTestFindings): Fate =>
  adopted ? 'chosen' : confirmations.some((c) => c.learningRate === chosen) ? 'not taken' : 'kept'

/** A vertical rule with its name and value above the picture, where no line crosses them. */
function marker(rate: number | null, name: 'edge' | Fate, color: string, x: RateAxis): Layer[] {
  if (rate === null) return []
  const data = { values: [{ rate, text: `${name} ${short(rate, 3)}` }] }
  const at = { ...x, field: 'rate' }
  return [
    layer({
      data,
      mark: { type: 'rule', color, strokeWidth: 2, ...(name === 'edge' ? { strokeDash: dashed() } : {}) },
      encoding: { x: at },
    }),
    layer({
      data,
      mark: {
        type: 'text',
        ...(name === 'edge' ? { align: 'left', dx: 3 } : { align: 'right', dx: -3 }),
        y: -8,
        color,
        fontWeight: 'bold',
      },
      encoding: { x: at, text: { field: 'text', type: 'nominal' } },
    }),
  ]
}

/**
 * Past the edge the loss explodes by orders of magnitude. What matters happens below a little more than its starting value.
 */
function ceiling(losses: readonly number[]): number {
  const least = Math.min(...losses)
  return least + 1.25 * (quantileOf(losses, 0.75) - least || 1)
}

function sentenceOf(found: RangeTestFindings, top: number): string {
  const lines = `${plural(found.curves.length, 'line')}, one per seed, at batch ${found.batchSize}: faint as measured, bold after a median of 5.`
  const band = found.edge
    ? ' The edge of a line is the rate at which its loss has risen again by a tenth of its fall; the shaded band spans the edges.'
    : ''
  return `${lines}${band} Losses above ${short(top, 3)} are outside the chart.`
}
