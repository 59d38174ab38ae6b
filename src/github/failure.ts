import { defectLines, diagnosticLines, InputError, sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { explainSystemError } from '../base/files.ts'
import { fenced } from '../report/escape.ts'
import { annotate, annotationOf } from './annotations.ts'
import type { Runner } from './environment.ts'
import { endSection, sayAll } from './log.ts'
import { writeSummary } from './summary.ts'

/** Shows why the step reached no verdict: an error in what a person wrote, or in this program. */
export async function explain(thrown: unknown, runner: Runner): Promise<void> {
  const error = explainSystemError(thrown)
  endSection()
  if (error instanceof InputError) await explainInput(error.diagnostics, runner)
  else await explainDefect(error, runner)
}

/** All errors at once, at their lines; never a stack trace. */
async function explainInput(diagnostics: readonly Diagnostic[], { workspace }: Runner): Promise<void> {
  const sorted = sortDiagnostics(diagnostics)
  const lines = sorted.flatMap((d, i) => [...(i === 0 ? [] : ['']), ...diagnosticLines(d)])
  sayAll(lines)
  annotate(sorted.map((d) => annotationOf(d, workspace)))
  await writeSummary(`## No verdict: the input is not valid\n\nNothing was trained.\n\n${fenced(lines)}\n`)
}

async function explainDefect(error: unknown, { issuesUrl }: Runner): Promise<void> {
  const [reason = '', ...calls] = defectLines(error)
  const where = issuesUrl ? `at ${issuesUrl}` : 'in the repository of this action'
  const plea =
    'This is a defect in tunegate, not in your workflow or your spec. ' +
    `Please report it ${where}, with the log of this step.`
  sayAll([reason, ...calls])
  annotate([{ level: 'error', title: 'A defect in tunegate', message: `${reason}\n${plea}` }])
  await writeSummary(`## No verdict: a defect in tunegate\n\n${plea}\n\n${fenced([reason])}\n`)
}
