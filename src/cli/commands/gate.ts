import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { judgeAgain } from '../../study/judge-again.ts'
import { exitCodeOf } from '../exit.ts'

/** Judges a finished run again; `report` is its folder or its report.json. */
export async function gateCommand(report: string, options: { readonly baseline?: string; readonly json?: boolean }): Promise<number> {
  const folder = await stat(report).then((s) => s.isDirectory(), () => false)
  const { verdict, against } = await judgeAgain(folder ? join(report, 'report.json') : report, options.baseline)
  process.stdout.write(options.json
    ? `${JSON.stringify(verdict, null, 2)}\n`
    : `${verdict.status.toUpperCase()}: ${verdict.sentence}\n${against ? `Held against ${against}.\n` : ''}${verdict.gates.map((g) => `  ${g.status.padEnd(12)} ${g.sentence}\n`).join('')}`)
  return exitCodeOf(verdict.status)
}
