import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'

/** What a schema has against a value: nothing where `errors` is empty. */
export interface SchemaErrors {
  readonly errors: readonly ErrorObject[]
  /** Whether every error is among them. */
  readonly complete: boolean
}

type Validate = ReturnType<Ajv2020['compile']>

/** Up to so many values everything is looked for. */
const fewValues = 2_000
/** Of longer documents so many items of each list are; where those are right, more of them. */
const itemsLookedAt = [50, 500] as const

/** The code of a check is not optimized: that takes half of the compilation, and one process checks little. */
const options = { verbose: true, strict: false, validateSchema: false, meta: false, code: { optimize: false } } as const

/**
 * Holds a value against a schema. Collecting every error takes time that grows with the square of the items that are
 * wrong, so a large value that does not fit is looked at again with its lists cut short, which leaves all places as they
 * are. The schema is compiled when it is first needed; that it is right itself is for a test to say.
 */
export function schemaChecker(schema: object): (value: unknown) => SchemaErrors {
  const compile = (allErrors: boolean): Validate => new Ajv2020({ ...options, allErrors }).compile(schema)
  let [first, all]: [Validate?, Validate?] = []
  return (value) => {
    first ??= compile(false)
    if (first(value)) return { errors: [], complete: true }
    const one = { errors: first.errors ?? [], complete: false }
    all ??= compile(true)
    if (!hasMore(value, fewValues)) return { errors: errorsOf(all, value), complete: true }
    for (const most of itemsLookedAt) {
      const errors = errorsOf(all, shortened(value, most))
      if (errors.length > 0) return { errors, complete: false }
    }
    return one
  }
}

const errorsOf = (validate: Validate, value: unknown): readonly ErrorObject[] => (validate(value) ? [] : validate.errors ?? [])

/** Whether there are more than `most` values, over all levels. */
function hasMore(value: unknown, most: number): boolean {
  let left = most
  const visit = (part: unknown): boolean => {
    if (--left < 0) return true
    return typeof part === 'object' && part !== null && Object.values(part).some(visit)
  }
  return visit(value)
}

/** A copy with at most so many items of each list. */
function shortened(value: unknown, items: number): unknown {
  if (Array.isArray(value)) return value.slice(0, items).map((item) => shortened(item, items))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part, items)]))
}
