import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { Diagnostic } from '../base/diagnostics.ts'
import schema from '../../schema/tuning.schema.json' with { type: 'json' }
import type { Located } from './convert.ts'
import type { LocatedDocument } from './document.ts'
import { explain, type Context } from './explain.ts'
import { foldChoices, type SchemaError } from './fold.ts'

/** Everything in which a document differs from the schema, each with its place; empty where it fits. */
export function validate(document: LocatedDocument): Diagnostic[] {
  const check = validator()
  if (check(document.root.value)) return []
  const errors = (check.errors ?? []).map(withPath)
  return foldChoices(errors, schema).flatMap((error) => {
    const problem = explain(error, contextOf(document, error.path))
    return problem === undefined ? [] : [problem]
  })
}

/**
 * Compiled once, and only when a spec is read. That the schema itself is right is for a test to say, not for every start.
 */
let compiled: ReturnType<Ajv2020['compile']> | undefined
function validator(): ReturnType<Ajv2020['compile']> {
  compiled ??= new Ajv2020({ allErrors: true, verbose: true, strict: false, validateSchema: false, meta: false }).compile(
    schema,
  )
  return compiled
}

/** Verbose errors carry the schema and the value that did not fit. */
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
  }
}
