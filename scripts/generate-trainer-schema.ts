import { mapOf, withDefinitions } from './schema-text.ts'

interface Definition {
  readonly head: object
  readonly required: readonly string[]
  readonly properties: object
}

/** The schema of the spec with the definitions of the section `trainer`, which stand before `customLevers`, written anew. */
export function withTrainer(text: string, definitions: Readonly<Record<string, Definition>>): string {
  const texts = Object.entries(definitions).map(([name, { head, required, properties }]) =>
    mapOf(name, head, required.length > 0 ? { required } : {}, Object.entries(properties)),
  )
  return withDefinitions(text, 'trainer', 'customLevers', texts)
}
