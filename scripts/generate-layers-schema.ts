import type { ArgumentsSchema, LayerSchema } from '../src/layers/definition.ts'
import { choiceOf, inline, mapOf, withDefinitions } from './schema-text.ts'

interface LayerPart {
  readonly kind: string
  readonly schema: LayerSchema
}

/** The schema of the spec with the definitions of all layers, which stand from `layer` to before `width`, written anew. */
export function withLayers(text: string, layers: readonly LayerPart[]): string {
  return withDefinitions(text, 'layer', 'width', [layerOf(layers), ...argumentsOf(layers)])
}

/** A name alone, or one name with its arguments. */
function layerOf(layers: readonly LayerPart[]): string {
  const bare = (how: string): string[] => layers.filter(({ schema }) => schema.bare === how).map(({ kind }) => kind)
  const entries = layers.map(
    ({ kind, schema: { summary, arguments: of, example } }) =>
      [kind, { title: kind, description: summary, $ref: `#/$defs/${of.name ?? kind}`, default: example }] as const,
  )
  const head = { title: 'Layer', description: "A layer's name, or one name with its arguments." }
  return choiceOf('layer', head, [...bare('usual'), ...bare('possible')], entries)
}

/** The arguments of each layer, once where several share them. */
function argumentsOf(layers: readonly LayerPart[]): string[] {
  const named = new Map(layers.map(({ kind, schema }) => [schema.arguments.name ?? kind, { kind, of: schema.arguments }]))
  return [...named].map(([name, { kind, of }]) => definition(name, kind, of))
}

function definition(name: string, kind: string, of: ArgumentsSchema): string {
  const { title = kind, description = `Arguments of ${kind}.`, required, properties } = of
  const head = { title, description }
  const limits = required ? { required } : {}
  return properties
    ? mapOf(name, head, limits, Object.entries(properties))
    : `    "${name}": ${inline({ ...head, type: 'object', additionalProperties: false, ...limits })}`
}
