import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { namedBaseline } from '../../study/baseline.ts'
import { judgeAgain, type Rejudged } from '../../study/judge-again.ts'
import { gateLines } from '../closing.ts'
import { exitCodeOf } from '../exit.ts'
import { out } from '../print.ts'

/** Judges a finished run again; `report` is its folder or its report.json. */
export async function gateCommand(
  report: string,
  options: { readonly baseline?: string; readonly json?: boolean },
): Promise<number> {
  const folder = await stat(report).then(
    (s) => s.isDirectory(),
    () => false,
  )
  const baseline = options.baseline === undefined ? undefined : namedBaseline(options.baseline)
  const judged = await judgeAgain(folder ? join(report, 'report.json') : report, baseline)
  if (options.json) out.document(`${JSON.stringify(judged.verdict, null, 2)}\n`)
  else out.lines(...said(judged, process.stdout.columns ?? 80))
  return exitCodeOf(judged.verdict.status)
}

function said({ verdict, against, notes }: Rejudged, columns: number): string[] {
  const held = against === null ? [] : [`Compared with ${against}.`]
  return [
    ...notes.map((note) => `NOTE: ${note}`),
    `${verdict.status.toUpperCase()}: ${verdict.sentence}`,
    ...held,
    ...gateLines(verdict, columns),
  ]
}
