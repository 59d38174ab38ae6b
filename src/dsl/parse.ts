import { sortDiagnostics, type Diagnostic, type SourcePosition } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Located } from './convert.ts'
import { readDocument, type LocatedDocument } from './document.ts'
import type { Spec } from './tuning.gen.ts'
import { validate } from './validate.ts'

/**
 * A place in a spec: keys and positions from the root, such as `['stages', 1, 'batch', 'largest']`. A list item that is one
 * name, or a map with one name, may be addressed by that name instead: `['stages', 'batch', 'largest']`.
 */
export type SpecPath = readonly (string | number)[]

/** The position of the value at a path; of the nearest enclosing value if the spec does not have it. */
export type Locate = (path: SpecPath) => SourcePosition

/** What a person wrote, in the right form, with the place of every value. The compiler checks its meaning. */
export interface ParsedSpec {
  readonly spec: Spec
  readonly locate: Locate
  readonly file: string
}

/**
 * Text to spec: YAML 1.2 or JSON, read with positions, then validated against the schema.
 *
 * @param file the file's name in messages; it is not opened
 * @returns the spec, or every error of form, in the order of the text
 */
export function parseSpec(text: string, file: string): Result<ParsedSpec, Diagnostic[]> {
  const document = readDocument(text.replace(/^\uFEFF/, ''), file)
  if (!document.ok) return err(sorted(document.error))
  const problems = validate(document.value)
  if (problems.length > 0) return err(sorted(problems))
  // The schema that the types are generated from has just accepted it.
  const spec = document.value.root.value as Spec
  return ok({ spec, file, locate: locateIn(document.value) })
}

/** Nobody reads more; a file with this many is not a spec. */
const mostProblems = 100

/** In the order of the text, each once; a note that there are more comes last. */
function sorted(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  const more = problems.filter((p) => p.code === 'spec/more')
  const each = sortDiagnostics(problems.filter((p) => p.code !== 'spec/more')).filter((p) => {
    const identity = JSON.stringify([p.code, p.at, p.message, p.found])
    return !seen.has(identity) && seen.add(identity)
  })
  if (each.length <= mostProblems) return [...each, ...more]
  const rest: Diagnostic = {
    code: 'spec/more',
    severity: 'error',
    message: `${more.length > 0 ? 'at least ' : ''}${each.length - mostProblems} more problems not listed`,
    unlisted: each.length - mostProblems,
  }
  return [...each.slice(0, mostProblems), rest]
}

const locateIn =
  ({ root, position }: LocatedDocument): Locate =>
  (path) =>
    position(nearest(root, path).offset)

function itemNamed({ value, children }: Located, name: string | number): Located | undefined {
  if (!Array.isArray(value)) return undefined
  const items = [...children.values()]
  return (
    items.find((item) => item.value === name) ??
    items.map((item) => item.children.get(String(name))).find((member) => member !== undefined)
  )
}

function nearest(root: Located, path: SpecPath): Located {
  let at = root
  for (const step of path) {
    const next = at.children.get(String(step)) ?? itemNamed(at, step)
    if (next === undefined) return at
    at = next
  }
  return at
}
