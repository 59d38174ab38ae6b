import type { ExplorerData } from '../explorer/data.ts'
import { groupColors, groupNames, groupsOf } from '../explorer/groups.ts'
import { lineOf } from '../explorer/lines.ts'
import { panels, type Panel } from '../explorer/panels.ts'
import { drawnOf, isWhole } from '../explorer/section.ts'
import { plural } from '../numbers.ts'
import { ink, logAxis, wide, type Chart } from './theme.ts'

/** Every trial as a line: learning curves, and below them the optimizer's curves. On the page a script draws the same. */
export function trialCharts(data: ExplorerData): Chart[] {
  return panels(data).flatMap((panel) => trialChart(data, panel))
}

interface Value {
  readonly group: string
  readonly run: number
  readonly epoch: number
  /** Null breaks the line. */
  readonly value: number | null
}

function trialChart(data: ExplorerData, panel: Panel): Chart[] {
  const { measure, log, percent } = panel
  const values = data.runs.flatMap((run, i): Value[] => {
    const { x, y } = lineOf(run, measure)
    const drawn = (value: number | null): number | null => (log && value !== null && value <= 0 ? null : value)
    const group = groupNames[run.group] ?? run.group
    return y.map((value, at) => ({ group, run: i, epoch: x[at] ?? 0, value: drawn(value) }))
  })
  if (!values.some((v) => v.value !== null)) return []
  const used = groupsOf(data)
  return [
    {
      id: panel.file,
      title: isWhole(data) ? `${panel.title}, every trial` : `${panel.title}, ${plural(data.runs.length, 'trial')}`,
      sentence: `${drawnOf(data)} in the colors of the stages that ran them. ${panel.sentence}`,
      spec: {
        ...wide,
        data: { values },
        mark: {
          type: 'line',
          strokeWidth: 1,
          opacity: opacityFor(data.runs.length),
          invalid: 'break-paths-filter-domains',
          // Vega would word every point, and keep the words of each line's first point, which say little.
          aria: false,
        },
        encoding: {
          x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { grid: false, tickMinStep: 1 } },
          y: {
            field: 'value',
            type: 'quantitative',
            title: panel.axis,
            ...(log ? logAxis(values.flatMap((v) => v.value ?? [])) : percent ? asShares : { scale: { zero: false } }),
          },
          detail: { field: 'run', type: 'nominal' },
          color: {
            field: 'group',
            type: 'nominal',
            title: null,
            scale: { domain: used.map((g) => groupNames[g] ?? g), range: used.map((g) => groupColors[g] ?? ink) },
            legend: { columns: 2 },
          },
        },
      },
    },
  ]
}

const asShares = { scale: { domain: [0, 1] }, axis: { format: '.0%', tickCount: 5 } }

/** Many overlapping lines show where they are dense. */
export const opacityFor = (lines: number): number => (lines > 200 ? 0.35 : lines > 20 ? 0.6 : 0.9)
