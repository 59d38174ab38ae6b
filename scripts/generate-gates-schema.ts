import type { GateSchema } from '../src/gates/schema.ts'
import { mapOf, withDefinitions } from './schema-text.ts'

interface GatePart {
  readonly name: string
  readonly schema: GateSchema
}

/** The schema of the spec with the definitions of all gates, from `gate` to before `measured`, written anew. */
export function withGates(text: string, gates: readonly GatePart[]): string {
  return withDefinitions(text, 'gate', 'measured', [ruleOf(gates), ...gates.map(definitionOf)])
}

const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** One gate with its settings. */
function ruleOf(gates: readonly GatePart[]): string {
  const entries = gates.map(
    ({ name, schema: { summary, example } }) =>
      [name, { title: name, description: summary, $ref: `#/$defs/${camelCase(name)}`, default: example }] as const,
  )
  const limits = { minProperties: 1, maxProperties: 1 }
  return mapOf('gate', { title: 'Gate', description: 'One gate and its rule.' }, limits, entries)
}

const definitionOf = ({ name, schema: { description, required, properties } }: GatePart): string =>
  mapOf(camelCase(name), { title: name, description }, { required }, Object.entries(properties))
