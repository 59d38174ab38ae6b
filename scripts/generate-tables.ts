import type { Command } from 'commander'
import { parse } from 'yaml'

type Schema = { readonly [key: string]: unknown }

/**
 * What a page shows between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`, replaced by the blocks of these
 * names.
 */
export function replaceBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => replaceBlock(text, name, block), page)
}

/** A page without the markers is left alone; one marker without the other is a mistake. */
function replaceBlock(text: string, name: string, block: string): string {
  const [open, close] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`]
  const [from, to] = [text.indexOf(open), text.indexOf(close)]
  if (from < 0 && to < 0) return text
  if (from < 0 || to < from) throw new Error(`${open} and ${close} do not enclose a block`)
  return `${text.slice(0, from + open.length)}\n${block}\n${text.slice(to)}`
}

/** The attacks by number, what prevents them, and the tests that try them. */
export function attackTable(
  attacks: Readonly<
    Record<number, { readonly attack: string; readonly guards: readonly string[]; readonly tests: readonly string[] }>
  >,
): string {
  const links = (paths: readonly string[]): string => paths.map((path) => `[${path.split('/').at(-1)}](${path})`).join(', ')
  return tableOf(
    ['', 'attack', 'prevented by', 'tested in'],
    Object.entries(attacks).map(([n, { attack, guards, tests }]) => [n, attack, links(guards), links(tests)]),
  )
}

interface FolderRule {
  readonly may: readonly string[]
  readonly types?: readonly string[] | 'any'
}

interface EngineWords {
  readonly name: string
  readonly summary: string
  readonly where: string
}

/** What `--engine` takes, with what `auto` prefers in words. */
export function engineTable(engines: readonly EngineWords[], auto: string): string {
  const rows = engines.map(({ name, summary, where }) => [code(name), summary, where])
  return tableOf(['`--engine`', 'what trains', 'when'], [...rows, [code('auto'), auto, 'the default']])
}

interface EventWords {
  readonly summary: string
  readonly required: readonly string[]
  readonly fields: Readonly<Record<string, { readonly description?: string; readonly properties?: object }>>
}

/** What a training script reports: a table of fields for each type of event. */
export function eventTables(events: Readonly<Record<string, EventWords>>): string {
  return Object.entries(events)
    .map(([type, { summary, required, fields }]) => `### ${code(type)}\n\n${summary}\n\n${fieldTable(fields, required)}`)
    .join('\n\n')
}

/** The fields of a JSON object, and below each those that it consists of. */
export function fieldTable(fields: object, required: readonly string[], above = ''): string {
  return tableOf(['field', 'meaning'], fieldRows(fields, required, above))
}

function fieldRows(fields: object, required: readonly string[], above: string): string[][] {
  return Object.entries(fields).flatMap(([name, { description = '', properties = {}, required: inner = [] }]) => {
    const must = required.includes(name) ? ' Required.' : ''
    return [[code(above + name), `${description}${must}`], ...fieldRows(properties, inner, `${above}${name}.`)]
  })
}

/** What each folder of `src/` may import, by the rules that a test holds. */
export function folderTable(folders: Readonly<Record<string, FolderRule>>): string {
  const names = (list: readonly string[]): string => list.map((name) => code(`${name}/`)).join(', ')
  const types = ({ types: list = [] }: FolderRule): string => (list === 'any' ? 'every folder' : names(list))
  const rows = Object.entries(folders).map(([name, rule]) => [code(`${name}/`), names(rule.may) || 'nothing', types(rule)])
  return tableOf(['folder', 'may import', 'and the types of'], rows)
}

/** Maps of the spec, each a table, by the path at which a person writes them. */
export function specTables(root: Schema): string {
  const defs = root['$defs'] as { readonly [name: string]: Schema }
  const shown = new Set<string>()
  const rows = (schema: Schema): string[][] => rowsOf(schema, root, shown)
  const table = (title: string, schema: Schema): string =>
    section(title, tableOf(['key', 'value', 'default', 'meaning'], rows(schema)))
  const inputs = ((defs['inputs'] as Schema)['anyOf'] as readonly Schema[])[1] as Schema
  const items = (name: string): [string, Schema][] =>
    Object.entries(itemsOf(defs[name] as Schema)).map(([key, s]) => [key, target(s, root)])
  const settings = (title: string, entries: readonly [string, Schema][]): string =>
    section(
      title,
      tableOf(
        ['name', 'setting', 'value', 'default', 'meaning'],
        entries.flatMap(([name, s]) => {
          const own = rows(s)
          return own.length === 0
            ? [[code(name), '', '', '', 'no settings']]
            : own.map((row, i) => [i === 0 ? code(name) : '', ...row])
        }),
      ),
    )
  return [
    table('Top level', root),
    table('data', defs['data'] as Schema),
    table('data.target', defs['labels'] as Schema),
    table('data.inputs', inputs),
    table('data.split', defs['split'] as Schema),
    table('data.checks', defs['checks'] as Schema),
    table('augmentation', defs['augmentation'] as Schema),
    settings('model.layers', items('layer')),
    settings(
      'levers',
      Object.entries((defs['levers'] as Schema)['properties'] as Schema).map(([key, s]) => [key, target(s as Schema, root)]),
    ),
    settings('stages', items('stage')),
    table('stages.regularize.grid', defs['grid'] as Schema),
    settings(
      'gates',
      Object.entries((defs['gate'] as Schema)['properties'] as Schema).map(([key, s]) => [key, target(s as Schema, root)]),
    ),
    table('budget', defs['budget'] as Schema),
  ].join('\n')
}

const itemsOf = (choice: Schema): { readonly [key: string]: Schema } =>
  (choice['anyOf'] as readonly Schema[])[1]?.['properties'] as { readonly [key: string]: Schema }

/** A table under a heading of its own, so that other pages can link to it. */
const section = (title: string, ...parts: readonly string[]): string => `${[`### ${title}`, ...parts].join('\n\n')}\n`

function rowsOf(schema: Schema, root: Schema, shown: Set<string>): string[][] {
  const required = [schema['required'] ?? []].flat() as string[]
  return Object.entries((schema['properties'] ?? {}) as { readonly [key: string]: Schema }).map(([key, property]) => [
    code(key),
    valueOrAbove(property, root, shown),
    required.includes(key) ? 'required' : defaultIn(property),
    cell(String(property['description'])),
  ])
}

/** Editors insert `default`. In a setting that has none it is an example, and the only one. */
function defaultIn({ default: value, examples }: Schema): string {
  const text = JSON.stringify(value)
  return JSON.stringify(examples) === `[${text}]` ? `none; such as ${code(text)}` : code(text)
}

/** Long lists of names that several settings share are written out once. */
function valueOrAbove(property: Schema, root: Schema, shown: Set<string>): string {
  const ref = typeof property['$ref'] === 'string' ? (property['$ref'].split('/').at(-1) ?? '') : ''
  const value = valueOf(target(property, root), root)
  if (ref !== '' && shown.has(ref) && value.length > 60) return `${ref}, as above`
  shown.add(ref)
  return value
}

function target(schema: Schema, root: Schema): Schema {
  const ref = schema['$ref']
  return typeof ref === 'string'
    ? ((root['$defs'] as { readonly [name: string]: Schema })[ref.split('/').at(-1) ?? ''] as Schema)
    : schema
}

const words: { readonly [type: string]: string } = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'map',
  array: 'list',
  null: 'null',
}

function valueOf(schema: Schema, root: Schema): string {
  if (Array.isArray(schema['enum']))
    return cell(schema['enum'].map((v) => code(typeof v === 'string' ? v : JSON.stringify(v))).join(' '))
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']))
  if (Array.isArray(schema['anyOf']))
    return (schema['anyOf'] as readonly Schema[]).map((s) => valueOf(target(s, root), root)).join(' or ')
  if (schema['type'] === 'array' && schema['maxItems'] === 2) return '[height, width]'
  const types = ([schema['type'] ?? []].flat() as string[]).map((t) => words[t] ?? t).join(' or ')
  const part = (key: string, sign: string): string[] => (schema[key] === undefined ? [] : [`${sign} ${String(schema[key])}`])
  const limits = [
    ...part('minimum', '≥'),
    ...part('exclusiveMinimum', '>'),
    ...(Number(schema['maximum']) >= 1000 ? [] : part('maximum', '≤')),
    ...part('exclusiveMaximum', '<'),
  ].join(', ')
  return cell([types, limits].filter((s) => s !== '').join(', '))
}

interface ActionFile {
  readonly inputs?: {
    readonly [name: string]: { readonly description?: string; readonly default?: string; readonly required?: boolean }
  }
  readonly outputs?: { readonly [name: string]: { readonly description?: string } }
}

export function actionTables(text: string): string {
  const { inputs = {}, outputs = {} } = parse(text) as ActionFile
  const inputRows = Object.entries(inputs).map(([name, i]) => [
    code(name),
    i.required === true && i.default === undefined ? 'required' : i.default ? code(i.default) : '',
    cell(i.description ?? ''),
  ])
  const outputRows = Object.entries(outputs).map(([name, o]) => [code(name), cell(o.description ?? '')])
  return ['', tableOf(['input', 'default', 'meaning'], inputRows), '', tableOf(['output', 'meaning'], outputRows), ''].join(
    '\n',
  )
}

/** Commands with their arguments and options, as commander knows them. */
export function cliTables(program: Command, parent = 'tunegate'): string {
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => {
      const name = `${parent} ${command.name()}`
      // What only gathers others under its name has no table of its own.
      const below = cliTables(command, name)
      if (command.commands.length > 0 && command.options.length === 0) return below
      const usage = `${name} ${command.usage().replace(/^\[options\] ?(?:\[command\] ?)?/, '')}`.trimEnd()
      const options = command.options.map((o) => [
        code(o.flags),
        o.mandatory ? 'required' : defaultOf(o.defaultValue),
        cell(o.description + (o.argChoices ? ` (${o.argChoices.join(', ')})` : '')),
      ])
      const own = section(
        code(usage),
        sentence(cell(command.description())),
        options.length === 0 ? 'No options.' : tableOf(['option', 'default', 'meaning'], options),
      )
      return below === '' ? own : `${own}\n${below}`
    })
    .join('\n')
}

const defaultOf = (value: unknown): string => (value === undefined || typeof value === 'boolean' ? '' : code(String(value)))

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** Plug-ins by name: what each is or says, and what else is known of it. */
export function nameTable(
  header: readonly string[],
  rows: readonly (readonly [name: string, ...cells: readonly string[]])[],
): string {
  return tableOf(
    header,
    rows.map(([name, ...cells]) => [code(name), ...cells.map(cell)]),
  )
}

/** A file as a fenced block. */
export const fenced = (text: string, language: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``

const tableOf = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const cell = (text: string): string => outsideCode(text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|'))
/** A code span shows an entity as it is written. */
const outsideCode = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('')
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``
