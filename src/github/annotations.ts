import * as core from '@actions/core'
import type { Diagnostic } from '../base/diagnostics.ts'
import { formatDiagnostic } from '../base/diagnostics.ts'
import { printable, printableLines, shortened } from '../base/printable.ts'
import { insideWorkspace } from './environment.ts'

/** A note on the run's page, at a line of a file if it has one. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
  /** `file` is relative to the workspace. */
  readonly at?: { readonly file: string; readonly line: number; readonly column?: number }
}

/** The platform shows this many annotations of each level per step and silently drops the rest. */
export const mostOfALevel = 10
/** The platform truncates a message after this many characters. */
export const mostCharacters = 4096

/** The message omits the place, because the annotation is shown there. */
export function annotationOf(d: Diagnostic, workspace: string): Annotation {
  const file = d.at && annotatedFile(d.at.file, workspace)
  const { at, ...rest } = d
  const note = { level: d.severity === 'note' ? ('notice' as const) : d.severity, title: d.code }
  if (!at || !file) return { ...note, message: formatDiagnostic(d) }
  return { ...note, message: formatDiagnostic(rest), at: { file, line: at.line, column: at.column } }
}

/** The file name in an annotation; null if the file is outside the checkout, or its name cannot be shown. */
export function annotatedFile(path: string, workspace: string): string | null {
  const file = insideWorkspace(path, workspace)
  return file !== null && printable(file, Infinity) === file && !file.includes('##[') ? file : null
}

/**
 * At most ten per level, shortened and printable. If there are more, the last one of the level says how many were left out.
 */
export function capped(all: readonly Annotation[]): Annotation[] {
  const seen = { error: 0, warning: 0, notice: 0 }
  const kept = all.flatMap((a) => {
    const total = all.filter((other) => other.level === a.level).length
    const nth = ++seen[a.level]
    if (total <= mostOfALevel || nth < mostOfALevel) return [a]
    const left = total - mostOfALevel + 1
    const rest = { level: a.level, title: `${left} more`, message: `${left} more are in the log of this step.` }
    return nth === mostOfALevel ? [rest] : []
  })
  return kept.map((a) => ({ ...a, title: printable(a.title, 200), message: fitting(printableLines(a.message)) }))
}

const fitting = (message: string): string =>
  message.length > mostCharacters ? shortened(message, mostCharacters - 1) : message

/**
 * Shows the annotations. The toolkit escapes what would end or split a command; this function breaks up the old command
 * syntax.
 */
export function annotate(all: readonly Annotation[]): void {
  for (const { level, title, message, at } of capped(all)) {
    core[level](message.replaceAll('##[', '#\u200b#['), {
      title: title.replaceAll('##[', '#\u200b#['),
      ...(at ? { file: at.file, startLine: at.line, ...(at.column ? { startColumn: at.column } : {}) } : {}),
    })
  }
}
