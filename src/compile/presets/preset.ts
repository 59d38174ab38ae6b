import type { Task } from '../../records/metrics.ts'
import type { AugmentationPolicy } from '../../records/plan.ts'
import type { SpecContext } from '../../stages/definition.ts'
import type { PresetName, WarmupShare } from '../normalized.ts'

/** What a kind of model is usually tuned over: where stages look when the spec does not say. */
export interface Preset {
  readonly name: PresetName
  /** Values to cross, at most 12 cells; augmentation is tried by a pilot of its own and counts for none. */
  readonly grid: SpecContext['preset']['grid']
  /** Schedules to compare. */
  readonly schedules: SpecContext['preset']['schedules']
  /** The baseline's warmup where the spec leaves it to the preset. */
  readonly warmup: WarmupShare
  /** Full-strength augmentation. */
  readonly augmentation: (inputs: { readonly task: Task; readonly standardized: boolean }) => AugmentationPolicy
}

export const noAugmentation: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
