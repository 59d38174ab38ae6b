import type { Diagnostic } from '../base/diagnostics.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'

/** Collects problems, each with its place in the spec. */
export type Report = (
  code: string,
  path: SpecPath,
  message: string,
  more?: Pick<Diagnostic, 'found' | 'allowed' | 'hint'>,
) => void

export interface Problems {
  readonly report: Report
  readonly warn: Report
  readonly all: readonly Diagnostic[]
}

export function collectProblems(locate: Locate): Problems {
  const all: Diagnostic[] = []
  const as =
    (severity: Diagnostic['severity']): Report =>
    (code, path, message, more = {}) => {
      all.push({ code: `spec/${code}`, severity, message, at: locate(path), ...more })
    }
  return { report: as('error'), warn: as('warning'), all }
}
