import { layerOf } from '../../layers/index.ts'
import type { NormalizedLayer } from '../../layers/layer.ts'
import type { AugmentationPolicy } from '../../records/plan.ts'
import type { NormalizedData } from '../normalized.ts'
import type { Report } from '../problem.ts'

interface TextParts {
  readonly inputs: NormalizedData['inputs']
  readonly layers: readonly NormalizedLayer[]
  readonly augmentation: AugmentationPolicy
}

/** Amounts that turn token ids into numbers between them. */
const mixing = ['noise', 'mixup'] as const

/**
 * A text column needs a first layer that reads token ids, unchanged by augmentation, and only a text column has a
 * vocabulary to size that layer.
 */
export function checkText({ inputs, layers, augmentation }: TextParts, report: Report): void {
  const [first] = layers
  const place = ['model', 'layers', 0]
  if (inputs.kind !== 'text') {
    if (!first || layerOf(first.kind).wholeNumbers?.(first) !== 'vocabulary') return
    report('no-vocabulary', place, `the ${first.kind} is sized by a vocabulary, and the inputs are no text`, {
      found: 'vocabulary',
      allowed: 'a number, or vocabulary with data.inputs: { text: column }',
    })
    return
  }
  if (first && layerOf(first.kind).readsWholeNumbers === undefined) {
    report('text-without-embedding', place, 'the first layer cannot read the token ids of a text', {
      found: first.kind,
      allowed: 'a layer that reads whole numbers',
      hint: inputs.columns
        ? 'begin with - embeddingBag: { inputDim: vocabulary, outputDim: 64 }'
        : 'begin with - embedding: { inputDim: vocabulary, outputDim: 64 }',
    })
  } else if (first && inputs.columns && !layerOf(first.kind).passesColumns) {
    report('text-beside-columns', place, 'the first layer would read the columns beside the text as token ids', {
      found: first.kind,
      allowed: 'a layer that passes columns on',
      hint: 'begin with - embeddingBag: { inputDim: vocabulary, outputDim: 64 }, in place of embedding and pooling',
    })
  }
  for (const amount of mixing) {
    if (augmentation[amount] === 0) continue
    report('text-augmentation', ['augmentation', amount], `${amount} would turn token ids into other tokens`, {
      found: String(augmentation[amount]),
      allowed: '0 for a text column',
    })
  }
}
