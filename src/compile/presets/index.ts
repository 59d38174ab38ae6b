import { entryNamed } from '../../base/lists.ts'
import type { ModelInputs, Preset } from './definition.ts'
import { tabularMlp } from './tabular-mlp.ts'
import { text } from './text.ts'
import { textTransformer } from './text-transformer.ts'
import { visionCnn } from './vision-cnn.ts'

/** Every preset, in the order of the schema. */
export const presets = [visionCnn, text, textTransformer, tabularMlp] as const

export type PresetName = (typeof presets)[number]['name']

/** The presets that `auto` may select, in the order in which it tries them. */
const automatic = presets
  .flatMap((preset: Preset<PresetName>) => (preset.auto ? [{ preset, auto: preset.auto }] : []))
  .sort((a, b) => a.auto.precedence - b.auto.precedence)

/** The preset with this name. Throws if there is none. */
export const presetNamed = (name: PresetName): Preset<PresetName> => entryNamed(presets, name, 'preset')

/** The preset for a spec that names none. */
export function presetFor(inputs: ModelInputs): Preset<PresetName> {
  const found = automatic.find(({ auto }) => auto.fits(inputs))
  if (!found) throw new Error('no preset fits the inputs')
  return found.preset
}

/** What `auto` selects, for the schema: `tabular-mlp` and the like, each with its condition. */
export const autoPresetWords = (): string =>
  automatic
    .map(({ preset, auto }) => (auto.where === null ? `else ${preset.name}` : `${preset.name} ${auto.where}`))
    .join(', ')
