import type { Config, TopLevelSpec } from 'vega-lite'
import { printable } from '../../base/printable.ts'

/** One chart from one definition: the HTML and the SVG file show the same. */
export interface Chart {
  /** Unique in the report; the file is `curves/<id>.svg`. */
  readonly id: string
  readonly title: string
  /** What to see in it. */
  readonly sentence: string
  /**
   * What a reader of the drawing alone must know besides. On the page it stands once under a row of charts, or nowhere if
   * the text of the section says it.
   */
  readonly alone?: { readonly text: string; readonly onPage: 'once' | 'never' }
  readonly spec: TopLevelSpec
}

/** The sentences under a drawing that stands alone. */
export const fullSentence = ({ sentence, alone }: Pick<Chart, 'sentence' | 'alone'>): string =>
  alone === undefined ? sentence : `${sentence} ${alone.text}`

/**
 * Okabe and Ito's palette (2008), which readers with any color vision can distinguish; yellow is omitted for white paper.
 */
export const colors = {
  winner: '#0072B2',
  baseline: '#E69F00',
  limit: '#D55E00',
  chosen: '#009E73',
  sky: '#56B4E9',
  purple: '#CC79A7',
  grey: '#888888',
} as const

/** For unordered groups, such as seeds or candidates. */
export const palette = [
  colors.winner,
  colors.baseline,
  colors.chosen,
  colors.purple,
  colors.sky,
  colors.limit,
  colors.grey,
] as const

/** For seeds next to the green choice and the red edge. */
export const seedPalette = [colors.winner, colors.baseline, colors.purple, colors.sky, colors.grey] as const

/** The text color of the surroundings, so that one drawing serves light and dark. */
export const ink = 'currentColor'

/**
 * The width including axes, so that text in adjacent charts has one size. It is narrow enough to stay readable on a phone.
 */
export const wide = { width: 380, height: 215, autosize: { type: 'fit-x', contains: 'padding' } } as const

/** The look of every chart; its background is transparent. */
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

/** Types a layer that is built separately, so that its literals are checked in place. */
export const layer = (spec: Layer): Layer => spec

/** Distinguishes limits and scales from data lines without color. */
export const dashed = (): number[] => [6, 4]

/** Outside text in a form that is safe in a drawing. */
export const label = (text: string): string => printable(text, 60)

/** Labels of a log axis: 1, 2 and 5 of each power of ten between two positive values; only the powers if there are many. */
export function logTicks(low: number, high: number): number[] {
  const all = decades(low, high)
    .flatMap((power) => [power, 2 * power, 5 * power])
    .filter((v) => v >= low && v <= high)
  return all.length > 7 ? decades(low, high).filter((v) => v >= low && v <= high) : all
}

/** A log axis of positive values that fits them closely. */
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
