/** A definition under `$defs`: an object with the settings that `entries` hold, one a line. */
export function mapOf(name: string, head: object, limits: object, entries: readonly (readonly [string, object])[]): string {
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
export function property(value: object): string {
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
