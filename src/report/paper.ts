import { linesOfWords } from '../base/wrap.ts'
import { html } from './escape.ts'
import type { Chart } from './charts/index.ts'
import { fullSentence } from './charts/theme.ts'

const [titleSize, textSize, margin] = [15, 12, 8]
/** Width of an average letter as a share of its font size: drawings are made where no font can be queried. */
const letterWidth = 0.54
const lineHeight = 1.4

/**
 * A drawing as a separate file. It has no surrounding page, so its title and its sentence are drawn above it. It has no
 * background, so it is white with black ink whatever the viewer's theme is.
 */
export function onPaper(svg: string, chart: Pick<Chart, 'title' | 'sentence' | 'alone'>): string {
  const [, width, height] = (/ viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"/.exec(svg) ?? []).map(Number)
  if (width === undefined || height === undefined) throw new Error('the drawing has no size')
  const wide = Math.max(width, 360)
  const lines = [
    ...wrapped(chart.title, wide, titleSize).map((text) => ({ text, size: titleSize, style: 'font-weight="bold"' })),
    ...wrapped(fullSentence(chart), wide, textSize).map((text) => ({ text, size: textSize, style: 'fill-opacity="0.75"' })),
  ]
  let y = margin
  const words = lines.map(({ text, size, style }) => {
    y += size * lineHeight
    const font = `font-family="system-ui, sans-serif" font-size="${size}" ${style}`
    return `<text x="${margin}" y="${round(y)}" ${font} fill="currentColor">${html(text)}</text>`
  })
  const top = Math.ceil(y + margin)
  const all = height + top
  return svg
    .replace(
      / width="[^"]*" height="[^"]*" viewBox="[^"]*"/,
      ` width="${wide}" height="${all}" viewBox="0 0 ${wide} ${all}"`,
    )
    .replace('<svg ', '<svg style="background:#fff;color:#000" ')
    .replace('</desc>', `</desc><g aria-hidden="true">${words.join('')}</g><g transform="translate(0,${top})">`)
    .replace(/<\/svg>$/, '</g></svg>')
}

const round = (value: number): number => Math.round(value * 100) / 100

function wrapped(text: string, width: number, size: number): string[] {
  const most = Math.floor((width - 2 * margin) / (size * letterWidth))
  return linesOfWords(text.split(/ +/), ({ length }) => length <= most)
}
