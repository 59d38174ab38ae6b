import type { StageSchema } from '../src/stages/schema.ts'
import { inline, mapOf } from './schema-text.ts'

interface StagePart {
  readonly name: string
  readonly schema: StageSchema
}

/** The schema of the spec with the list of stages and their definitions, from `stage` to before `gate`, written anew. */
export function withStages(text: string, stages: readonly StagePart[]): string {
  const [from, to] = [text.indexOf('    "stage": {'), text.indexOf('    "gate": {')]
  if (from < 0 || to < from) throw new Error('the schema has no definitions from stage to gate')
  const definitions = [choiceOf(stages), ...stages.flatMap(definitionsOf)].map((one) => `${one},\n`)
  return text.slice(0, from).replace(/^ {4}"stages": .*$/m, () => listOf(stages)) + definitions.join('') + text.slice(to)
}

/** The property of the spec that lists them. */
function listOf(stages: readonly StagePart[]): string {
  const names = stages.map(({ name }) => name)
  const description =
    `The stages to run, in the order ${names.join(', ')}. A name alone takes the preset's settings; ` +
    'a stage that is left out is skipped.'
  const limits = { type: 'array', items: { $ref: '#/$defs/stage' }, minItems: 1, maxItems: 16 }
  return `    "stages": ${inline({ title: 'Stages', description, ...limits, default: names })},`
}

/** A name alone, or one name with its settings. */
function choiceOf(stages: readonly StagePart[]): string {
  const properties = stages.map(
    ({ name, schema: { summary, key = name } }) =>
      `            "${name}": ${inline({ title: name, description: summary, $ref: `#/$defs/${key}`, default: {} })}`,
  )
  return [
    '    "stage": {',
    '      "title": "Stage", "description": "A stage\'s name, or one name with its settings.",',
    '      "anyOf": [',
    `        ${inline({ type: 'string', enum: stages.map(({ name }) => name) })},`,
    '        {',
    '          "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,',
    '          "properties": {',
    properties.join(',\n'),
    '          }',
    '        }',
    '      ]',
    '    }',
  ].join('\n')
}

/** The settings of a stage, and what they refer to. */
function definitionsOf({ name, schema: { key = name, description, properties, definitions = {} } }: StagePart): string[] {
  return [
    mapOf(key, { title: name, description }, {}, Object.entries(properties)),
    ...Object.entries(definitions).map(([own, of]) =>
      mapOf(own, { title: of.title, description: of.description }, {}, Object.entries(of.properties)),
    ),
  ]
}

/** A schema of a file that names stages (plan, lock or report), with every stage in its list of them. */
export function withStageNames(text: string, stages: readonly StagePart[]): string {
  const names = stages.map(({ name }) => name)
  const list = /^( *"(?:stageName|stage)": \{.*"enum": )\[[^\]]*\]/m
  if (!list.test(text)) throw new Error('the schema has no list of stages')
  return withPlainFindings(
    text.replace(list, (_, before: string) => before + inline(names)),
    names,
  )
}

/** In the schema of a report: the stages that find nothing beside their comparisons, since no other definition is theirs. */
function withPlainFindings(text: string, names: readonly string[]): string {
  const plain = /^( *\{"type": "object".*"required": \["stage"\], "properties": \{"stage": )\{.*\}(\}\},)$/m
  const own = [...text.replace(plain, '').matchAll(/"stage": \{"const": "([^"]+)"\}/g)].map(([, name]) => name)
  const others = names.filter((name) => !own.includes(name))
  const choice = others.length === 1 ? `{"const": ${inline(others[0])}}` : `{"enum": ${inline(others)}}`
  return text.replace(plain, (_, before: string, after: string) => before + choice + after)
}
