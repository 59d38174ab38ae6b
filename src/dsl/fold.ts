import { isMap } from '../base/json.ts'
import { groupBy } from '../base/lists.ts'

/** An error of the validator, with its path parsed. */
export interface SchemaError {
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  /** Keys and positions from the root to the value. */
  readonly path: readonly string[]
  readonly value: unknown
  /** The keyword's own value in the schema. */
  readonly schema: unknown
  /** The schema that contains the keyword. */
  readonly parent: Readonly<Record<string, unknown>>
  readonly message: string
}

type Schema = Readonly<Record<string, unknown>>

/**
 * Folds the errors of an `anyOf` into those of the intended alternative. All alternatives of this schema differ in their
 * JSON type (a test checks that), so the value's own type identifies the alternative. A map where a layer's name or map is
 * allowed is checked as a map, and no error says that it is not a name; for a name, the error lists the names that the map
 * allows. If no alternative has the type, one error lists them all.
 */
export function foldChoices(errors: readonly SchemaError[], root: Schema): SchemaError[] {
  const dropped = new Set<SchemaError>()
  const added: SchemaError[] = []
  const byPath = groupedByPath(errors)
  for (const choice of errors.filter((e) => e.keyword === 'anyOf')) {
    dropped.add(choice)
    const alternatives = (choice.schema as readonly Schema[]).map((s) => resolved(s, root))
    const meant = alternatives.find((a) => typesOf(a).some((type) => hasType(choice.value, type)))
    const here = (byPath.get(keyOf(choice.path)) ?? []).filter((error) => error !== choice)
    for (const error of here) {
      if (error.parent !== meant && alternatives.includes(error.parent)) dropped.add(error)
    }
    const names = alternatives.flatMap((a) => Object.keys((a['properties'] ?? {}) as object))
    for (const error of here.filter((e) => e.parent === meant && e.keyword === 'enum')) {
      dropped.add(error)
      added.push({ ...error, params: { ...error.params, names, alternatives } })
    }
    if (meant === undefined)
      added.push({ ...choice, keyword: 'type', schema: alternatives.flatMap(typesOf), params: { alternatives } })
  }
  return foldItems([...errors.filter((e) => !dropped.has(e)), ...added])
}

/** An item with two keys where one is allowed (arguments that lost their indentation) is one error, not one per key. */
function foldItems(errors: readonly SchemaError[]): SchemaError[] {
  const items = groupedByPath(errors.filter((e) => e.keyword === 'maxProperties'))
  if (items.size === 0) return [...errors]
  const isWithin = (error: SchemaError): boolean =>
    Array.from({ length: error.path.length + 1 }, (_, i) => items.get(keyOf(error.path.slice(0, i))) ?? []).some((around) =>
      around.some((item) => item !== error),
    )
  return errors.filter((error) => !isWithin(error))
}

/** Paths are compared by this text, so that the work grows with the number of errors and not with its square. */
const keyOf = (path: readonly string[]): string => JSON.stringify(path)

const groupedByPath = (errors: readonly SchemaError[]): ReadonlyMap<string, readonly SchemaError[]> =>
  groupBy(errors, ({ path }) => keyOf(path))

export function resolved(schema: Schema, root: Schema): Schema {
  const ref = schema['$ref']
  if (typeof ref !== 'string') return schema
  return resolved(
    ref
      .split('/')
      .slice(1)
      .reduce<Schema>((at, step) => at[step] as Schema, root),
    root,
  )
}

export const typesOf = (schema: Schema): string[] => [schema['type'] ?? []].flat() as string[]

/** JSON types as the schema names them. Every number counts as an integer here, since "not whole" is the better error. */
export function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isMap(value)
    case 'integer':
      return typeof value === 'number'
    default:
      return typeof value === type
  }
}
