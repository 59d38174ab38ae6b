import { higherIsBetter } from '../../records/metrics.ts'
import type { GridFindings } from '../../records/decision.ts'
import { directionOf, meanOf, plural, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, ink, label, layer, wide, type Chart } from './theme.ts'

/** The regularization grid as a heat map, and the share of the variance that each lever explains. */
export function gridCharts(report: Report): Chart[] {
  const grid = report.stages.flatMap((s) => s.findings?.grid ?? [])[0]
  if (!grid || grid.cells.length === 0) return []
  return [...heatMap(report, grid), ...sensitivity(grid)]
}

/** Columns are the first lever's values, rows the combined values of all others. */
interface Cell {
  readonly column: string
  readonly row: string
  readonly score: number | null
  /** Whether its runs were trained to the end. */
  readonly full: boolean
  readonly text: string
  readonly note: string
}

/** With more cells, each is one line high. */
const roomy = 48
const spacious = { width: 100, height: 54, textAt: -7, noteAt: 10 }
const dense = { width: 96, height: 24, textAt: 0, noteAt: null }

function heatMap(report: Report, grid: GridFindings): Chart[] {
  const { objective } = report.study
  const [first, ...rest] = grid.levers
  if (first === undefined) return []
  const crowded = grid.cells.length > roomy
  const cells = grid.cells.map((cell): Cell => {
    const scores = cell.scores.filter((s) => s !== null)
    const score = scores.length === cell.scores.length && scores.length > 0 ? meanOf(scores) : null
    const full = cell.length >= 1
    const share = `${short(100 * cell.length, 2)} %`
    const value = (lever: string): string => label(String(cell.patch[lever as keyof typeof cell.patch] ?? ''))
    return {
      column: value(first),
      row: rest.map(value).join(' · '),
      score,
      full,
      text: score === null ? 'unstable' : `${short(score)}${crowded && !full ? ` (${share})` : ''}`,
      note: full ? 'full run' : `${share} of a run`,
    }
  })
  // Scores of shorter runs are on another scale, so they have no color.
  const done = cells.flatMap(({ score, full }) => (full && score !== null ? [score] : []))
  const dark = darkBelow(done, higherIsBetter(objective))
  const size = crowded ? dense : spacious
  return [
    {
      id: 'grid',
      title: 'Regularization grid',
      sentence:
        `Mean validation ${objective} over seeds, ${directionOf(objective)} and brighter. ` +
        `${plural(cells.length, 'cell')}. ${shortened(cells)}`,
      spec: {
        data: {
          values: cells.map((c) => ({
            ...c,
            ink: c.score === null || !c.full ? ink : dark(c.score) ? '#ffffff' : '#000000',
          })),
        },
        width: { step: size.width },
        height: { step: size.height },
        encoding: { x: axis('column', first, cells), y: axis('row', rest.join(' · '), cells) },
        layer: [
          {
            mark: { type: 'rect', cornerRadius: 3, stroke: ink, strokeOpacity: 0.25, fill: 'transparent' },
            encoding: {},
          },
          {
            transform: [{ filter: 'datum.full && datum.score !== null' }],
            mark: { type: 'rect', cornerRadius: 3 },
            encoding: {
              color: {
                field: 'score',
                type: 'quantitative',
                title: objective,
                legend: { gradientLength: 180 },
                scale: { scheme: 'cividis', zero: false, reverse: !higherIsBetter(objective) },
              },
            },
          },
          {
            mark: { type: 'text', dy: size.textAt, fontWeight: 'bold', color: inkOf },
            encoding: { text: { field: 'text', type: 'nominal' } },
          },
          ...(size.noteAt === null
            ? []
            : [
                layer({
                  mark: { type: 'text', dy: size.noteAt, fontSize: 10, color: inkOf },
                  encoding: { text: { field: 'note', type: 'nominal' } },
                }),
              ]),
        ],
      },
    },
  ]
}

const inkOf = { expr: 'datum.ink' }

/** What a cell without color means. */
const shortened = (cells: readonly Cell[]): string =>
  cells.every(({ full }) => full)
    ? 'All were trained to the end.'
    : 'A cell without color was stopped early, at the share of a run that it shows: its score is on another scale than a full run.'

/** Values of a lever in numeric order if they are numbers; rows ascend like any other axis. */
function axis(field: 'column' | 'row', title: string, cells: readonly Cell[]) {
  const values = [...new Set(cells.map((c) => c[field]))].sort((x, y) => Number(x) - Number(y) || (x < y ? -1 : 1))
  const sort = field === 'row' ? values.reverse() : values
  return {
    field,
    type: 'ordinal',
    title: title === '' ? null : title,
    sort,
    axis: { labelAngle: 0, labelLimit: 320, ticks: false, domain: false },
  } as const
}

/** The lower end of the cividis scheme is dark and needs white text. */
function darkBelow(scores: readonly number[], higher: boolean): (score: number) => boolean {
  const [low, high] = [Math.min(...scores), Math.max(...scores)]
  return (score) => {
    const place = high > low ? (score - low) / (high - low) : 0.5
    return (higher ? place : 1 - place) < 0.55
  }
}

function sensitivity(grid: GridFindings): Chart[] {
  const values = grid.sensitivity.filter((s) => s.omegaSquared !== null)
  if (values.length === 0) return []
  return [
    {
      id: 'sensitivity',
      title: 'Which lever matters',
      sentence:
        "Share of the score's variance over the grid that each lever explains (ω²). Near 0, seed noise hides the lever's effect.",
      spec: {
        ...wide,
        height: { step: 32 },
        data: { values: values.map((v) => ({ ...v, text: short(v.omegaSquared ?? 0, 2) })) },
        encoding: {
          y: { field: 'lever', type: 'nominal', title: null, sort: '-x' },
          x: {
            field: 'omegaSquared',
            type: 'quantitative',
            title: 'share of variance explained, ω²',
            scale: { domain: [0, 1] },
          },
        },
        layer: [
          { mark: { type: 'bar', color: colors.winner, cornerRadiusEnd: 3 } },
          { mark: { type: 'text', align: 'left', dx: 5 }, encoding: { text: { field: 'text', type: 'nominal' } } },
        ],
      },
    },
  ]
}
