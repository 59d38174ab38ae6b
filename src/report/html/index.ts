import { html } from '../escape.ts'
import type { ExplorerData } from '../explorer/data.ts'
import { explorer } from '../explorer/section.ts'
import type { Report } from '../model.ts'
import { data, omissions, repeat, runs } from './appendix.ts'
import { changes, checklist } from './change.ts'
import { diagnostics } from './diagnostics.ts'
import { section, type Drawings } from './parts.ts'
import { stages } from './stages.ts'
import { plotStyle, script, scriptHash } from './script.gen.ts'
import { style } from './style.ts'
import { banner, gates } from './verdict.ts'

/**
 * `report.html`: the whole report in one file that needs nothing else. The policy in its head forbids the browser to load
 * anything and to run any script but the one whose hash it names, so that even a mistake in escaping could not.
 */
export function renderHtml(report: Report, drawings: Drawings, trials: ExplorerData): string {
  const parts: readonly (readonly [id: string, title: string, inner: string])[] = [
    ['gates', 'Gates', gates(report, drawings)],
    ['changes', 'What changed', changes(report)],
    ['checklist', 'Checklist of the process', checklist(report)],
    ...stages(report, drawings),
    ['trials', 'Learning curves of every trial', explorer(trials)],
    ['diagnostics', 'What the curves say', diagnostics(report, drawings)],
    ['data', 'Data', data(report)],
    ['omissions', 'Left out', omissions(report)],
    ['runs', 'Runs', runs(report)],
    ['repeat', 'Repeat this run', repeat(report)],
  ]
  const shown = parts.filter(([, , inner]) => inner !== '')
  const links = shown.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'">
<meta name="color-scheme" content="light dark"><title>${html(`${report.verdict.status}: ${report.study.name}`, 200)}</title>
<style>${plotStyle}${style}</style></head>
<body><a class="skip" href="#gates">To the gates</a><header class="top">${banner(report)}</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>${shown.map(([id, title, inner]) => section(id, title, inner)).join('\n')}</main>
<footer>Written by ${html(report.tool)}. The same numbers are in report.json, the curves in curves/.</footer>
<script>${script}</script></body></html>
`
}
