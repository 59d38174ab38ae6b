import { movesText, seenText, silence, subjectText } from '../diagnostics.ts'
import { html } from '../escape.ts'
import type { Report } from '../model.ts'
import { card, figure, paragraph, type Drawings } from './parts.ts'

/** One card a finding: the symptom, where it was seen, its cause and what to try. */
export function diagnostics({ diagnostics: findings, verification }: Report, drawings: Drawings): string {
  if (verification === null) return ''
  if (findings.length === 0) return card(paragraph(silence))
  return findings
    .map((f, i) =>
      card(
        `<h3>${html(f.title)} <span class="soft small">${html(subjectText(f))}</span></h3>` +
          paragraph(seenText(f)) +
          figure(drawings, `finding-${i + 1}`, false) +
          `<p><strong>Likely cause:</strong> ${html(f.cause)}</p><p><strong>Try, in order:</strong> ` +
          `${html(movesText(f))}</p>`,
      ),
    )
    .join('')
}
