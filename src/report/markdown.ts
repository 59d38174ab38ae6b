import type { GateVerdict } from '../records/verdict.ts'
import { changeLines } from './change-lines.ts'
import type { CurveBook } from './curves.ts'
import { adviceText, besideVerdict, seenText, silence, subjectText } from './diagnostics.ts'
import { code, fenced, markdown } from './escape.ts'
import { predictionTables } from './by-class.ts'
import { ensembleTable, type TextTable } from './ensemble.ts'
import { boxIcon, statusIcon } from './icons.ts'
import { limits } from './limits.ts'
import type { BoxState, Report } from './model.ts'
import { nextSteps } from './next-steps.ts'
import { data, omissions, repeat } from './markdown-appendix.ts'
import { textCharts } from './mermaid.ts'
import { fixed, gainAndInterval, meanAndSd, plural } from './numbers.ts'
import {
  askText,
  averagedRows,
  headline,
  gatesNote,
  leverText,
  leverWords,
  measuredNote,
  metricSentences,
  seedRows,
  settleBeside,
  stageRuns,
} from './phrases.ts'
import { textIntervals } from './text-intervals.ts'
import { segmentTable } from './segments.ts'
import { isResults, judgedSide, measuredTitle, whyUnmoved } from './sides.ts'

/** `summary.md`: the verdict first, then what a reviewer asks next, in that order. `capSummary` limits its size. */
export function renderSummary(report: Report, curves: CurveBook): string {
  const sections = [
    section(
      'What to do next',
      nextSteps(report)
        .map((step, i) => `${i + 1}. ${markdown(step, 1000)}`)
        .join('\n'),
    ),
    section(
      'What not to trust',
      limits(report)
        .map((limit) => `- ${markdown(limit, 1000)}`)
        .join('\n'),
    ),
    section('Gates', gates(report)),
    tableSection(segmentTable(report, code)),
    section('Levers', isResults(report) ? '' : levers(report)),
    section('Checklist', checklist(report)),
    section('Curves', drawn(report, curves)),
    section(measuredTitle(report), measured(report)),
    tableSection(ensembleTable(report)),
    ...predictionTables(report, code).map(tableSection),
    section('Averaged weights', averaged(report)),
    section('Lineage', lineage(report)),
    section('Seeds', seeds(report)),
    section('What the curves show', diagnostics(report)),
    section('Stages', stages(report)),
    section('Data', data(report)),
    section('Left out', omissions(report)),
    section('Repeat this run', repeat(report)),
  ]
  return [head(report), ...sections.filter((s) => s !== '')].join('\n')
}

const section = (title: string, body: string): string => (body === '' ? '' : `## ${title}\n\n${body}\n`)

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

function head(report: Report): string {
  const { verdict, study } = report
  return [
    `# ${statusIcon[verdict.status]} ${verdict.status}: ${code(study.name)}`,
    '',
    ...warned(changeLines(report).map((line) => markdown(line, 2000))),
    `**${markdown(verdict.sentence, 1000)}**`,
    '',
    markdown([headline(report), ...metricSentences(report)].join(' '), 2000),
    '',
  ].join('\n')
}

/** Markdown lines that nobody overlooks. */
export function warned(lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [
        '> [!WARNING]',
        ...lines
          .map((line) => `> ${line}`)
          .join('\n>\n')
          .split('\n'),
        '',
      ]
}

function gates(report: Report): string {
  const { verdict } = report
  const rows = verdict.gates.map((g) => [`${statusIcon[g.status]} ${g.status}`, markdown(askText(g), 400), said(g)])
  const evidence = table(['Verdict', 'Gate', 'Evidence'], rows)
  if (evidence === '') return 'No gate is declared.'
  const intervals = textIntervals(verdict.gates)
  const text = intervals === '' ? evidence : `${evidence}\n\n${fenced(intervals.split('\n'))}`
  const besides = beside(verdict.gates)
  const full = besides === '' ? text : `${text}\n\n${besides}`
  const note = gatesNote(report)
  return note === '' ? full : `${full}\n\n${markdown(note, 2000)}`
}

/** Below the table, so that it is not mistaken for a reason of the verdict. */
function beside(all: readonly GateVerdict[]): string {
  const lines = all.flatMap((g) => (g.evidence ?? []).map((e) => `- ${g.rule.gate}: ${markdown(e.sentence, 1000)}`))
  return lines.length === 0 ? '' : ['Shown beside the verdicts, but not gated on:', '', ...lines].join('\n')
}

function said(gate: GateVerdict): string {
  const settle = settleBeside(gate)
  const remedy = settle === '' ? '' : ` **To settle it:** ${markdown(settle, 1000)}`
  const notes = [...gate.notes, ...(gate.change ? [gate.change] : [])].map((n) => ` *${markdown(n, 1000)}*`).join('')
  return `${markdown(gate.sentence, 1000)}${remedy}${notes}`
}

function levers(report: Report): string {
  const {
    levers: { changes, sinceLock },
    lineage: entries,
  } = report
  const why = (positions: readonly number[]): string =>
    positions.map((i) => `${entries[i]?.stage ?? ''} (step ${i + 1})`).join(', ')
  const rows = changes.map((c) => [c.bucket, code(c.lever), leverText(c.from), `**${leverText(c.to)}**`, why(c.lineage)])
  const own = table(['Bucket', 'Lever', 'Declared', 'Chosen', 'Moved by'], rows)
  const kept = `Every lever stays as declared because ${whyUnmoved(report)}.`
  const text = `${own === '' ? kept : `${own}\n\nAll other levers stay as declared.`}\n\n${leverWords}`
  if (sinceLock === null) return text
  const moved = sinceLock.map((d) => `${code(d.lever)} ${leverText(d.from)} → ${leverText(d.to)}`).join(', ')
  return `${text}\n\nChanges from the lock: ${moved === '' ? 'no lever differs' : moved}.`
}

function measured(report: Report): string {
  const { verification } = report
  const claims = {
    better: '**better**',
    worse: '**worse**',
    negligible: 'better, but hardly',
    'not-distinguishable': 'not distinguishable',
    identical: 'identical',
    undecidable: 'undecidable',
  }
  const rows = (verification?.metrics ?? []).map((m) => [
    m.split,
    m.objective ? `**${m.metric}** (objective)` : m.metric,
    meanAndSd(m.baseline.mean, m.baseline.sd),
    meanAndSd(m.candidate.mean, m.candidate.sd),
    m.gain === null ? '–' : `${gainAndInterval(m.gain).gain} (${gainAndInterval(m.gain).interval})`,
    m.probabilityBetter === null ? '–' : `${fixed(100 * m.probabilityBetter, 1)} %`,
    claims[m.claim],
  ])
  const text = table(['Split', 'Metric', 'Baseline', judgedSide(report), 'Gain (95 %)', 'P(better)', 'Beyond noise'], rows)
  return text === '' ? '' : `${text}\n\n${measuredNote(report)}`
}

const tableSection = (found: TextTable | null): string =>
  found === null
    ? ''
    : section(found.title, `${table(found.header, found.rows)}\n\n${markdown(found.notes.join(' '), 2000)}`)

function averaged(report: Report): string {
  const { header, rows, note } = averagedRows(report)
  return rows.length === 0 ? '' : `${table(header, rows)}\n\n${markdown(note, 1000)}`
}

function lineage({ lineage: entries }: Report): string {
  const rows = entries.map((l, i) => [
    String(i + 1),
    l.stage,
    code(l.lever),
    `${leverText(l.from)} → ${leverText(l.to)}`,
    markdown(l.reason),
    plural(l.evidence.seeds, 'seed'),
  ])
  return table(['Step', 'Stage', 'Lever', 'Change', 'Evidence', 'Seeds'], rows)
}

const checklist = ({ checklist: items }: Report): string =>
  items.map((b) => `- ${boxIcon[b.state]} **${b.title}**${stateWords(b.state)}: ${markdown(b.evidence, 1000)}`).join('\n')

const stateWords = (state: BoxState): string => (state === 'done' ? '' : ` (${state.replace('-', ' ')})`)

function seeds(report: Report): string {
  const { header, rows } = seedRows(report)
  return table(header, rows)
}

const drawn = (report: Report, curves: CurveBook): string =>
  textCharts(report, curves)
    .map((c) => `**${markdown(c.title)}.** ${markdown(c.sentence, 1000)}\n\n${fenced(c.code.split('\n'), 'mermaid')}`)
    .join('\n\n')

function diagnostics(report: Report): string {
  const { diagnostics: findings, verification } = report
  if (findings.length === 0) return verification === null || isResults(report) ? '' : silence
  const note = besideVerdict(report)
  const items = findings
    .map(
      (f) =>
        `- **${markdown(f.title)}** (${markdown(subjectText(f))}): ${markdown(seenText(f, report), 1000)}\n` +
        `  - Likely cause: ${markdown(f.cause, 1000)}\n  - ${markdown(adviceText(f, report), 1000)}`,
    )
    .join('\n')
  return note === '' ? items : `${markdown(note, 1000)}\n\n${items}`
}

function stages(report: Report): string {
  return report.stages
    .map((s) => {
      const what = s.conclusion ?? s.state.replace('-', ' ')
      const runs = s.runs.length === 0 ? '' : ` (${stageRuns(s, report)})`
      return `- **${s.stage}**, ${what}${runs}: ${markdown(s.summary, 1000)}`
    })
    .join('\n')
}
