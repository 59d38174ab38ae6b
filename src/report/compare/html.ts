import { html } from '../escape.ts'
import { pageHtml } from '../html/page.ts'
import { card, figures, paragraph, pill, table, type Drawings } from '../html/parts.ts'
import { duration, gainText, meanAndSd, short, whole } from '../numbers.ts'
import { leverText } from '../phrases.ts'
import { intervalText } from './markdown.ts'
import type { StudyComparison, StudySide } from './model.ts'

/** One self-contained page, like the report's. */
export function comparisonHtml(comparison: StudyComparison, drawings: Drawings): string {
  const { first, second, notes } = comparison
  const title = `${first.name} and ${second.name}`
  return pageHtml({
    title,
    header: `<h1>${html(title, 200)}</h1>`,
    sections: [
      {
        id: 'sides',
        title: 'Both studies',
        inner: card(sides(first, second) + notes.map((note) => paragraph(note)).join('')),
      },
      { id: 'levers', title: 'Levers', inner: card(levers(comparison)) },
      { id: 'metrics', title: 'Winners on unseen seeds', inner: card(metrics(comparison)) },
      { id: 'curves', title: 'Curves', inner: card(figures(drawings, ['compared-curves'])) },
      { id: 'seeds', title: 'Seed by seed', inner: card(figures(drawings, ['compared-seeds']) + bySeed(comparison)) },
    ],
    footer: `Compared by ${html(second.tool)}.`,
  })
}

const sides = (a: StudySide, b: StudySide): string => {
  const row = (name: string, of: (side: StudySide) => string): string[] => [html(name), of(a), of(b)]
  return table(
    [{ title: '' }, { title: 'First' }, { title: 'Second' }],
    [
      row('Folder', (s) => html(s.folder, 300)),
      row('Verdict', (s) => `${pill(s.verdict, s.verdict)} ${html(s.sentence)}`),
      row('Engine', (s) => html(s.engine)),
      row('Runs', (s) => whole(s.runs)),
      row('Time', (s) => duration(s.seconds)),
    ],
  )
}

function levers({ levers: differences }: StudyComparison): string {
  if (differences.length === 0) return paragraph('Both chose the same levers.')
  return table(
    [{ title: 'Lever' }, { title: 'First', number: true }, { title: 'Second', number: true }],
    differences.map((d) => [html(d.lever), html(leverText(d.from)), html(leverText(d.to))]),
  )
}

const metrics = ({ metrics: all }: StudyComparison): string =>
  table(
    [
      { title: 'Split' },
      { title: 'Metric' },
      { title: 'First', number: true },
      { title: 'Second', number: true },
      { title: 'Gain of the second' },
    ],
    all.map((m) => [
      m.split,
      m.objective ? `<strong>${html(m.metric)}</strong>` : html(m.metric),
      html(meanAndSd(m.first.mean, m.first.sd)),
      html(meanAndSd(m.second.mean, m.second.sd)),
      `${m.gain === null ? '' : `${html(intervalText(m))}<br>`}<span class="soft">${html(m.sentence)}</span>`,
    ]),
  )

const bySeed = ({ metrics: all }: StudyComparison): string =>
  table(
    [
      { title: 'Split' },
      { title: 'Seed', number: true },
      { title: 'First', number: true },
      { title: 'Second', number: true },
      { title: 'Gain of the second', number: true },
    ],
    all
      .filter((m) => m.objective)
      .flatMap((m) =>
        m.seeds.map((s) => [
          m.split,
          String(s.seed),
          s.first === null ? 'not finished' : html(short(s.first)),
          s.second === null ? 'not finished' : html(short(s.second)),
          s.gain === null ? '–' : html(gainText(s.gain)),
        ]),
      ),
  )
