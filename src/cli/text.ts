import stringWidth from 'string-width'
import { linesOfWords } from '../base/wrap.ts'
import { median } from '../stats/describe.ts'

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * The beginning of a text that fits in this many terminal columns, where some letters take two; ends in `…` if truncated.
 */
export function fitting(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text
  let fit = ''
  let width = 0
  for (const { segment } of segments.segment(text)) {
    width += stringWidth(segment)
    if (width > columns - 1) break
    fit += segment
  }
  return `${fit.trimEnd()}…`
}

/** Pads on the right with spaces to this many columns. */
export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - stringWidth(text)))

/**
 * Lines of at most this many columns, broken between words; a longer word gets its own line. Every line begins with the
 * indent.
 */
export function wrapped(text: string, columns: number, indent: string): string[] {
  return linesOfWords(text.split(' '), (line) => stringWidth(indent + line) <= columns).map((line) => indent + line)
}

/** Rows as aligned columns with two spaces between them; the first row is the header. */
export function aligned(rows: readonly (readonly string[])[], indent: string): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => stringWidth(row[i] ?? ''))))
  return rows.map((row) => (indent + row.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  ')).trimEnd())
}

const cells = { unicode: ['█', '░'], plain: ['#', '.'] } as const

/** A share from 0 to 1 as a bar of this many columns. */
export function bar(share: number, columns: number, letters: keyof typeof cells): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns)
  const [done, open] = cells[letters]
  return done.repeat(full) + open.repeat(columns - full)
}

const blocks = { unicode: '▁▂▃▄▅▆▇█', plain: '_.-~=+*#' } as const

/**
 * Values as a curve one line high, from the smallest to the largest. Each column is the median of its share, so that a
 * single spike does not hide the trend. A column without a finite value is `!`. Empty for fewer than two values.
 */
export function sparkline(values: readonly number[], columns: number, letters: keyof typeof blocks): string {
  const count = Math.min(columns, values.length)
  if (count < 2) return ''
  const shares = Array.from({ length: count }, (_, i) =>
    median(
      values
        .slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))
        .filter(Number.isFinite),
    ),
  )
  const finite = shares.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  const scale = blocks[letters]
  const level = (value: number): number =>
    high === low ? 0 : Math.round(((value - low) / (high - low)) * (scale.length - 1))
  return shares.map((value) => (Number.isFinite(value) ? scale[level(value)] : '!')).join('')
}
