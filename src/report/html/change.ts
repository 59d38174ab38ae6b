import type { MetricComparison } from '../../gates/verification.ts'
import { html } from '../escape.ts'
import { predictionTables } from '../by-class.ts'
import { ensembleTable } from '../ensemble.ts'
import type { Report } from '../model.ts'
import { duration, fixed, gainAndInterval, gainText, meanAndSd, plural, short } from '../numbers.ts'
import { averagedRows, leverText, leverWords, measuredNote, seedRows } from '../phrases.ts'
import { card, codeText, details, paragraph, pill, table, toneOf, type Tone } from './parts.ts'
import { segmentTable } from '../segments.ts'
import { isGated, judgedSide, measuredTitle, whyUnmoved } from '../sides.ts'

/** The lineage as a timeline, then the levers that moved more than once, from where they began to where they ended. */
export function changes(report: Report): string {
  const { lineage, levers, timing } = report
  const items = movedTogether(lineage).map(({ first, entries }) => {
    const [
      {
        stage,
        reason,
        evidence: { gain, threshold, seeds },
      },
    ] = entries
    const seconds = timing.lineage[first]
    // The reason of a comparison names its numbers.
    const weight =
      gain === null || reason.includes(short(gain))
        ? ''
        : ` Gain ${gainText(gain)}${threshold === null ? '' : `, noise explains up to ${short(threshold)}`}, ${plural(seeds, 'seed')}.`
    const what = entries.map((l) => `${codeText(l.lever)} ${html(leverText(l.from))} → ${html(leverText(l.to))}`).join(', ')
    return (
      `<li><strong>${what}</strong> <span class="soft">by ${stage}</span><br>` +
      `${html(reason)}.<span class="soft">${html(weight + (seconds === undefined ? '' : ` ${duration(seconds)} of training.`))}</span></li>`
    )
  })
  const timeline =
    items.length === 0
      ? paragraph(`No lever moved because ${whyUnmoved(report)}.`)
      : `<ol class="timeline">${items.join('')}</ol>`
  const twice = levers.changes
    .filter((c) => c.lineage.length > 1)
    .map((c) => `${codeText(c.lever)} ${html(leverText(c.from))} → <strong>${html(leverText(c.to))}</strong>`)
  const whole = twice.length === 0 ? '' : `<p>Over all moves: ${twice.join(', ')}.</p>`
  return card(timeline + whole + paragraph(leverWords, 'note')) + sinceLock(levers.sinceLock)
}

type Entry = Report['lineage'][number]
interface Move {
  readonly first: number
  readonly entries: [Entry, ...Entry[]]
}

/** Consecutive entries that rest on the same runs are one move, such as a batch size with its learning rate. */
function movedTogether(lineage: readonly Entry[]): Move[] {
  const moves: Move[] = []
  for (const [i, entry] of lineage.entries()) {
    const last = moves.at(-1)
    const same =
      last?.entries[0].stage === entry.stage && last.entries[0].evidence.runs.join() === entry.evidence.runs.join()
    if (last && same) last.entries.push(entry)
    else moves.push({ first: i, entries: [entry] })
  }
  return moves
}

function sinceLock(differences: Report['levers']['sinceLock']): string {
  if (differences === null) return ''
  if (differences.length === 0) return card(paragraph('No lever differs from the lock.'))
  const rows = differences.map((d) => [codeText(d.lever), html(leverText(d.from)), html(leverText(d.to))])
  return card(`<h3>Changes from the lock</h3>${table([{ title: 'Lever' }, { title: 'Lock' }, { title: 'Now' }], rows)}`)
}

const claimTones = {
  better: 'pass',
  worse: 'fail',
  negligible: 'off',
  'not-distinguishable': 'off',
  identical: 'off',
  undecidable: 'inconclusive',
} as const satisfies Record<string, Tone>

export function measured(report: Report): string {
  const { metrics = [] } = report.verification ?? {}
  const first = metrics.filter((m) => m.objective || isGated(report, m))
  const rest = metrics.filter((m) => !first.includes(m))
  const main = metricTable(report, first.length === 0 ? rest : first)
  if (main === '') return ''
  const more = first.length === 0 ? '' : details(plural(rest.length, 'other metric'), metricTable(report, rest))
  const note = measuredNote(report)
  return (
    card(
      `<h3>${measuredTitle(report)}</h3>${main}${more}${paragraph(note, 'note')}${averaged(report)}${seedTable(report)}`,
    ) +
    ensemble(report) +
    predictions(report)
  )
}

function metricTable(report: Report, all: readonly MetricComparison[]): string {
  const rows = all.map((m) => [
    `${m.split} ${m.objective ? `<strong>${m.metric}</strong>` : m.metric}`,
    meanAndSd(m.baseline.mean, m.baseline.sd),
    meanAndSd(m.candidate.mean, m.candidate.sd),
    m.gain === null
      ? '–'
      : `${gainAndInterval(m.gain).gain} <span class="soft small">(${gainAndInterval(m.gain).interval})</span>`,
    m.probabilityBetter === null ? '–' : `${fixed(100 * m.probabilityBetter, 1)} %`,
    pill(claimTones[m.claim], m.claim.replace('-', ' ')),
  ])
  const n = { number: true }
  return table(
    [
      { title: 'Metric' },
      { title: 'Baseline', ...n },
      { title: judgedSide(report), ...n },
      { title: 'Gain, 95 % interval', ...n },
      { title: 'P(better)', ...n },
      { title: 'Beyond noise' },
    ],
    rows,
  )
}

function ensemble(report: Report): string {
  const found = ensembleTable(report)
  if (found === null) return ''
  const all = table(
    found.header.map((title, i) => ({ title, number: i > 0 })),
    found.rows.map((row) => row.map((text) => html(text))),
  )
  return card(`<h3>${html(found.title)}</h3>${all}${paragraph(found.notes.join(' '), 'note')}`)
}

/** Tables with names of the data in them: the metrics by segment, and what the winner predicts by class and by row. */
const predictions = (report: Report): string =>
  [segmentTable(report, (name) => name), ...predictionTables(report, (name) => name)]
    .flatMap((found) => found ?? [])
    .map(({ title, header, rows, notes }) => {
      const columns = header.map((name, i) => ({ title: name, number: i > 0 }))
      const cells = rows.map((row) => row.map((text, i) => (i === 0 ? codeText(text) : html(text, 60))))
      return card(`<h3>${html(title)}</h3>${table(columns, cells, title)}${paragraph(notes.join(' '), 'note')}`)
    })
    .join('')

function averaged(report: Report): string {
  const { header, rows, note } = averagedRows(report)
  if (rows.length === 0) return ''
  const columns = header.map((title, i) => ({ title, number: i > 1 }))
  return `<h3>Averaged weights</h3>${table(columns, rows)}${paragraph(note, 'note')}`
}

function seedTable(report: Report): string {
  const { header, rows } = seedRows(report)
  return details(
    'Table of all seeds',
    table(
      header.map((title, i) => ({ title, number: i > 0 })),
      rows.map((r) => r.map((text) => html(text))),
    ),
  )
}

/** Every box of the process; the evidence of a box that is done unfolds, that of any other is shown. */
export const checklist = ({ checklist: items }: Report): string =>
  card(
    `<ul class="boxes">${items
      .map(
        (b) =>
          `<li><details${b.state === 'done' || b.state === 'skipped' ? '' : ' open="open"'}><summary>` +
          `${pill(toneOf[b.state], b.state.replace('-', ' '))} <strong>${html(b.title)}</strong></summary>` +
          `<p class="soft">${html(b.evidence)}</p></details></li>`,
      )
      .join('')}</ul>`,
  )
