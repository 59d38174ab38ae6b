import schema from '../../schema/tuning.schema.json' with { type: 'json' }
import { resolved } from './fold.ts'

type Schema = Readonly<Record<string, unknown>>

/** Where a key belongs in a spec, such as `under levers.optimization`; undefined if no map has it, or several do. */
export function placeOf(key: string): string | undefined {
  const places = (known ??= collect(schema, '', new Map())).get(key)
  if (places?.length !== 1) return undefined
  return places[0] === '' ? 'to the spec itself' : `under ${places[0]}`
}

let known: Map<string, string[]> | undefined

/** Only maps inside maps: list items have their own names. */
function collect(here: Schema, path: string, into: Map<string, string[]>): Map<string, string[]> {
  for (const [key, property] of Object.entries((here['properties'] ?? {}) as Readonly<Record<string, Schema>>)) {
    into.set(key, [...(into.get(key) ?? []), path])
    collect(resolved(property, schema), path === '' ? key : `${path}.${key}`, into)
  }
  return into
}
