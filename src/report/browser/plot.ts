import uPlot from 'uplot'
import type { Line } from '../explorer/lines.ts'
import { nearest, rangeOf } from './lines.ts'

/** A line to draw: its trial, and its color as a CSS variable. */
export interface Drawn {
  readonly run: number
  readonly color: string
  readonly line: Line
}

export interface PlotOptions {
  readonly host: HTMLElement
  readonly label: string
  readonly log: boolean
  readonly percent: boolean
  readonly lines: readonly Drawn[]
  readonly height: number
  /** The pointer is over this plot, at an epoch; `run` is the line nearest to it, if one is near. */
  readonly onPoint: (epoch: number, run: number | null) => void
}

export interface Plot {
  /** Emphasizes one line, with a dot at an epoch; null for none. */
  highlight(run: number | null, epoch: number | null): void
  reset(): void
  destroy(): void
}

const near = 40
const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Axes, scales, zoom and the shared cursor come from uPlot. Each line has its own epochs, so the lines are drawn here. */
export function createPlot({ host, label, log, percent, lines, height, onPoint }: PlotOptions): Plot {
  const all = lines.map((l) => l.line)
  const last = Math.max(1, ...all.map(({ x }) => x.at(-1) ?? 0))
  const top = document.createElement('canvas')
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height,
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, low, high) => (low === high ? [0, last] : [low, high]) },
        y: { distr: log ? 3 : 1, range: (u) => valueRange(u, all, log, percent) },
      },
      axes: [
        { ...axis('epoch'), size: 32 },
        {
          ...axis(label),
          size: 64,
          values: percent ? asPercent : log ? asPowers : asDecimals,
          ...(log ? { grid: { ...axis(label).grid, filter: powers } } : {}),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: {
        sync: { key: 'trials', scales: ['x', null] },
        points: { show: false },
        drag: { x: true, y: false },
        y: false,
      },
      hooks: {
        draw: [
          (u) => {
            drawLines(u, lines)
          },
        ],
        setCursor: [
          (u) => {
            if (u.over.matches(':hover')) point(u, lines, onPoint)
          },
        ],
      },
    },
    [
      [0, last],
      [1, 1],
    ],
    host,
  )
  top.className = 'highlight'
  plot.over.append(top)
  const resized = new ResizeObserver(() => {
    plot.setSize({ width: host.clientWidth, height })
  })
  resized.observe(host)
  return {
    highlight: (run, epoch) => {
      highlight(
        plot,
        top,
        lines.find((l) => l.run === run),
        epoch,
      )
    },
    reset: () => {
      plot.setScale('x', { min: 0, max: last })
    },
    destroy: () => {
      resized.disconnect()
      plot.destroy()
    },
  }
}

const asPercent = (_: uPlot, values: number[]): string[] => values.map((v) => `${Math.round(v * 100)} %`)
const asPowers = (_: uPlot, values: (number | null)[]): string[] =>
  values.map((v) => (v === null ? '' : String(Number(v.toPrecision(2)))))

/**
 * With enough decimal places to distinguish adjacent ticks: rates of a thousandth and below as well as losses in the
 * hundreds.
 */
const asDecimals = (_: uPlot, values: number[], _axis: number, _space: number, step: number): string[] =>
  values.map((v) => v.toFixed(Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))).replace('-', '−'))

/** Grid lines only at powers of ten; a line at each step between them would outweigh the curves. */
const powers = (_: uPlot, splits: number[]): (number | null)[] =>
  splits.map((v) => (Math.abs(Math.log10(v) % 1) < 1e-9 ? v : null))

const axis = (label: string): uPlot.Axis => ({
  label,
  stroke: () => css('--soft'),
  font: '12px system-ui, sans-serif',
  labelFont: '13px system-ui, sans-serif',
  labelSize: 22,
  grid: { stroke: () => css('--line'), width: 1 },
  ticks: { stroke: () => css('--line'), width: 1 },
})

function valueRange(u: uPlot, lines: readonly Line[], log: boolean, percent: boolean): [number, number] {
  if (percent) return [0, 1]
  const { min, max } = u.scales['x'] ?? {}
  const found = rangeOf(lines, min ?? -Infinity, max ?? Infinity, log)
  if (!found) return log ? [0.1, 1] : [0, 1]
  const [low, high] = found
  if (log) return [low / 1.2, high * 1.2]
  const room = (high - low || Math.abs(high) || 1) * 0.05
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room]
}

function drawLines(u: uPlot, lines: readonly Drawn[]): void {
  const { ctx, bbox } = u
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineJoin = 'round'
  ctx.lineWidth = devicePixelRatio * (lines.length > 40 ? 1 : 1.5)
  ctx.globalAlpha = lines.length > 200 ? 0.35 : lines.length > 20 ? 0.6 : 0.9
  const colors = new Map([...new Set(lines.map((l) => l.color))].map((name) => [name, css(name)]))
  for (const { line, color } of lines) {
    ctx.strokeStyle = colors.get(color) ?? ''
    trace(ctx, u, line, true)
    ctx.stroke()
  }
  ctx.restore()
}

/** One path. It breaks at a missing value, and a lone point is a short stroke. */
function trace(ctx: CanvasRenderingContext2D, u: uPlot, { x, y }: Line, device: boolean): void {
  ctx.beginPath()
  let open = false
  for (let i = 0; i < y.length; i++) {
    const value = y[i] ?? null
    if (value === null) {
      open = false
      continue
    }
    const [px, py] = [u.valToPos(x[i] ?? 0, 'x', device), u.valToPos(value, 'y', device)]
    if (open) ctx.lineTo(px, py)
    else {
      ctx.moveTo(px, py)
      ctx.lineTo(px + 1, py)
    }
    open = true
  }
}

function point(u: uPlot, lines: readonly Drawn[], onPoint: PlotOptions['onPoint']): void {
  const { left = -1, top = -1 } = u.cursor
  if (left < 0) return
  const epoch = u.posToVal(left, 'x')
  let best: { run: number; distance: number } | null = null
  for (const { run, line } of lines) {
    const value = line.y[nearest(line, epoch)] ?? null
    const distance = value === null ? Infinity : Math.abs(u.valToPos(value, 'y') - top)
    if (distance < (best?.distance ?? near)) best = { run, distance }
  }
  onPoint(epoch, best?.run ?? null)
}

function highlight(u: uPlot, canvas: HTMLCanvasElement, drawn: Drawn | undefined, epoch: number | null): void {
  const [width, height] = [u.over.clientWidth, u.over.clientHeight]
  canvas.width = width * devicePixelRatio
  canvas.height = height * devicePixelRatio
  const ctx = canvas.getContext('2d')
  if (!drawn || !ctx) return
  ctx.scale(devicePixelRatio, devicePixelRatio)
  ctx.lineJoin = 'round'
  for (const [color, lineWidth] of [
    ['--card', 6],
    ['--ink', 2.5],
  ] as const) {
    ctx.strokeStyle = css(color)
    ctx.lineWidth = lineWidth
    trace(ctx, u, drawn.line, false)
    ctx.stroke()
  }
  const i = epoch === null ? -1 : nearest(drawn.line, epoch)
  const value = drawn.line.y[i] ?? null
  if (value === null) return
  ctx.fillStyle = css(drawn.color)
  ctx.beginPath()
  ctx.arc(u.valToPos(drawn.line.x[i] ?? 0, 'x'), u.valToPos(value, 'y'), 5, 0, 7)
  ctx.fill()
  ctx.stroke()
}
