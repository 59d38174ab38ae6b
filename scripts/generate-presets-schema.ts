import { inline } from './schema-text.ts'

/**
 * The schema of the spec with the property `preset` written anew.
 *
 * @param names of the presets, in the order of the registry
 * @param auto what `auto` takes, in words
 */
export function withPresets(text: string, names: readonly string[], auto: string): string {
  const property = {
    title: 'Preset',
    description: `Where ranges of the stages and the augmentation policy come from. auto: ${auto}.`,
    enum: ['auto', ...names],
    default: 'auto',
  }
  const line = /^ {4}"preset": .*$/m
  if (!line.test(text)) throw new Error('the schema has no property preset')
  return text.replace(line, () => `    "preset": ${inline(property)},`)
}
