import { inline } from './schema-text.ts'

/** A schema (of the spec, plan, lock or report) with every optimizer in its list of them. */
export function withOptimizers(text: string, names: readonly string[]): string {
  const list = /^( *"optimizer": \{.*"enum": )\[[^\]]*\]/m
  if (!list.test(text)) throw new Error('the schema has no list of optimizers')
  return text.replace(list, (_, before: string) => before + inline(names))
}
