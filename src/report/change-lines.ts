import type { ChangedPart } from '../data/changed-rows.ts'
import type { Report } from './model.ts'
import { plural } from './numbers.ts'

/**
 * What a reader must know before the verdict: which of the measured rows the change edits, and which rules it alters.
 * Plain text, a sentence or two each, the rows first. Empty where the change leaves all of that alone.
 */
export function changeLines({ change }: Report): string[] {
  if (!change) return []
  const { rows, rules } = change
  const altered = listed(rules.map(({ setting, base, change: own }) => `${setting} from ${base} to ${own}`))
  return [
    ...(rows === undefined ? [] : 'notCompared' in rows ? [notCompared(rows.notCompared)] : rowLines(rows.parts)),
    ...(altered === '' ? [] : [`This change alters ${altered}; it was judged with the values of the base commit.`]),
  ]
}

const notCompared = (why: string): string =>
  `The validation and test rows were not compared with those of the base commit: ${why}.`

function rowLines(parts: readonly ChangedPart[]): string[] {
  const ordered = parts.toReversed()
  const edits = ordered.filter(({ edited }) => edited > 0).map(editText)
  const moves = ordered.filter(({ moved }) => moved > 0).map((part) => ofRows(part.moved, part))
  const clauses = [
    ...(edits.length === 0 ? [] : [`edits ${listed(edits)}`]),
    ...(moves.length === 0 ? [] : [`moves ${listed(moves)} to another part of the split`]),
  ]
  const sizes = ordered.filter(({ growth }) => growth !== 0).map(sizeText)
  const lines = [...(clauses.length === 0 ? [] : [`This change ${clauses.join(', and ')}.`]), ...sizes]
  return lines.length === 0 ? [] : [lines.join(' ')]
}

/** `12 of the 36 test rows (3 relabelled)`. */
const editText = (part: ChangedPart): string =>
  `${ofRows(part.edited, part)}${part.relabelled === 0 ? '' : ` (${part.relabelled} relabelled)`}`

const ofRows = (count: number, { part, rows }: ChangedPart): string => `${count} of the ${plural(rows, `${part} row`)}`

function sizeText({ part, rows, growth }: ChangedPart): string {
  const more = `${Math.abs(growth)} ${growth > 0 ? 'more' : 'fewer'}`
  return `The change is measured on ${plural(rows + growth, `${part} row`)}, ${more} than the base commit.`
}

const listed = (items: readonly string[]): string =>
  (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`)
