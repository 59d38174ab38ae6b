import type { RangeTestFindings } from '../records/decision.ts'
import { verifiedCurves, type Side } from './charts/learning.ts'
import { colors, seedPalette } from './charts/theme.ts'
import type { CurveBook, Point } from './curves.ts'
import { mermaid } from './escape.ts'
import type { Report } from './model.ts'
import { directionOf, meanOf, plural, quantileOf } from './numbers.ts'

/** A chart that GitHub draws from text, with the sentence that says what to see in it. */
export interface TextChart {
  readonly title: string
  readonly sentence: string
  readonly code: string
}

/**
 * The two charts behind the decision. `xychart-beta` has no logarithmic axis and no legend, so both are described in words.
 */
export function textCharts(report: Report, curves: CurveBook): TextChart[] {
  return [...rangeTest(report, curves), ...learning(report, curves)]
}

const columns = 41

function rangeTest(report: Report, curves: CurveBook): TextChart[] {
  const found = report.stages.flatMap((s) => s.findings?.rangeTest ?? [])[0]
  if (!found) return []
  const lines = found.curves
    .map((c) => (c.run === null ? [] : (curves.get(c.run)?.lossByRate ?? [])))
    .filter((l) => l.length > 1)
  if (lines.length === 0) return []
  const all = lines.flat()
  const [low, high] = [logOf(Math.min(...all.map(([rate]) => rate))), logOf(Math.max(...all.map(([rate]) => rate)))]
  const losses = all.map(([, loss]) => loss)
  const least = Math.min(...losses)
  const top = least + 1.25 * (quantileOf(losses, 0.75) - least || 1)
  return [
    {
      title: 'Learning-rate range test',
      sentence: `${plural(lines.length, 'line')}, one per seed, against the log10 of the learning rate. ${edgeWords(found)}`,
      code: chart(
        'Training loss by learning rate',
        `x-axis "log10 of the learning rate" ${decimal(low)} --> ${decimal(high)}`,
        'training loss',
        [least, top],
        lines.map((points) => resampled(points, low, high, top)),
        seedPalette,
      ),
    },
  ]
}

const logOf = (rate: number): number => Math.log10(rate)

function edgeWords({ edge, chosen, adopted, conclusion }: RangeTestFindings): string {
  if (edge === null || chosen === null || !adopted) return `${conclusion} Higher losses are cut off.`
  const [at, choice] = [logOf(edge.center).toFixed(2), logOf(chosen).toFixed(2)]
  return `The edge is at 10^${at} and the chosen rate at 10^${choice}. Higher losses are cut off.`
}

/** Medians in equal stretches of the logarithmic axis; a stretch without a point continues the previous one. */
function resampled(points: readonly Point[], low: number, high: number, top: number): number[] {
  const stretches: number[][] = Array.from({ length: columns }, () => [])
  for (const [rate, loss] of points) {
    const at = Math.min(columns - 1, Math.floor(((logOf(rate) - low) / (high - low)) * columns))
    stretches[at]?.push(Math.min(loss, top))
  }
  // A sweep that ends early has diverged there; the rest is outside the chart.
  const last = stretches.findLastIndex((s) => s.length > 0)
  let known = stretches.find((s) => s.length > 0)?.[0] ?? top
  return stretches.map((s, i) => {
    if (s.length > 0) known = quantileOf(s, 0.5)
    return i > last ? top : known
  })
}

function learning(report: Report, curves: CurveBook): TextChart[] {
  const { objective } = report.study
  const lines = verifiedCurves(report, curves)
  const sides = (['baseline', 'winner'] as const)
    .map((side) => ({ side, values: meanByEpoch(lines.filter((l) => l.side === side)) }))
    .filter((s) => s.values.length > 1)
  const length = Math.min(...sides.map((s) => s.values.length))
  if (sides.length === 0) return []
  const values = sides.flatMap((s) => s.values.slice(0, length))
  const colour: Record<Side, string> = { baseline: colors.baseline, winner: colors.winner }
  const named: Record<Side, string> = {
    baseline: 'the orange line is the baseline',
    winner: 'the blue line is the winner',
  }
  return [
    {
      title: `Validation ${objective} by epoch`,
      sentence: `Means over the verification seeds; ${sides.map((s) => named[s.side]).join(', ')}; ${directionOf(objective)}.`,
      code: chart(
        `Validation ${objective} by epoch`,
        `x-axis "evaluation" 1 --> ${length}`,
        objective,
        [Math.min(...values), Math.max(...values)],
        sides.map((s) => s.values.slice(0, length)),
        sides.map((s) => colour[s.side]),
      ),
    },
  ]
}

/** Mean objective at each evaluation that every seed reached, at most 60 of them. */
function meanByEpoch(lines: ReturnType<typeof verifiedCurves>): number[] {
  const series = lines.map((l) => l.curve.evaluations.map((e) => e.validationObjective)).filter((s) => s.length > 0)
  const length = Math.min(...series.map((s) => s.length))
  if (series.length === 0) return []
  const means = Array.from({ length }, (_, i) => series.map((s) => s[i] ?? null)).flatMap((at) => {
    const known = at.filter((v) => v !== null)
    return known.length === at.length ? [meanOf(known)] : []
  })
  const every = Math.ceil(means.length / 60)
  return means.filter((_, i) => i % every === 0 || i === means.length - 1)
}

function chart(
  title: string,
  xAxis: string,
  yTitle: string,
  [low, high]: readonly [number, number],
  lines: readonly (readonly number[])[],
  palette: readonly string[],
): string {
  const room = (high - low || 1) * 0.04
  const bottom = low >= 0 ? Math.max(0, low - room) : low - room
  return [
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "${palette.slice(0, lines.length).join(', ')}"}}}}%%`,
    'xychart-beta',
    `  title "${mermaid(title)}"`,
    `  ${xAxis}`,
    `  y-axis "${mermaid(yTitle)}" ${decimal(bottom)} --> ${decimal(high + room)}`,
    ...lines.map((line) => `  line [${line.map(decimal).join(', ')}]`),
  ].join('\n')
}

/** Mermaid reads no exponents. */
function decimal(value: number): string {
  const digits = Math.max(0, 4 - Math.floor(Math.log10(Math.abs(value) || 1)))
  return String(Number(value.toFixed(Math.min(8, digits)))).includes('e')
    ? '0'
    : String(Number(value.toFixed(Math.min(8, digits))))
}
