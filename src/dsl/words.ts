/** A value for a message, short: `text "abc"`, `number 3`, `a map`, `an empty list`, `nothing`. */
export function shownValue(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list: ${shortened(JSON.stringify(value))}`
  switch (typeof value) {
    case 'string':
      return `string ${shortened(JSON.stringify(value))}`
    case 'number':
      return `number ${value}`
    case 'boolean':
      return `${value}`
    default:
      return Object.keys(value as object).length === 0
        ? 'an empty map'
        : `a map with ${Object.keys(value as object)
            .slice(0, 5)
            .join(', ')}`
  }
}

const typeWords: { readonly [type: string]: string } = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'null',
}

export const shownTypes = (types: readonly string[]): string =>
  [...new Set(types)].map((t) => typeWords[t] ?? t).join(' or ')

/** The whole range that a numeric schema allows: `a whole number, at least 1 and at most 100`. */
export function shownRange(schema: Readonly<Record<string, unknown>>): string {
  const part = (key: string, words: string): string[] =>
    schema[key] === undefined ? [] : [`${words} ${String(schema[key])}`]
  const limits = [
    ...part('minimum', 'at least'),
    ...part('exclusiveMinimum', 'above'),
    ...part('maximum', 'at most'),
    ...part('exclusiveMaximum', 'below'),
  ]
  const types = [schema['type'] ?? 'number'].flat() as string[]
  return [shownTypes(types), limits.join(' and ')].filter((s) => s !== '').join(', ')
}

export const shownChoices = (values: readonly unknown[]): string =>
  values.map((v) => (typeof v === 'string' ? v : JSON.stringify(v))).join(', ')

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** How many characters or items a schema allows: `at least 1 and at most 16 items`. */
export function shownLength(schema: Readonly<Record<string, unknown>>): string {
  const [least, most] = [schema['minItems'] ?? schema['minLength'], schema['maxItems'] ?? schema['maxLength']]
  const what = schema['maxItems'] === undefined ? 'characters' : 'items'
  if (least !== undefined && least === most) return `${String(least)} ${what}`
  const part = (words: string, limit: unknown): string[] => (limit === undefined ? [] : [`${words} ${String(limit)}`])
  return `${[...part('at least', least), ...part('at most', most)].join(' and ')} ${what}`
}
