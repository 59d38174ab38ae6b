import { isMap } from './json.ts'

/** A JSON Schema of the 2020-12 draft. */
type Schema = boolean | { readonly [keyword: string]: unknown }
type Fits = (value: unknown) => boolean
type Value = Readonly<Record<string, unknown>>

/**
 * Whether a value fits a schema, and nothing else: no errors, so nothing to prepare. Every part of the schema becomes a
 * function when a value first gets there. A validator that explains errors takes a tenth of a second to compile for a spec,
 * which nearly always fits. Throws for a keyword that is not in the tables below, so a schema cannot outgrow it unnoticed; a
 * test compares it with that validator.
 */
export function fitsSchema(root: object): Fits {
  const known = new Map<unknown, Fits>()
  const fits = (schema: unknown): Fits => {
    const found = known.get(schema)
    if (found) return found
    // A schema may refer to itself, so its parts wait until they are needed.
    let own: readonly Fits[] | undefined
    const made: Fits = (value) => (own ??= partsOf(schema as Schema, fits, referred)).every((part) => part(value))
    known.set(schema, made)
    return made
  }
  const referred = (reference: string): Fits => fits(definition(root, reference))
  return fits(root)
}

/** The part of a schema that `#/$defs/name` refers to. */
function definition(root: object, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) throw new Error(`a reference to another file: ${reference}`)
  const found = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, step) => (isMap(at) ? at[step] : undefined), root)
  if (found === undefined) throw new Error(`a reference to nothing: ${reference}`)
  return found
}

function partsOf(schema: Schema, fits: (schema: unknown) => Fits, referred: (reference: string) => Fits): readonly Fits[] {
  if (typeof schema === 'boolean') return [() => schema]
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (silent.has(keyword)) return []
    if (keyword === '$ref') return referred(argument as string)
    const make = keywords[keyword]
    if (!make) throw new Error(`bug in tunegate: a schema has the keyword ${keyword}, which nothing checks`)
    return make(argument as never, fits, schema)
  })
}

/** Keywords for readers, and those that another keyword reads. */
const silent = new Set('$schema $id $defs title description default examples deprecated then else'.split(' '))

/** What a keyword requires of a value, by its argument and the schema around it. */
type Keyword<Argument> = (argument: Argument, fits: (schema: unknown) => Fits, schema: Value) => Fits

/** A keyword that limits values of one type and accepts all others. */
const limitOn =
  <Limited>(applies: (value: unknown) => value is Limited) =>
  (test: (value: Limited, limit: number) => boolean): Keyword<number> =>
  (limit) =>
  (value) =>
    !applies(value) || test(value, limit)
const ofNumbers = limitOn((value) => typeof value === 'number')
const ofTexts = limitOn((value) => typeof value === 'string')
const ofLists = limitOn<readonly unknown[]>(Array.isArray)
const ofObjects =
  <Argument>(make: (argument: Argument, fits: (schema: unknown) => Fits, schema: Value) => (value: Value) => boolean) =>
  (argument: Argument, fits: (schema: unknown) => Fits, schema: Value): Fits => {
    const test = make(argument, fits, schema)
    return (value) => !isMap(value) || test(value)
  }

type Members = Readonly<Record<string, unknown>>

const keywords: Readonly<Record<string, Keyword<never>>> = {
  type: (types: string | readonly string[]) => {
    const tests = [types].flat().map(typeTest)
    return (value) => tests.some((test) => test(value))
  },
  const: (wanted: unknown) => (value) => isEqual(value, wanted),
  enum: (allowed: readonly unknown[]) => (value) => allowed.some((one) => isEqual(value, one)),
  minimum: ofNumbers((value, limit) => value >= limit),
  maximum: ofNumbers((value, limit) => value <= limit),
  exclusiveMinimum: ofNumbers((value, limit) => value > limit),
  exclusiveMaximum: ofNumbers((value, limit) => value < limit),
  minLength: ofTexts((value, limit) => lengthOf(value) >= limit),
  maxLength: ofTexts((value, limit) => lengthOf(value) <= limit),
  pattern: (pattern: string) => {
    const expression = new RegExp(pattern, 'u')
    return (value) => typeof value !== 'string' || expression.test(value)
  },
  minItems: ofLists((value, limit) => value.length >= limit),
  maxItems: ofLists((value, limit) => value.length <= limit),
  items: (schema: Schema, fits) => {
    const item = fits(schema)
    return (value) => !Array.isArray(value) || value.every(item)
  },
  uniqueItems: (wanted: boolean) => (value) => !wanted || !Array.isArray(value) || areDifferent(value),
  minProperties: ofObjects((limit: number) => (value) => Object.keys(value).length >= limit),
  maxProperties: ofObjects((limit: number) => (value) => Object.keys(value).length <= limit),
  required: ofObjects((names: readonly string[]) => (value) => names.every((name) => has(value, name))),
  properties: ofObjects((members: Members, fits) => {
    const each = Object.entries(members).map(([name, schema]) => [name, fits(schema)] as const)
    return (value) => each.every(([name, test]) => !has(value, name) || test(value[name]))
  }),
  additionalProperties: ofObjects((schema: Schema, fits, { properties = {} }) => {
    const other = fits(schema)
    return (value) => Object.keys(value).every((name) => Object.hasOwn(properties as Members, name) || other(value[name]))
  }),
  propertyNames: ofObjects((schema: Schema, fits) => (value) => Object.keys(value).every(fits(schema))),
  dependentSchemas: ofObjects(
    (members: Members, fits) => (value) =>
      Object.entries(members).every(([name, schema]) => !has(value, name) || fits(schema)(value)),
  ),
  dependentRequired: ofObjects(
    (members: Readonly<Record<string, readonly string[]>>) => (value) =>
      Object.entries(members).every(([name, names]) => !has(value, name) || names.every((other) => has(value, other))),
  ),
  allOf: (schemas: readonly Schema[], fits) => (value) => schemas.every((schema) => fits(schema)(value)),
  anyOf: (schemas: readonly Schema[], fits) => (value) => schemas.some((schema) => fits(schema)(value)),
  oneOf: (schemas: readonly Schema[], fits) => (value) => schemas.filter((schema) => fits(schema)(value)).length === 1,
  not: (schema: Schema, fits) => (value) => !fits(schema)(value),
  if:
    (condition: Schema, fits, { then: yes = true, else: no = true }) =>
    (value) =>
      fits(fits(condition)(value) ? yes : no)(value),
}

function typeTest(type: string): Fits {
  switch (type) {
    case 'object':
      return isMap
    case 'array':
      return Array.isArray
    // YAML has infinite numbers and NaN. As in the validator that explains errors, only a bound refuses them.
    case 'number':
      return (value) => typeof value === 'number'
    case 'integer':
      return (value) => Number.isInteger(value) || value === Infinity || value === -Infinity
    case 'null':
      return (value) => value === null
    case 'string':
    case 'boolean':
      return (value) => typeof value === type
    default:
      throw new Error(`there is no type ${type}`)
  }
}

const has = (value: Value, name: string): boolean => Object.hasOwn(value, name) && value[name] !== undefined

/** Characters as people count them: two units of a surrogate pair are one. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]))
  if (!isMap(a) || !isMap(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
}

/** Plain values are compared by a set, so that a long list takes no time that grows with its square. */
function areDifferent(list: readonly unknown[]): boolean {
  const plain = list.filter((item) => typeof item !== 'object' || item === null)
  const others = list.filter((item) => typeof item === 'object' && item !== null)
  if (new Set(plain).size < plain.length) return false
  return others.every((item, i) => !others.slice(0, i).some((other) => isEqual(item, other)))
}
