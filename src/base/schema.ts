import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { fitsSchema } from './schema-fits.ts'

/** A schema's errors for a value: none if `errors` is empty. */
export interface SchemaErrors {
  readonly errors: readonly ErrorObject[]
  /** Whether every error is included. */
  readonly complete: boolean
}

type Validate = ReturnType<Ajv2020['compile']>

/** Up to this many values, every error is reported. */
const fewValues = 2_000
/** In longer documents, this many items of each list are checked; if those are right, more of them. */
const itemsLookedAt = [50, 500] as const

/** The check's code is not optimized: optimization takes half of the compilation, and one process checks little. */
const options = { verbose: true, strict: false, validateSchema: false, meta: false, code: { optimize: false } } as const

/**
 * Validates a value against a schema. Collecting every error takes time that grows with the square of the number of wrong
 * items, so a large invalid value is checked again with its lists truncated, which leaves all places unchanged. The schema
 * is compiled for the first value that does not fit; a test checks that the schema itself is valid.
 */
export function schemaChecker(schema: object): (value: unknown) => SchemaErrors {
  const compile = (allErrors: boolean): Validate => new Ajv2020({ ...options, allErrors }).compile(schema)
  const fits = fitsSchema(schema)
  let [first, all]: [Validate?, Validate?] = []
  return (value) => {
    if (fits(value)) return { errors: [], complete: true }
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

const errorsOf = (validate: Validate, value: unknown): readonly ErrorObject[] =>
  validate(value) ? [] : (validate.errors ?? [])

/** Whether there are more than `most` values, over all levels. */
function hasMore(value: unknown, most: number): boolean {
  let left = most
  const visit = (part: unknown): boolean => {
    if (--left < 0) return true
    return typeof part === 'object' && part !== null && Object.values(part).some(visit)
  }
  return visit(value)
}

/** A copy with at most this many items of each list. */
function shortened(value: unknown, items: number): unknown {
  if (Array.isArray(value)) return value.slice(0, items).map((item) => shortened(item, items))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part, items)]))
}
