import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'
import { linesOf, requireText } from '../text.ts'
import { openDelimited } from './csv.ts'
import type { FormatDefinition } from './definition.ts'

export const psv: FormatDefinition = {
  name: 'psv',
  endings: ['psv'],
  summary: 'One row per line, with cells between bars. A header is optional.',
  isText: true,
  open: (source, use) => openDelimited(source, use, '|'),
}

/** Cells between any delimiter that CSV files have, or else between blanks. */
export const txt: FormatDefinition = {
  name: 'txt',
  endings: ['txt', 'dat', 'data'],
  summary: 'One row per line, with cells between blanks, or between commas, semicolons, tabs or bars. A header is optional.',
  isText: true,
  open,
}

/** Lines whose cells are counted. */
const mostCompared = 30

function open(source: Source, use: TableUse): OpenTable {
  requireText(source)
  if (!isBlankSeparated(source)) return openDelimited(source, use, null)
  return openDelimited({ ...source, bytes: withTabs(source) }, use, '\t')
}

/** A cell in quotes, which may hold blanks, or one without blanks. */
const cell = /"(?:[^"]|"")*"|\S+/g
const isComment = (text: string): boolean => text.startsWith('#')

/**
 * Whether blanks split the first lines evenly and no delimiter of CSV does. Tabs may split them too, but into fewer cells:
 * some files have blanks and one tab.
 */
function isBlankSeparated(source: Source): boolean {
  const lines: string[] = []
  for (const { text } of linesOf(source)) {
    if (isComment(text)) continue
    lines.push(text.replaceAll(/"(?:[^"]|"")*"/g, 'x'))
    if (lines.length === mostCompared) break
  }
  const blanks = evenly(lines, /\s+/)
  if ([',', ';', '|'].some((sign) => evenly(lines, sign) > 1)) return false
  return blanks > Math.max(1, evenly(lines, '\t'))
}

/** The number of cells that each line but the first has; 0 if they differ. The first may be a header without row names. */
function evenly([first = '', ...rest]: readonly string[], delimiter: string | RegExp): number {
  const counts = new Set((rest.length > 0 ? rest : [first]).map((line) => line.split(delimiter).length))
  return counts.size === 1 ? (counts.values().next().value ?? 0) : 0
}

/** The same lines, with tabs between cells. Blank lines are kept, so that errors name the right line. */
function withTabs(source: Source): Buffer {
  const lines: string[] = []
  for (const { text, line } of linesOf(source)) {
    while (lines.length < line - 1) lines.push('')
    lines.push(isComment(text) ? text : (text.match(cell) ?? []).join('\t'))
    if (line % 4096 === 0) source.watch.look()
  }
  return Buffer.from(lines.join('\n'))
}
