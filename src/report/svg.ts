import { html } from './escape.ts'
import { config, fullSentence } from './charts/theme.ts'
import type { Chart } from './charts/index.ts'
import type { Drawing, Drawings } from './html/parts.ts'

/**
 * Draws a chart as SVG text with Vega-Lite, without a browser. The libraries are loaded on the first call: they are large,
 * and commands that draw nothing should start at once. The text is a function of the chart alone: letter widths are
 * estimated (never measured with a font of this machine), numbers are rounded to hundredths of a pixel, and names of clip
 * paths are derived from the id.
 */
export async function renderSvg(chart: Chart): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  withoutFonts(vega)
  vega.resetSVGDefIds()
  const { spec } = vegaLite.compile(chart.spec, { config, logger: quiet })
  const view = new vega.View(vega.parse(spec), { renderer: 'none', loader: refusing, logger: quiet })
  try {
    return finished(await view.toSVG(), chart)
  } finally {
    view.finalize()
  }
}

/** Charts with their pictures, by id, in the order of the charts. */
export async function drawings(charts: readonly Chart[]): Promise<Drawings> {
  const drawn = new Map<string, Drawing>()
  for (const chart of charts) drawn.set(chart.id, { ...chart, svg: await renderSvg(chart) })
  return drawn
}

/** Vega measures letters on a canvas if one is installed; the published types omit this switch. */
const withoutFonts = (vega: object): void =>
  (vega as { textMetrics: { canvas(use: boolean): void } }).textMetrics.canvas(false)

/** A chart's spec contains everything that it shows. A spec that requests a file or an address is a defect. */
const refused = (): Promise<never> => Promise.reject(new Error('charts load no external data'))
const refusing = { load: refused, sanitize: refused, http: refused, file: refused, options: undefined }

/** Vega's warnings would go to the console; tests check what must not happen instead. */
const quiet = {
  level: (): never => quiet as never,
  error: (...args: unknown[]): never => {
    throw new Error(args.map(String).join(' '))
  },
  warn: (): never => quiet as never,
  info: (): never => quiet as never,
  debug: (): never => quiet as never,
}

const rounded = (attribute: string): string =>
  attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (n) => String(Math.round(Number(n) * 100) / 100))

/** Marks of single values with their description, which Vega has escaped. As a title, it shows where the pointer rests. */
const shapes =
  /<(path|line)([^>]* aria-label="([^"]*)" [^>]*aria-roledescription="(?:point|tick|bar|rule mark|rect mark)"[^>]*)(?:\/>|><\/\1>)/g

function finished(svg: string, chart: Chart): string {
  const { id, title } = chart
  return svg
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replace(/<rect [^>]*fill="transparent"\/?>(?:<\/rect>)?/, '')
    .replace(/^<svg /, `<svg role="img" aria-labelledby="${id}-title ${id}-desc" `)
    .replace('>', `><title id="${id}-title">${html(title)}</title><desc id="${id}-desc">${html(fullSentence(chart))}</desc>`)
    .replace(/ (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"/g, rounded)
    .replace(shapes, '<$1$2><title>$3</title></$1>')
    .replace(/(id="|url\(#)((?:clip|gradient)[\w-]*)/g, `$1${id}-$2`)
}
