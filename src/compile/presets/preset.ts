import type { ScheduleName } from '../../records/levers.ts'
import type { Task } from '../../records/metrics.ts'
import type { AugmentationPolicy, RegularizeSettings } from '../../records/plan.ts'
import type { PresetName, WarmupShare } from '../normalized.ts'

export type GridLever = RegularizeSettings['grid'][number]['lever']

/** What a kind of model is usually tuned over: where stages look when the spec does not say. */
export interface Preset {
  readonly name: PresetName
  /** Values to cross, at most 12 cells; augmentation is tried by a pilot of its own and counts for none. */
  readonly grid: { readonly [lever in GridLever]: readonly number[] }
  /** Schedules to compare. */
  readonly schedules: readonly ScheduleName[]
  /** The baseline's warmup where the spec leaves it to the preset. */
  readonly warmup: WarmupShare
  /** Full-strength augmentation. */
  readonly augmentation: (inputs: { readonly task: Task; readonly standardized: boolean }) => AugmentationPolicy
}

export const noAugmentation: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
