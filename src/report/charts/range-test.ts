import type { RangeTestFindings } from '../../plan/decision.ts'
import type { CurveBook } from '../curves.ts'
import { plural, quantileOf, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, decades, layer, seedPalette, wide, type Layer, type Chart } from './theme.ts'

/** Loss by learning rate over seeds, with the edge and the choice; one chart for the stage, one for the recheck. */
export function rangeTests(report: Report, curves: CurveBook): Chart[] {
  return report.stages.flatMap(({ findings }) => {
    if (findings?.stage === 'lr-range')
      return rangeTest('range-test', 'Learning-rate range test', findings.rangeTest, curves)
    if (findings?.stage !== 'batch' || !findings.batch.recheck) return []
    return rangeTest('range-test-recheck', 'Range test at the new batch size', findings.batch.recheck, curves)
  })
}

function rangeTest(id: string, title: string, found: RangeTestFindings, curves: CurveBook): Chart[] {
  const lines = found.curves.flatMap((c) => {
    const points = c.run === null ? [] : (curves.get(c.run)?.lossByRate ?? [])
    return points.map(([rate, loss]) => ({ rate, loss, seed: String(c.seed) }))
  })
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
          {
            data: { values: lines },
            mark: { type: 'line', strokeWidth: 1.5, clip: true, strokeJoin: 'round' },
            encoding: {
              x: { ...x, field: 'rate' },
              y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { domainMax: top, zero: false } },
              order: { field: 'rate', type: 'quantitative' },
              color: { field: 'seed', type: 'nominal', title: 'seed', scale: { range: [...seedPalette] } },
            },
          },
          ...marker(found.edge?.center ?? null, 'edge', colors.limit, 14, x),
          ...marker(found.chosen, 'chosen', colors.chosen, 14, x),
        ],
      },
    },
  ]
}

const rateAxis = (low: number, high: number) => ({
  type: 'quantitative' as const,
  scale: { type: 'log' as const, domain: [low, high], nice: false },
  title: 'learning rate (log scale)',
  axis: { values: decades(low, high), format: '.0e', grid: false },
})

/** A vertical rule with its name and value at the top. */
function marker(
  rate: number | null,
  name: 'edge' | 'chosen',
  color: string,
  y: number,
  x: ReturnType<typeof rateAxis>,
): Layer[] {
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
        ...(name === 'edge' ? { align: 'left', dx: 6 } : { align: 'right', dx: -6 }),
        y,
        color,
        fontWeight: 'bold',
      },
      encoding: { x: at, text: { field: 'text', type: 'nominal' } },
    }),
  ]
}

/**
 * The loss explodes past the edge by orders of magnitude; what matters happens below a little more than where it started.
 */
function ceiling(losses: readonly number[]): number {
  const least = Math.min(...losses)
  return least + 1.25 * (quantileOf(losses, 0.75) - least || 1)
}

function sentenceOf(found: RangeTestFindings, top: number): string {
  const lines = `${plural(found.curves.length, 'line')}, one a seed, at batch ${found.batchSize}.`
  return `${lines} The shaded band is where the edges lie. ${found.conclusion} Losses above ${short(top, 3)} run out of the picture.`
}
