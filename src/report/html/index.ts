import { html } from '../escape.ts'
import type { Report } from '../model.ts'
import { data, omissions, repeat, runs } from './appendix.ts'
import { changes, checklist, measured } from './change.ts'
import { diagnostics } from './diagnostics.ts'
import { section, type Drawings } from './parts.ts'
import { stages } from './stages.ts'
import { style } from './style.ts'
import { banner, gates } from './verdict.ts'

/**
 * `report.html`: the whole report in one file that needs nothing else, not even a script. The policy in its head forbids the
 * browser to load anything, so that even a mistake in escaping could not.
 */
export function renderHtml(report: Report, drawings: Drawings): string {
  const parts: readonly (readonly [id: string, title: string, inner: string])[] = [
    ['gates', 'Gates', gates(report, drawings)],
    ['changes', 'What changed', changes(report)],
    ['measured', 'Measured on unseen seeds', measured(report, drawings)],
    ['checklist', 'Checklist of the process', checklist(report)],
    ['curves', 'What the curves say', diagnostics(report)],
    ['stages', 'Stages', stages(report, drawings)],
    ['data', 'Data', data(report)],
    ['omissions', 'Left out', omissions(report)],
    ['runs', 'Runs', runs(report)],
    ['repeat', 'Repeat this run', repeat(report)],
  ]
  const shown = parts.filter(([, , inner]) => inner !== '')
  const links = shown.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><title>${html(`${report.verdict.status}: ${report.study.name}`, 200)}</title>
<style>${style}</style></head>
<body><header class="top">${banner(report)}</header><nav aria-label="Sections"><ul>${links}</ul></nav>
<main>${shown.map(([id, title, inner]) => section(id, title, inner)).join('\n')}</main>
<footer>Written by ${html(report.tool)}. The same numbers are in report.json, the curves in curves/.</footer></body></html>
`
}
