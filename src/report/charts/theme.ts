import type { Config, TopLevelSpec } from 'vega-lite'
import { printable } from '../../base/printable.ts'

/** One chart by one definition: the HTML and the SVG file show the same. */
export interface Chart {
  /** Unique in the report; the file is `curves/<id>.svg`. */
  readonly id: string
  readonly title: string
  /** What to see in it. */
  readonly sentence: string
  readonly spec: TopLevelSpec
}

/** Okabe and Ito's palette (2008), told apart by readers with any colour vision; yellow is left out for white paper. */
export const colors = {
  winner: '#0072B2',
  baseline: '#E69F00',
  limit: '#D55E00',
  chosen: '#009E73',
  sky: '#56B4E9',
  purple: '#CC79A7',
  grey: '#888888',
} as const

/** For unordered groups, as seeds or candidates. */
export const palette = [
  colors.winner,
  colors.baseline,
  colors.chosen,
  colors.purple,
  colors.sky,
  colors.limit,
  colors.grey,
] as const

/** For seeds beside the green choice and the red edge. */
export const seedPalette = [colors.winner, colors.baseline, colors.purple, colors.sky, colors.grey] as const

/** The text colour of wherever the drawing stands, so that one drawing serves light and dark. */
export const ink = 'currentColor'

/**
 * The width is that of everything with its axes, so that the letters of charts beside each other have one size; narrow enough
 * to be read on a phone without shrinking them to nothing.
 */
export const wide = { width: 380, height: 215, autosize: { type: 'fit-x', contains: 'padding' } } as const

/** The look of every chart; the page shows through it. */
export const config: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  padding: 6,
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    gridOpacity: 0.12,
    domainOpacity: 0.5,
    tickOpacity: 0.5,
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    labelLimit: 220,
    titlePadding: 8,
  },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    orient: 'top',
    labelLimit: 260,
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
    gradientStrokeColor: 'transparent',
  },
  header: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal' },
  text: { color: ink, fontSize: 12 },
  title: { color: ink },
}

type Layered = Extract<TopLevelSpec, { layer: unknown }>
export type Layer = Layered['layer'][number]

/** Gives a layer that is built apart its type, so that its literals are checked where they stand. */
export const layer = (spec: Layer): Layer => spec

/** How limits and scales are told from data lines without colour. */
export const dashed = (): number[] => [6, 4]

/** Outside text as it may stand in a drawing. */
export const label = (text: string): string => printable(text, 60)

/** Where a log axis is labelled: 1, 2 and 5 of each power of ten between two positive values, the powers alone of many. */
export function logTicks(low: number, high: number): number[] {
  const all = decades(low, high).flatMap((power) => [power, 2 * power, 5 * power]).filter((v) => v >= low && v <= high)
  return all.length > 7 ? decades(low, high).filter((v) => v >= low && v <= high) : all
}

/** A log axis of positive values that hugs them. */
export function logAxis(values: readonly number[]) {
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity])
  const domain = [low / 1.1, high * 1.1]
  return {
    scale: { type: 'log' as const, domain, nice: false },
    axis: { values: logTicks(low / 1.1, high * 1.1), format: '~g', gridOpacity: 0.12 },
  }
}

/** The powers of ten from the one below `low` to the one above `high`. */
export function decades(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)]
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
}
