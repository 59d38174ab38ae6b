import { readFile } from 'node:fs/promises'
import { InputError } from '../base/diagnostics.ts'
import { studyEvidence } from '../gate/baseline.ts'
import { judge } from '../gate/judge.ts'
import type { Verdict } from '../plan/verdict.ts'
import { parseReport } from '../report/json.ts'
import type { Report } from '../report/model.ts'
import { readLock } from './lock.ts'

/** The verdict of a finished study against a lock, or against its own retrained baseline where none is named. */
export async function judgeAgain(reportPath: string, baselinePath: string | undefined): Promise<Verdict> {
  const report = await readReport(reportPath)
  const lock = baselinePath === undefined ? null : await readLock(reportPath, baselinePath)
  const evidence = studyEvidence(report.verification, lock, { dataFingerprint: report.study.fingerprints.data, engine: report.study.engine })
  return judge(report.verdict.gates.map((g) => g.rule), evidence)
}

export async function readReport(path: string): Promise<Report> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError([{ code: 'report/unreadable', severity: 'error', message: 'the report cannot be read', found: `${path}: ${error.code ?? error.message}`, hint: 'name the output folder of a finished run' }])
  })
  return parseReport(text, path)
}
