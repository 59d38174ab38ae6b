import { html } from '../escape.ts'
import type { ExplorerData } from '../explorer/data.ts'
import { drawnOf, explorer, isWhole } from '../explorer/section.ts'
import type { Report } from '../model.ts'
import { plural } from '../numbers.ts'
import { data, leftOut, omissions, repeat, runs } from './appendix.ts'
import { changes, checklist } from './change.ts'
import { diagnostics } from './diagnostics.ts'
import { liveBanner, liveSection, pollFor, type LiveSection } from './live.ts'
import { pageHtml, type Section } from './page.ts'
import type { Drawings } from './parts.ts'
import { plotStyle, script, scriptHash } from './script.gen.ts'
import { stages } from './stages.ts'
import { banner, gates, whatNow } from './verdict.ts'
import { isResults } from '../sides.ts'

/** `report.html`: the whole report in one self-contained file; with `live`, the page that `tunegate watch` serves. */
export function renderHtml(report: Report, drawings: Drawings, trials: ExplorerData, live?: LiveSection): string {
  return pageHtml({
    title: `${live?.state ?? report.verdict.status}: ${report.study.name}`,
    header: live ? liveBanner(live, report) : banner(report),
    sections: [
      ...(live ? [liveSection(live, report)] : []),
      { id: 'next', title: 'What now', inner: live ? '' : whatNow(report), link: 'Next' },
      { id: 'gates', title: 'Gates', inner: gates(report, drawings) },
      { id: 'changes', title: 'What changed', inner: isResults(report) ? '' : changes(report), link: 'Changes' },
      checked(report),
      ...stages(report, drawings),
      {
        id: 'trials',
        title: isWhole(trials) ? 'Learning curves of every trial' : 'Learning curves',
        inner: explorer(trials),
        link: 'Curves',
        gist: drawnOf(trials),
      },
      {
        id: 'diagnostics',
        title: 'What the curves show',
        inner: diagnostics(report, drawings),
        ...found('Diagnostics', report.diagnostics.length),
      },
      { id: 'data', title: 'Data', inner: data(report), ...found('Data', report.data.findings.length) },
      {
        id: 'omissions',
        title: 'Left out',
        inner: omissions(report),
        gist: plural(leftOut(report).length, 'item'),
      },
      { id: 'runs', title: 'Runs', inner: runs(report), gist: plural(report.runs.length, 'run') },
      { id: 'repeat', title: 'Repeat this run', inner: repeat(report), link: 'Repeat', gist: 'command and fingerprints' },
    ],
    footer: `Written by ${html(report.tool)}. The same numbers are in report.json, the curves in curves/.`,
    script: { text: script, hash: scriptHash, style: plotStyle },
    ...(live ? { poll: pollFor(live) } : {}),
  })
}

function checked(report: Report): Section {
  const done = report.checklist.filter((item) => item.state === 'done').length
  return {
    id: 'checklist',
    title: 'Process checklist',
    inner: checklist(report),
    link: 'Checklist',
    gist: `${done} of ${report.checklist.length} done`,
  }
}

/** The link and the gist of a section with findings: `Data (2)` says that there is something to look at. */
const found = (name: string, count: number) =>
  count === 0 ? { link: name, gist: 'nothing found' } : { link: `${name} (${count})`, gist: plural(count, 'finding') }
