import type { ErrorObject } from 'ajv'
import type { Diagnostic } from '../base/diagnostics.ts'
import { schemaChecker } from '../base/schema.ts'
import schema from '../../schema/tuning.schema.json' with { type: 'json' }
import type { Located } from './convert.ts'
import type { LocatedDocument } from './document.ts'
import { explain, type Context } from './explain.ts'
import { foldChoices, type SchemaError } from './fold.ts'

const check = schemaChecker(schema)

/**
 * Every way in which a document differs from the schema, each with its place; empty if it fits. For a large document that
 * differs everywhere, it lists a part, and a last problem says so.
 */
export function validate(document: LocatedDocument): Diagnostic[] {
  const { errors, complete } = check(document.root.value)
  if (errors.length === 0) return []
  const problems = foldChoices(errors.map(withPath), schema).flatMap(
    (error) => explain(error, contextOf(document, error.path)) ?? [],
  )
  return complete ? problems : [...problems, { code: 'spec/more', severity: 'error', message: 'there may be more problems' }]
}

/** Verbose errors include the schema and the value that did not fit. */
function withPath(error: ErrorObject): SchemaError {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return {
    keyword: error.keyword,
    params: error.params,
    path,
    value: error.data,
    schema: error.schema,
    parent: error.parentSchema ?? {},
    message: error.message ?? error.keyword,
  }
}

function contextOf({ root, position }: LocatedDocument, path: readonly string[]): Context {
  const trail: Located[] = [root]
  for (const step of path) {
    const next = trail.at(-1)?.children.get(step)
    if (next) trail.push(next)
  }
  const here = trail.at(-1) ?? root
  return {
    value: position(here.offset),
    owner: position(here.keyOffset ?? here.offset),
    member: (key) => position(here.children.get(key)?.keyOffset ?? here.offset),
    sections: [...root.children.keys()],
  }
}
