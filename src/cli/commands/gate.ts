import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { printable } from '../../base/diagnostics.ts'
import { judgeAgain, type Rejudged } from '../../study/judge-again.ts'
import { gateLines } from '../closing.ts'
import { exitCodeOf } from '../exit.ts'

/** Judges a finished run again; `report` is its folder or its report.json. */
export async function gateCommand(report: string, options: { readonly baseline?: string; readonly json?: boolean }): Promise<number> {
  const folder = await stat(report).then((s) => s.isDirectory(), () => false)
  const judged = await judgeAgain(folder ? join(report, 'report.json') : report, options.baseline)
  process.stdout.write(options.json ? `${JSON.stringify(judged.verdict, null, 2)}\n` : text(judged, process.stdout.columns ?? 80))
  return exitCodeOf(judged.verdict.status)
}

function text({ verdict, against, notes }: Rejudged, columns: number): string {
  const lines = [
    ...notes.map((note) => `NOTE: ${note}`), `${verdict.status.toUpperCase()}: ${verdict.sentence}`,
    ...(against === null ? [] : [`Held against ${against}.`]), ...gateLines(verdict, columns),
  ]
  return lines.map((line) => `${printable(line, 4000)}\n`).join('')
}
