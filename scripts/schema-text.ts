/** The text with its definitions from `first` to before `next` replaced. */
export function withDefinitions(text: string, first: string, next: string, definitions: readonly string[]): string {
  const from = text.indexOf(`    "${first}": {\n`)
  // A property of the spec may have the same name, before all definitions.
  const to = text.indexOf(`    "${next}": {`, from)
  if (from < 0 || to < from) throw new Error(`the schema has no definitions from ${first} to ${next}`)
  return text.slice(0, from) + definitions.map((one) => `${one},\n`).join('') + text.slice(to)
}

/** A definition under `$defs`: a name alone, one of `alone`, or a map with one of the keys that `entries` hold. */
export function choiceOf(name: string, head: object, alone: readonly string[], entries: Entries): string {
  return [
    `    "${name}": {`,
    `      ${members(head)},`,
    '      "anyOf": [',
    `        ${inline({ type: 'string', enum: alone })},`,
    '        {',
    `          ${members({ type: 'object', additionalProperties: false, minProperties: 1, maxProperties: 1 })},`,
    '          "properties": {',
    entries.map(([key, value]) => `            "${key}": ${inline(value)}`).join(',\n'),
    '          }',
    '        }',
    '      ]',
    '    }',
  ].join('\n')
}

type Entries = readonly (readonly [key: string, value: object])[]

/** A definition under `$defs`: an object with the settings that `entries` hold, one a line. */
export function mapOf(name: string, head: object, limits: object, entries: Entries): string {
  return [
    `    "${name}": {`,
    `      ${members(head)},`,
    `      ${members({ type: 'object', additionalProperties: false, ...limits })},`,
    '      "properties": {',
    entries.map(([key, value]) => `        "${key}": ${property(value)}`).join(',\n'),
    '      }',
    '    }',
  ].join('\n')
}

/** One line, and a second one for alternatives. */
function property(value: object): string {
  if (!('anyOf' in value)) return inline(value)
  const { anyOf, ...rest } = value
  return ['{', `          ${members(rest)},`, `          ${members({ anyOf })}`, '        }'].join('\n')
}

/** The members of an object in one line, without its braces. */
export const members = (value: object): string =>
  Object.entries(value)
    .map(([key, v]) => `"${key}": ${inline(v)}`)
    .join(', ')

/** JSON in one line, with blanks as a person sets them. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return Object.keys(value).length === 0 ? '{}' : `{ ${members(value)} }`
}
