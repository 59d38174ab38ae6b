import { html } from '../escape.ts'
import type { ExplorerData } from '../explorer/data.ts'
import { explorer } from '../explorer/section.ts'
import type { Report } from '../model.ts'
import { data, omissions, repeat, runs } from './appendix.ts'
import { changes, checklist } from './change.ts'
import { diagnostics } from './diagnostics.ts'
import { liveBanner, liveSection, pollFor, type LiveSection } from './live.ts'
import { pageHtml } from './page.ts'
import type { Drawings } from './parts.ts'
import { plotStyle, script, scriptHash } from './script.gen.ts'
import { stages } from './stages.ts'
import { banner, gates } from './verdict.ts'
import { isResults } from '../sides.ts'

/** `report.html`: the whole report in one self-contained file; with `live`, the page that `tunegate watch` serves. */
export function renderHtml(report: Report, drawings: Drawings, trials: ExplorerData, live?: LiveSection): string {
  return pageHtml({
    title: `${live?.state ?? report.verdict.status}: ${report.study.name}`,
    header: live ? liveBanner(live, report) : banner(report),
    sections: [
      ...(live ? [liveSection(live, report)] : []),
      ['gates', 'Gates', gates(report, drawings)],
      ['changes', 'What changed', isResults(report) ? '' : changes(report), 'Changes'],
      ['checklist', 'Process checklist', checklist(report), 'Checklist'],
      ...stages(report, drawings),
      ['trials', 'Learning curves of every trial', explorer(trials), 'Curves'],
      [
        'diagnostics',
        'What the curves show',
        diagnostics(report, drawings),
        counted('Diagnostics', report.diagnostics.length),
      ],
      ['data', 'Data', data(report), counted('Data', report.data.findings.length)],
      ['omissions', 'Left out', omissions(report)],
      ['runs', 'Runs', runs(report)],
      ['repeat', 'Repeat this run', repeat(report), 'Repeat'],
    ],
    footer: `Written by ${html(report.tool)}. The same numbers are in report.json, the curves in curves/.`,
    script: { text: script, hash: scriptHash, style: plotStyle },
    ...(live ? { poll: pollFor(live) } : {}),
  })
}

/** `Data (2)`: there is something to look at. */
const counted = (name: string, count: number): string => (count === 0 ? name : `${name} (${count})`)
