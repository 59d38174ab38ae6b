import type { Finding } from '../../diagnose/finding.ts'
import {
  besideVerdict,
  isSolved,
  moveTexts,
  seenText,
  silence,
  solvedText,
  subjectText,
  testedText,
} from '../diagnostics.ts'
import { html } from '../escape.ts'
import type { Report } from '../model.ts'
import { card, figure, paragraph, type Drawings } from './parts.ts'

/** One card per finding: the symptom, where it was seen, its cause and what to try. */
export function diagnostics(report: Report, drawings: Drawings): string {
  const { diagnostics: findings, verification } = report
  if (verification === null) return ''
  if (findings.length === 0) return card(paragraph(silence))
  const note = besideVerdict(report)
  const cards = findings
    .map((f, i) =>
      card(
        `<h3>${html(f.title)} <span class="soft small">${html(subjectText(f))}</span></h3>` +
          paragraph(seenText(f, report)) +
          `<div class="beside">${figure(drawings, `finding-${i + 1}`, false)}<div>${advice(f, report)}</div></div>`,
      ),
    )
    .join('')
  return (note === '' ? '' : paragraph(note)) + cards
}

function advice(finding: Finding, report: Report): string {
  const cause = `<p><strong>Likely cause:</strong> ${html(finding.cause)}</p>`
  if (isSolved(finding, report)) return cause + paragraph(solvedText)
  const moves = moveTexts(finding, report)
    .map((move) => `<li>${html(move)}</li>`)
    .join('')
  const text = testedText(finding, report)
  const tested = text === '' ? '' : paragraph(text, 'note')
  return `${cause}<p><strong>Try, in order:</strong></p><ol>${moves}</ol>${tested}`
}
