import { mapOf, withDefinitions } from './schema-text.ts'

interface CheckPart {
  readonly name: string
  readonly schema: { readonly title: string; readonly description: string }
  readonly severity: string
}

/** The schema of the spec with the settings of all data checks written anew: from `checks` to before `severity`. */
export function withChecks(text: string, checks: readonly CheckPart[]): string {
  const head = {
    title: 'Data checks',
    description: 'error stops before training, warn and note report, off skips the check.',
  }
  const settings = checks.map(
    ({ name, schema: { title, description }, severity }) =>
      [name, { title, description, $ref: '#/$defs/severity', default: severity }] as const,
  )
  return withDefinitions(text, 'checks', 'severity', [mapOf('checks', head, {}, settings)])
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
