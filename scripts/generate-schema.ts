import type { ArgumentsSchema, LayerSchema } from '../src/layers/definition.ts'
import { inline, members, property } from './schema-text.ts'

interface LayerPart {
  readonly kind: string
  readonly schema: LayerSchema
}

/** The schema of the spec with the definitions of all layers, which stand from `layer` to before `width`, written anew. */
export function withLayers(text: string, layers: readonly LayerPart[]): string {
  const [from, to] = [text.indexOf('    "layer": {'), text.indexOf('    "width": {')]
  if (from < 0 || to < from) throw new Error('the schema has no definitions from layer to width')
  const definitions = [choiceOf(layers), ...argumentsOf(layers)].map((one) => `${one},\n`)
  return text.slice(0, from) + definitions.join('') + text.slice(to)
}

/** A name alone, or one name with its arguments. */
function choiceOf(layers: readonly LayerPart[]): string {
  const bare = (how: string): string[] => layers.filter(({ schema }) => schema.bare === how).map(({ kind }) => kind)
  const properties = layers.map(({ kind, schema: { summary, arguments: of, example } }) => {
    const property = { title: kind, description: summary, $ref: `#/$defs/${of.name ?? kind}`, default: example }
    return `            "${kind}": ${inline(property)}`
  })
  return [
    '    "layer": {',
    '      "title": "Layer", "description": "A layer\'s name, or one name with its arguments.",',
    '      "anyOf": [',
    `        ${inline({ type: 'string', enum: [...bare('usual'), ...bare('possible')] })},`,
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

/** The arguments of each layer, once where several share them. */
function argumentsOf(layers: readonly LayerPart[]): string[] {
  const named = new Map(layers.map(({ kind, schema }) => [schema.arguments.name ?? kind, { kind, of: schema.arguments }]))
  return [...named].map(([name, { kind, of }]) => definition(name, kind, of))
}

function definition(name: string, kind: string, of: ArgumentsSchema): string {
  const { title = kind, description = `Arguments of ${kind}.`, required, properties } = of
  const head = { title, description }
  const type = { type: 'object', additionalProperties: false, ...(required ? { required } : {}) }
  if (!properties) return `    "${name}": ${inline({ ...head, ...type })}`
  const entries = Object.entries(properties).map(([key, value]) => `        "${key}": ${property(value)}`)
  return [
    `    "${name}": {`,
    `      ${members(head)},`,
    `      ${members(type)},`,
    '      "properties": {',
    entries.join(',\n'),
    '      }',
    '    }',
  ].join('\n')
}
