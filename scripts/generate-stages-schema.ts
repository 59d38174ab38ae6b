import type { StageSchema } from '../src/stages/schema.ts'
import { choiceOf, inline, mapOf, withDefinitions } from './schema-text.ts'

interface StagePart {
  readonly name: string
  readonly schema: StageSchema
}

/** The schema of the spec with the list of stages and their definitions, from `stage` to before `gate`, written anew. */
export function withStages(text: string, stages: readonly StagePart[]): string {
  const listed = text.replace(/^ {4}"stages": .*$/m, () => listOf(stages))
  return withDefinitions(listed, 'stage', 'gate', [stageOf(stages), ...stages.flatMap(definitionsOf)])
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
function stageOf(stages: readonly StagePart[]): string {
  const entries = stages.map(
    ({ name, schema: { summary, key = name } }) =>
      [name, { title: name, description: summary, $ref: `#/$defs/${key}`, default: {} }] as const,
  )
  const head = { title: 'Stage', description: "A stage's name, or one name with its settings." }
  return choiceOf(
    'stage',
    head,
    stages.map(({ name }) => name),
    entries,
  )
}

/** The settings of a stage, and what they refer to. */
function definitionsOf({ name, schema: { key = name, description, properties, definitions = {} } }: StagePart): string[] {
  return [
    mapOf(key, { title: name, description }, {}, Object.entries(properties)),
    ...Object.entries(definitions).map(([own, of]) =>
      mapOf(
        own,
        { title: of.title, description: of.description },
        of.others ? { additionalProperties: of.others } : {},
        Object.entries(of.properties),
      ),
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
