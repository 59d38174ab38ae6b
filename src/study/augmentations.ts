import { stream } from '../base/random.ts'
import type { ModelSpec } from '../compile/normalized.ts'
import type { Augmentation, Dataset } from '../data/types.ts'
import type { AugmentationPolicy } from '../records/plan.ts'
import { stageNamed } from '../stages/index.ts'
import { augment } from '../train/augment.ts'

type Amount = keyof AugmentationPolicy

const none: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
/** Mixup changes labels along with inputs, so its rows should not look like clean ones. */
const compared: readonly Amount[] = ['flip', 'shift', 'erase', 'noise']
const ofImages: readonly Amount[] = ['flip', 'shift', 'erase']

/** The augmentations that the study may apply to training rows, each at the greatest strength in its levers or grid. */
export function augmentationsOf(spec: ModelSpec, { inputShape, targets }: Dataset): Augmentation[] {
  const strength = largestStrength(spec)
  return compared.flatMap((name) => {
    const amount = strength * spec.augmentation[name]
    if (!(amount > 0) || (inputShape.length !== 3 && ofImages.includes(name))) return []
    const policy = { ...none, [name]: amount }
    const apply = (inputs: Float32Array, rows: number): void =>
      augment({ inputs, targets: targets.slice(0, rows), rows }, inputShape, policy, stream(0, 'checks', name))
    return [{ name, amount, apply }]
  })
}

function largestStrength({ levers, stages }: ModelSpec): number {
  const tried = stages
    .flatMap((s) => stageNamed(s.stage).tries?.(s) ?? [])
    .flatMap(({ lever, values }) => (lever === 'augmentation' ? values.map(Number) : []))
  return Math.max(levers.regularization.augmentation, ...tried)
}
