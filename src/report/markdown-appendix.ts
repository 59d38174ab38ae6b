import { code, fenced, markdown } from './escape.ts'
import type { Report } from './model.ts'
import { rowsText, scriptRows, whole } from './numbers.ts'
import { engineText, predictedText, timesText } from './phrases.ts'
import { resultsRows } from './results.ts'
import { isResults } from './sides.ts'

// The end of a summary: what a reader looks up.

/** The rows, what the checks say of them, and the model. */
export function data(report: Report): string {
  const { data: d, study } = report
  const shape = `[${d.inputShape.join(', ')}]`
  const lines = [
    isResults(report)
      ? markdown(resultsRows(report), 1000)
      : study.trainer
        ? scriptRows(d)
        : `${code(d.source)}: ${rowsText(d)}, inputs ${shape}, ${predictedText(report)}.`,
    ...d.findings.map((f) => `- ${f.severity === 'note' ? 'ℹ️' : '⚠️'} ${code(f.check)}: ${markdown(f.message, 1000)}`),
    ...d.notes.map((n) => `- ${markdown(n, 1000)}`),
    ...modelLine(study),
  ]
  return lines.join('\n')
}

function modelLine({ trainer, parameters, layers }: Report['study']): string[] {
  if (!trainer) return [`- Model of ${whole(parameters)} parameters: ${markdown(layers.join(' → '), 2000)}`]
  return parameters === 0 ? [] : [`- Model of ${whole(parameters)} parameters, as the script says.`]
}

/** What the study left out, one item each. */
export const omissions = ({ omissions: all }: Report): string =>
  all.map((o) => `- ${o.stage === null ? '' : `**${o.stage}**: `}${markdown(o.what)}: ${markdown(o.why)}.`).join('\n')

/** The command, and everything that identifies the study. */
export function repeat(report: Report): string {
  const { study, tool } = report
  const f = study.fingerprints
  const engine = engineText(report)
  return [
    fenced([study.command], 'sh'),
    '',
    `${isResults(report) ? 'Read' : `Seed ${study.seed}`}, engine ${code(engine.label)}${markdown(engine.why)}, ${code(tool)}. ` +
      `Fingerprints: spec ${code(f.spec.slice(0, 12))}, plan ${code(f.plan.slice(0, 12))}, data ${code(f.data.slice(0, 12))}. ${markdown(timesText(report))}`,
    '',
    `All curves, every run and the whole report are in the artifact; ${code('report.html')} opens in a browser.`,
  ].join('\n')
}
