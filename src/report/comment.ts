import type { GateVerdict } from '../records/verdict.ts'
import { changeLines } from './change-lines.ts'
import { code, markdown } from './escape.ts'
import { boxIcon, statusIcon } from './icons.ts'
import { warned } from './markdown.ts'
import type { Report } from './model.ts'
import { plural, short } from './numbers.ts'
import { askText, byUrgency, headline, leverText, settleText } from './phrases.ts'
import { isResults } from './sides.ts'

/** Longest comment, in UTF-16 code units: what a reviewer reads without scrolling. */
export const commentLength = 2000

/** An address to offer at the end. The code that posts the comment creates it, never the spec. */
export interface CommentLink {
  readonly text: string
  readonly url: string
}

/**
 * The shortest form of the report, for a comment on a pull request: the verdict first, then as much of gates, levers,
 * checklist and the way to repeat it as fits in `commentLength`. What does not fit is omitted as a whole and counted; the
 * verdict and the links are always there.
 */
export function renderComment(report: Report, links: readonly CommentLink[] = []): string {
  const end = links.map(({ text, url }) => `[${markdown(text, 60)}](${url})`).join(' · ')
  const room = commentLength - (end === '' ? 0 : end.length + 2)
  const parts = [gates, levers, checklist, repeat]
  let text = head(report, room)
  for (const part of parts) {
    const added = part(report, room - text.length - 2)
    if (added !== '' && text.length + 2 + added.length <= room) text += `\n\n${added}`
  }
  return end === '' ? `${text}\n` : `${text}\n\n${end}`
}

/** Escaping may make a hostile name many times longer, so the words are truncated until they fit. */
function head(report: Report, room: number): string {
  const { verdict, study } = report
  const title = (length: number): string =>
    `### ${statusIcon[verdict.status]} ${verdict.status}: ${code(study.name, length)}`
  const name = [60, 30, 10].map(title).find((t) => t.length < room / 4) ?? `### ${verdict.status}`
  const sentence = `**${markdown(verdict.sentence, 300)}**`
  const more = markdown(headline(report), 300)
  const top = [name, ...altered(report, room / 2)]
  return [[...top, sentence, more], [...top, sentence], top].map((p) => p.join('\n\n')).find((t) => t.length <= room) ?? name
}

/** What a reader must know before the verdict. It is always there, shortened if the full text is too long. */
function altered(report: Report, room: number): string[] {
  const lines = changeLines(report)
  if (lines.length === 0) return []
  const said = [300, 150, 60].map((length) =>
    warned(lines.map((line) => markdown(line, length)))
      .join('\n')
      .trimEnd(),
  )
  const least = warned(['This change alters how it is measured. The report has the details.']).join('\n').trimEnd()
  return [said.find((text) => text.length <= room) ?? least]
}

function gates({ verdict }: Report, room: number): string {
  // The last one may be omitted.
  const rows = byUrgency(verdict.gates).map(
    ({ gate: g }) => `| ${statusIcon[g.status]} ${g.status} | ${markdown(askText(g), 200)} | ${estimateText(g)} |`,
  )
  return fitted(
    ['| Gate | Question | Measured |', '| --- | --- | --- |'],
    rows,
    room,
    (left) => `\n${plural(left, 'more gate')}.`,
  )
}

function estimateText(gate: GateVerdict): string {
  const { estimate } = gate
  const open = settleText(gate)
  const settle = open === '' ? '' : ` **To settle it:** ${markdown(open, 200)}`
  if (estimate === null) return `not measured${settle}`
  const { what, value, lower, upper } = estimate
  return `${markdown(what, 80)} ${short(value)} (${short(lower, 3)} to ${short(upper, 3)})${settle}`
}

function levers(report: Report, room: number): string {
  if (isResults(report)) return ''
  const { changes } = report.levers
  if (changes.length === 0) return 'Every lever stays as declared.'
  const rows = changes.map((c) => `- ${code(c.lever)} ${leverText(c.from)} → **${leverText(c.to)}**`)
  return fitted(['Levers moved:', ''], rows, room, (left) => `- and ${left} more`)
}

/** Only the boxes that are open are named. */
function checklist({ checklist: items }: Report, room: number): string {
  const done = items.filter((b) => b.state === 'done').length
  const open = items.filter((b) => b.state === 'not-done' || b.state === 'inconclusive')
  const rows = open.map((b) => `- ${boxIcon[b.state]} ${b.title}: ${markdown(b.evidence, 120)}`)
  const line = `Checklist: ${done} of ${items.length} done${open.length === 0 ? '.' : '; open:'}`
  return rows.length === 0 ? line : fitted([line, ''], rows, room, (left) => `- and ${left} more`)
}

function repeat({ study }: Report): string {
  return `Repeat: ${code(study.command, 200)} (seed ${study.seed}, spec ${code(study.fingerprints.spec.slice(0, 12))}).`
}

/** As many rows as fit under their header, with the rest counted; nothing if not even one fits. */
function fitted(header: readonly string[], rows: readonly string[], room: number, more: (left: number) => string): string {
  for (let kept = rows.length; kept > 0; kept--) {
    const left = rows.length - kept
    const text = [...header, ...rows.slice(0, kept), ...(left === 0 ? [] : [more(left)])].join('\n')
    if (text.length <= room) return text
  }
  return ''
}
