import { dirname, join } from 'node:path'
import { shownPath } from '../base/paths.ts'
import { leastEffectNote } from '../gates/least-effect.ts'
import type { Verdict } from '../records/verdict.ts'
import { changeLines } from '../report/change-lines.ts'
import type { Report } from '../report/model.ts'
import { gainAndInterval, meanAndSd, short } from '../report/numbers.ts'
import { wasCutShort } from '../report/lock.ts'
import { askText, explained, leverText, settleText } from '../report/phrases.ts'
import { aligned, wrapped } from './text.ts'
import { isGated, isResults } from '../report/sides.ts'

export interface Conclusion {
  readonly report: Report
  readonly verdict: Verdict
  readonly page: string
  readonly lockPath: string
}

const indent = '  '

/**
 * The lines on the terminal when a study is done: verdict, gates, measured metrics, levers, files. Color never carries
 * meaning.
 */
export function closing({ report, verdict, page, lockPath }: Conclusion, columns: number): string[] {
  const use = wasCutShort(report.budget)
    ? 'cut short by the time budget: gates do not accept it as a baseline'
    : verdict.status === 'pass'
      ? 'commit it next to the spec'
      : 'from a study that did not pass'
  return [
    '',
    ...changeLines(report).flatMap((line) => wrapped(`NOTE: ${line}`, columns, '')),
    ...wrapped(`${verdict.status.toUpperCase()}: ${verdict.sentence}`, columns, ''),
    ...gateLines(verdict, columns),
    ...measured(report, columns),
    '',
    ...(isResults(report) ? [] : [...levers(report), '']),
    `Report: ${shownPath(page)}`,
    `Lock:   ${shownPath(lockPath)} (${use})`,
    ...models(report, dirname(page)),
  ]
}

function models({ verification }: Report, folder: string): string[] {
  const saved = verification?.models ?? []
  const [first] = saved
  if (!first) return []
  const path = shownPath(join(folder, first.path))
  return [`Models: ${saved.length === 1 ? path : `${path} and ${saved.length - 1} more`}`]
}

/** The question that the gate asks, then what it found, and what would settle it. */
export function gateLines({ gates: all }: Verdict, columns: number): string[] {
  const below = ' '.repeat(16)
  return all.flatMap((gate) => {
    const [first = '', ...rest] = wrapped(askText(gate), columns, below)
    const settle = settleText(gate)
    return [
      `${indent}${gate.status.padEnd(14)}${first.trimStart()}`,
      ...rest,
      ...wrapped(gate.sentence, columns, below),
      ...(settle === '' ? [] : wrapped(`To settle it: ${settle}`, columns, below)),
    ]
  })
}

/** The objective on both splits, and the metrics that gates judge, on the rows that they judge: as in the report. */
function measured(report: Report, columns: number): string[] {
  const { verification, study } = report
  const { leastEffect } = study
  const sides = isResults(report) ? ['baseline', 'candidate'] : ['declared', 'chosen']
  const told = (verification?.metrics ?? []).filter((m) => m.objective || isGated(report, m))
  const rows = told.map((m) => [
    m.split === 'test' ? `${m.metric} (test)` : m.metric,
    meanAndSd(m.baseline.mean, m.baseline.sd),
    meanAndSd(m.candidate.mean, m.candidate.sd),
    m.gain === null ? '–' : `${gainAndInterval(m.gain).gain} (${gainAndInterval(m.gain).interval})`,
  ])
  if (rows.length === 0) return []
  const level = verification?.metrics.find((m) => m.gain !== null)?.gain?.level
  const head = ['', ...sides, level === undefined ? 'gain' : `gain (${short(level * 100, 3)} %)`]
  const title = isResults(report) ? 'Mean ± SD over seeds:' : 'Mean ± SD over seeds not used for selection:'
  const names = [...new Set(told.map((m) => m.metric))]
  return [
    '',
    title,
    ...aligned([head, ...rows], indent),
    ...[
      ...names.flatMap((name) => explained(name, report.study)),
      ...(leastEffect ? [leastEffectNote(leastEffect)] : []),
    ].flatMap((line) => wrapped(line, columns, indent)),
  ]
}

function levers({ levers: { changes } }: Report): string[] {
  if (changes.length === 0) return ['No lever was moved.']
  return [
    'Levers moved:',
    ...aligned(
      changes.map((c) => [c.lever, leverText(c.from), '→', leverText(c.to)]),
      indent,
    ),
  ]
}
