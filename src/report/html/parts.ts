import type { VerdictStatus } from '../../records/verdict.ts'
import { html } from '../escape.ts'
import type { Chart } from '../charts/theme.ts'
import type { BoxState } from '../model.ts'

// Small pieces of HTML. Anything named `text` is escaped here; anything named `inner` is already HTML.

export type Tone = VerdictStatus | 'off'

const icons: Record<Tone, string> = { pass: '✓', fail: '✗', inconclusive: '?', off: '–' }

/** The symbol of a status, next to its word. */
export const icon = (tone: Tone): string => `<span class="sign ${tone}" aria-hidden="true">${icons[tone]}</span>`

/** A status in a rounded box with color, symbol and word, so that none of them is needed alone. */
export const pill = (tone: Tone, text: string): string => `<span class="pill ${tone}">${icons[tone]} ${html(text)}</span>`

export const toneOf: Record<BoxState, Tone> = {
  done: 'pass',
  'not-done': 'fail',
  skipped: 'off',
  inconclusive: 'inconclusive',
}

/**
 * A section that a reader may fold. The page opens with all of them open; on a narrow screen its script closes those with a
 * `gist`, which then stands in their place.
 */
export const section = (id: string, title: string, inner: string, gist?: string): string =>
  gist === undefined
    ? `<section aria-labelledby="${id}"><h2 id="${id}">${html(title)}</h2>${inner}</section>`
    : `<section aria-labelledby="${id}"><details class="fold" open="open"><summary><h2 id="${id}">${html(title)}</h2>` +
      `<span class="gist">${html(gist)}</span></summary>${inner}</details></section>`

export const card = (inner: string): string => (inner === '' ? '' : `<div class="card">${inner}</div>`)
export const paragraph = (text: string, className = ''): string =>
  `<p${className === '' ? '' : ` class="${className}"`}>${html(text)}</p>`
export const codeText = (text: string, length = 200): string => `<code>${html(text, length)}</code>`

export interface Column {
  readonly title: string
  readonly number?: boolean
}

/**
 * A table; cells are already HTML. Empty without rows. On a narrow screen it scrolls on its own: its first column stays, and
 * a shade shows that there is more.
 *
 * @param name what the table is, if its titles come from outside
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], name?: string): string {
  if (rows.length === 0) return ''
  const cell = (tag: 'th' | 'td', inner: string, column: Column | undefined): string =>
    `<${tag}${tag === 'th' ? ' scope="col"' : ''}${column?.number ? ' class="number"' : ''}>${inner}</${tag}>`
  const head = columns.map((c) => cell('th', html(c.title, 60), c)).join('')
  const body = rows.map((r) => `<tr>${r.map((inner, i) => cell('td', inner, columns[i])).join('')}</tr>`).join('')
  const label = name ?? `Table of ${columns.map((c) => c.title.toLowerCase()).join(', ')}`
  return `<div class="scroll" tabindex="0" role="group" aria-label="${html(label)}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

export const details = (title: string, inner: string): string =>
  inner === '' ? '' : `<details><summary>${html(title)}</summary>${inner}</details>`

/** A chart's words and its picture. */
export interface Drawing extends Pick<Chart, 'title' | 'sentence' | 'alone'> {
  readonly svg: string
}

/** Drawings by the id of their chart. */
export type Drawings = ReadonlyMap<string, Drawing>

/** Charts beside each other, so that no row of them is half empty; nothing if the study has none of them. */
export function figures(drawings: Drawings, ids: readonly string[]): string {
  const all = ids.map((id) => figure(drawings, id)).filter((inner) => inner !== '')
  if (all.length === 0) return ''
  const row = ['one', 'two-up', 'three'][all.length - 1] ?? 'many'
  const shared = new Set(
    ids.flatMap((id) => {
      const alone = drawings.get(id)?.alone
      return alone?.onPage === 'once' ? [alone.text] : []
    }),
  )
  const below = [...shared].map((text) => paragraph(text, 'note')).join('')
  return `<div class="charts ${row}">${all.join('')}</div>${below}`
}

/** A chart with its sentence; nothing if the study has no such chart. */
export function figure(drawings: Drawings, id: string, titled = true): string {
  const drawing = drawings.get(id)
  if (!drawing) return ''
  const title = titled ? `<h3>${html(drawing.title)}</h3>` : ''
  // A drawing grows with the page, but not so far that its text becomes too large.
  const width = Number(/ width="(\d+(?:\.\d+)?)"/.exec(drawing.svg)?.[1] ?? 500)
  const inline = drawing.svg
    .replace(/ xmlns="[^"]*"/, '')
    .replace('<svg ', `<svg style="max-width:${Math.round(width * 1.25)}px" `)
  const caption = titled ? `<figcaption>${html(drawing.sentence)}</figcaption>` : ''
  return `<figure>${title}<div class="chart">${inline}</div>${caption}</figure>`
}
