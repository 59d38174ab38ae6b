import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import lockSchema from '../../schema/lock.schema.json' with { type: 'json' }
import tuningSchema from '../../schema/tuning.schema.json' with { type: 'json' }
import { stream } from '../../src/base/random.ts'
import { fitsSchema } from '../../src/base/schema-fits.ts'
import { eventSchema } from '../../src/engines/command/protocol/event-schema.ts'
import { root } from '../support/architecture.ts'

type Random = ReturnType<typeof stream>

/** The validator that explains errors: what it says is right. */
const judge = (schema: object): ((value: unknown) => boolean) => {
  const validate = new Ajv2020({ strict: false }).compile(schema)
  return (value) => validate(value) === true
}

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  2.5,
  -3,
  1e300,
  NaN,
  Infinity,
  '',
  'a',
  'abc',
  '😀😀',
  'custom.x',
  [],
  [1],
  [1, 1],
  [1, '1'],
  [{ a: 1 }, { a: 1 }],
  [{ a: 1 }, { a: 2 }],
  [[1], [1]],
  ['a', 'b', 'c', 'd'],
  {},
  { a: 1 },
  { a: undefined },
  { a: 'x', b: 2 },
  { b: null },
  { a: { a: { a: 'deep' } } },
  JSON.parse('{"__proto__": 1}'),
]

const schemas: readonly object[] = [
  { type: 'object' },
  { type: 'array' },
  { type: 'number' },
  { type: 'integer' },
  { type: ['string', 'null'] },
  { type: 'boolean' },
  { const: { a: 1 } },
  { const: 0 },
  { enum: [1, '1', null, [1], { a: 1 }] },
  { minimum: 1 },
  { maximum: 1 },
  { exclusiveMinimum: 1 },
  { exclusiveMaximum: 1 },
  { minLength: 2 },
  { maxLength: 2 },
  { pattern: '^custom\\.' },
  { minItems: 2 },
  { maxItems: 2 },
  { items: { type: 'number' } },
  { items: false },
  { uniqueItems: true },
  { uniqueItems: false },
  { minProperties: 1 },
  { maxProperties: 1 },
  { required: ['a'] },
  { properties: { a: { type: 'number' }, b: false } },
  { additionalProperties: false, properties: { a: {} } },
  { additionalProperties: { type: 'number' } },
  { propertyNames: { maxLength: 1 } },
  { dependentSchemas: { a: { required: ['b'] } } },
  { dependentRequired: { a: ['b'] } },
  { allOf: [{ type: 'number' }, { minimum: 1 }] },
  { anyOf: [{ type: 'string' }, { minimum: 1 }] },
  { oneOf: [{ type: 'number' }, { minimum: 1 }] },
  { not: { type: 'number' } },
  // A member `then` would make a promise of it, in the eyes of the linter.
  JSON.parse('{ "if": { "type": "number" }, "then": { "minimum": 1 }, "else": { "type": "string" } }') as object,
  JSON.parse('{ "if": { "type": "number" }, "then": false }') as object,
  { if: { required: ['a'] }, else: { type: 'string' } },
  {
    $defs: { t: { type: 'object', properties: { a: { anyOf: [{ $ref: '#/$defs/t' }, { type: 'string' }] } } } },
    $ref: '#/$defs/t',
  },
  { properties: { a: { $ref: '#' } }, additionalProperties: false },
]

describe('fitsSchema', () => {
  it.each(schemas.map((schema) => [JSON.stringify(schema), schema] as const))('judges like ajv by %s', (_, schema) => {
    const [fits, judged] = [fitsSchema(schema), judge(schema)]
    expect(values.filter((value) => fits(value) !== judged(value))).toEqual([])
  })

  it('refuses a keyword that it does not check', () => {
    expect(() => fitsSchema({ multipleOf: 2 })(4)).toThrow('multipleOf')
    expect(() => fitsSchema({ $ref: 'other.json' })(4)).toThrow('other.json')
    expect(() => fitsSchema({ $ref: '#/$defs/none' })(4)).toThrow('#/$defs/none')
  })

  const good = join(root, 'test/compile/corpus')
  const read = (folder: string): unknown[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml'))
      .flatMap((name) => {
        try {
          return [parse(readFileSync(join(folder, name), 'utf8')) as unknown]
        } catch {
          return []
        }
      })
  const specs = [...read(good), ...read(join(root, 'test/dsl/corpus-bad'))]
  const lock: unknown = JSON.parse(readFileSync(join(root, 'examples/digits/tuning.lock.json'), 'utf8'))
  const event = { type: 'step', step: 1, loss: 0.5 }
  it.each([
    ['specs', tuningSchema, specs, 10],
    ['a lock', lockSchema, [lock], 1000],
    ['events of a script', eventSchema(), [event], 500],
  ] as const)('judges %s like ajv, also after damage', (_, schema, documents, times) => {
    const [fits, judged] = [fitsSchema(schema), judge(schema)]
    const random = stream(1, 'damage')
    const counts = { fit: 0, unfit: 0 }
    for (const document of documents) {
      for (let i = 0; i <= times; i++) {
        const value = i === 0 ? document : damaged(document, random)
        const answer = judged(value)
        counts[answer ? 'fit' : 'unfit'] += 1
        if (fits(value) !== answer) expect.fail(`ajv says ${answer}: ${inspect(value, { depth: 9 })}`)
      }
    }
    expect(Math.min(counts.fit, counts.unfit)).toBeGreaterThan(10)
  })
})

/** A copy in which one or two values are replaced, dropped or repeated. */
function damaged(document: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(document)
  for (let i = 0; i <= random.integer(2); i++) damage(copy, random)
  return copy
}

function damage(at: unknown, random: Random): void {
  if (typeof at !== 'object' || at === null) return
  const keys = Object.keys(at)
  const key = keys[random.integer(Math.max(1, keys.length))]
  const members = at as Record<string, unknown>
  const inner = key === undefined ? undefined : members[key]
  if (typeof inner === 'object' && inner !== null && random.uniform() < 0.8) return damage(inner, random)
  const choice = random.integer(4)
  if (key === undefined || choice === 0)
    members[Array.isArray(at) ? String(keys.length) : 'other'] = values[random.integer(values.length)]
  else if (choice === 1 && Array.isArray(at)) at.splice(Number(key), 1)
  else if (choice === 1) delete members[key]
  else members[key] = choice === 2 ? values[random.integer(values.length)] : inner
}
