import { compile, type JSONSchema } from 'json-schema-to-typescript'

type Schema = { readonly [key: string]: unknown }

/** The types of the spec, generated from its schema. */
export function specTypes(schema: Schema): Promise<string> {
  return compile(prepared(schema) as JSONSchema, 'Spec', {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    bannerComment: '/* Generated from schema/tuning.schema.json by scripts/generate.ts; do not edit. */',
    style: { semi: false, singleQuote: true, printWidth: 125 },
  })
}

const conditions: readonly string[] = ['if', 'then', 'else']

/**
 * The generator names a type after every title, which would make one of every number: titles go, and the names are those of
 * `$defs`. A list of exactly two becomes a pair. Conditions that types cannot say are left out.
 */
function prepared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prepared)
  if (typeof value !== 'object' || value === null) return value
  const schema = value as Schema
  // A reference that says more about itself would become a type of its own for every place that refers to it.
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'] }
  if (schema['minItems'] === 2 && schema['maxItems'] === 2) return { tsType: '[number, number]' }
  const kept = Object.entries(schema).filter(
    ([key, v]) =>
      !(
        (key === 'title' && typeof v === 'string') ||
        key === 'default' ||
        key === 'examples' ||
        key === '$id' ||
        key === 'dependentSchemas' ||
        key === 'dependentRequired' ||
        conditions.includes(key)
      ),
  )
  return Object.fromEntries(kept.map(([key, v]) => [key, prepared(v)]))
}
