import { mapOf, withDefinitions } from './schema-text.ts'

interface Definition {
  readonly head: object
  readonly required: readonly string[]
  readonly properties: object
}

/** The schema of the spec with the definitions of one section, from that of `first` to before that of `next`, written anew. */
export function withSection(
  text: string,
  [first, next]: readonly [first: string, next: string],
  definitions: Readonly<Record<string, Definition>>,
): string {
  const texts = Object.entries(definitions).map(([name, { head, required, properties }]) =>
    mapOf(name, head, required.length > 0 ? { required } : {}, Object.entries(properties)),
  )
  return withDefinitions(text, first, next, texts)
}
