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

/** The augmentations that the study may apply to training rows, each at its greatest amount. */
export function augmentationsOf(spec: ModelSpec, { inputShape, targets }: Dataset): Augmentation[] {
  return amountsOf(spec).flatMap(([name, amount]) => {
    if (inputShape.length !== 3 && ofImages.includes(name)) return []
    const policy = { ...none, [name]: amount }
    const apply = (inputs: Float32Array, rows: number): void =>
      augment({ inputs, targets: targets.slice(0, rows), rows }, inputShape, policy, stream(0, 'checks', name))
    return [{ name, amount, apply }]
  })
}

/** The greatest amount of each augmentation in the levers or the grid, whatever the shape of the rows. */
export function amountsOf(spec: ModelSpec): [name: Amount, amount: number][] {
  const strength = largestStrength(spec)
  return compared
    .map((name): [Amount, number] => [name, strength * spec.augmentation[name]])
    .filter(([, amount]) => amount > 0)
}

function largestStrength({ levers, stages }: ModelSpec): number {
  const tried = stages
    .flatMap((s) => stageNamed(s.stage).tries?.(s) ?? [])
    .flatMap(({ lever, values }) => (lever === 'augmentation' ? values.map(Number) : []))
  return Math.max(levers.regularization.augmentation, ...tried)
}
