import { formatDiagnostic, InputError, printable, sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { explainSystemError } from '../base/files.ts'
import { annotate, annotationOf } from './annotations.ts'
import type { Runner } from './environment.ts'
import { endSection, say } from './log.ts'
import { writeSummary } from './summary.ts'

/** Shows why the step came to no verdict: what a person wrote is wrong, or this program is. */
export async function explain(thrown: unknown, runner: Runner): Promise<void> {
  const error = explainSystemError(thrown)
  endSection()
  if (error instanceof InputError) await explainInput(error.diagnostics, runner)
  else await explainDefect(error, runner)
}

/** All mistakes at once, at their lines; never a stack trace. */
async function explainInput(diagnostics: readonly Diagnostic[], { workspace }: Runner): Promise<void> {
  const sorted = sortDiagnostics(diagnostics)
  const text = sorted.map(formatDiagnostic).join('\n\n')
  say(text)
  annotate(sorted.map((d) => annotationOf(d, workspace)))
  await writeSummary(`## No verdict: the input is not valid\n\nNothing was trained.\n\n\`\`\`text\n${text}\n\`\`\`\n`)
}

async function explainDefect(error: unknown, { issuesUrl }: Runner): Promise<void> {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const where = issuesUrl ? `at ${issuesUrl}` : 'where this action is developed'
  const plea = 'This is a defect of tunegate, not of your workflow or your spec. ' +
    `Please report it ${where} with the log of this step.`
  say(error instanceof Error ? error.stack ?? reason : reason)
  annotate([{ level: 'error', title: 'A defect of tunegate', message: `${printable(reason)}\n${plea}` }])
  await writeSummary(`## No verdict: tunegate has a defect\n\n${plea}\n\n\`\`\`text\n${printable(reason)}\n\`\`\`\n`)
}
