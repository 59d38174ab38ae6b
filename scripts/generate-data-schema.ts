interface CheckPart {
  readonly name: string
  readonly schema: { readonly title: string; readonly description: string }
  readonly severity: string
}

/** The schema of the spec with the settings of all data checks written anew: from `checks` to before `severity`. */
export function withChecks(text: string, checks: readonly CheckPart[]): string {
  const [from, to] = [text.indexOf('    "checks": {\n'), text.indexOf('    "severity": {')]
  if (from < 0 || to < from) throw new Error('the schema has no definitions from checks to severity')
  return text.slice(0, from) + definitionOf(checks) + text.slice(to)
}

function definitionOf(checks: readonly CheckPart[]): string {
  const settings = checks.map(({ name, schema: { title, description }, severity }) => {
    const members = { title, description, $ref: '#/$defs/severity', default: severity }
    const said = Object.entries(members).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    return `        "${name}": { ${said.join(', ')} }`
  })
  return [
    '    "checks": {',
    '      "title": "Data checks", "description": "error stops before training, warn reports, off skips the check.",',
    '      "type": "object", "additionalProperties": false,',
    '      "properties": {',
    settings.join(',\n'),
    '      }',
    '    },\n',
  ].join('\n')
}

/** The schema of the spec with the description of `data.source` written anew: it names every format. */
export function withFormats(text: string, formats: readonly { readonly name: string }[]): string {
  const source = /("source": \{ "title": "Source", "description": )"[^"]*"/
  if (!source.test(text)) throw new Error('the schema has no description of data.source')
  const names = formats.map(({ name }) => name)
  const listed = `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
  const description = `Data file, relative to the spec: ${listed}, and .gz of each. It must lie inside the workspace.`
  return text.replace(source, (_, head: string) => head + JSON.stringify(description))
}
