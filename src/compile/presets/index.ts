import { layerOf } from '../../layers/index.ts'
import { everyLayer, type NormalizedLayer } from '../../layers/layer.ts'
import type { NormalizedInputs, PresetName } from '../normalized.ts'
import type { Preset } from './preset.ts'
import { tabularMlp } from './tabular-mlp.ts'
import { textTransformer } from './text-transformer.ts'
import { visionCnn } from './vision-cnn.ts'

export const presets: { readonly [name in PresetName]: Preset } = {
  'vision-cnn': visionCnn,
  'text-transformer': textTransformer,
  'tabular-mlp': tabularMlp,
}

/** The preset of a spec that leaves it open: by what the model reads. */
export function presetFor(layers: readonly NormalizedLayer[], inputs: NormalizedInputs): PresetName {
  if (everyLayer(layers).some((l) => layerOf(l.kind).readsWholeNumbers !== undefined)) return 'text-transformer'
  return inputs.kind === 'array' && inputs.shape.length === 3 ? 'vision-cnn' : 'tabular-mlp'
}
