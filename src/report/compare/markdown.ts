import { code, markdown } from '../escape.ts'
import { duration, gainAndInterval, gainText, meanAndSd, short, whole } from '../numbers.ts'
import { leverText } from '../phrases.ts'
import { table } from '../markdown.ts'
import type { ComparedMetric, StudyComparison, StudySide } from './model.ts'

/** Two studies side by side as Markdown that is readable as plain text. */
export function comparisonMarkdown(comparison: StudyComparison): string {
  const { first, second, notes, metrics } = comparison
  return [
    `# ${code(first.name)} and ${code(second.name)}`,
    table(['', 'First', 'Second'], sides(first, second)),
    ...notes.map((note) => `- ${markdown(note, 1000)}`),
    '## Levers',
    levers(comparison),
    ...(metrics.length === 0 ? [] : ['## Winners on unseen seeds', measured(metrics), '## Seed by seed', bySeed(metrics)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

const sides = (a: StudySide, b: StudySide): string[][] => [
  ['Folder', code(a.folder), code(b.folder)],
  ['Verdict', `**${a.verdict}**`, `**${b.verdict}**`],
  ['Why', markdown(a.sentence, 1000), markdown(b.sentence, 1000)],
  ['Engine', markdown(a.engine), markdown(b.engine)],
  ['Written by', markdown(a.tool), markdown(b.tool)],
  ['Runs', whole(a.runs), whole(b.runs)],
  ['Time', duration(a.seconds), duration(b.seconds)],
  ['Levers moved', whole(a.moved), whole(b.moved)],
]

function levers({ levers: differences }: StudyComparison): string {
  const rows = differences.map((d) => [code(d.lever), leverText(d.from), leverText(d.to)])
  return rows.length === 0 ? 'Both chose the same levers.' : table(['Lever', 'First', 'Second'], rows)
}

export const intervalText = ({ gain }: ComparedMetric): string =>
  gain === null ? '–' : `${gainAndInterval(gain).gain} (${short(gain.level * 100, 3)} %: ${gainAndInterval(gain).interval})`

const measured = (metrics: readonly ComparedMetric[]): string =>
  table(
    ['Split', 'Metric', 'First', 'Second', 'Gain of the second', 'So'],
    metrics.map((m) => [
      m.split,
      m.objective ? `**${m.metric}** (objective)` : m.metric,
      meanAndSd(m.first.mean, m.first.sd),
      meanAndSd(m.second.mean, m.second.sd),
      intervalText(m),
      markdown(m.sentence, 500),
    ]),
  )

/** Only the objective, on both splits; the other metrics are in the JSON. */
function bySeed(metrics: readonly ComparedMetric[]): string {
  const rows = metrics
    .filter((m) => m.objective)
    .flatMap((m) =>
      m.seeds.map((s) => [
        m.split,
        m.metric,
        String(s.seed),
        value(s.first),
        value(s.second),
        s.gain === null ? '–' : gainText(s.gain),
      ]),
    )
  return rows.length === 0
    ? 'They share no seeds: seeds come from `seed` and `split` in the spec.'
    : table(['Split', 'Metric', 'Seed', 'First', 'Second', 'Gain of the second'], rows)
}

const value = (v: number | null): string => (v === null ? 'not finished' : short(v))
