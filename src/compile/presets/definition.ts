import type { ScheduleName } from '../../records/levers.ts'
import type { Task } from '../../records/metrics.ts'
import type { AugmentationPolicy, RegularizeSettings } from '../../records/plan.ts'

export type GridLever = RegularizeSettings['grid'][number]['lever']

/** Warmup as a share of a run's steps, which are known when the data are. */
export interface WarmupShare {
  readonly share: number
  /** Steps. */
  readonly atLeast: number
  /** Steps. */
  readonly atMost: number
}

/** What a model reads, as far as a preset is chosen by it. */
export interface ModelInputs {
  /** Whether a layer reads whole numbers, as an embedding does. */
  readonly tokens: boolean
  /** Whether a row is an array of height, width and channels. */
  readonly images: boolean
}

/** A preset: what a kind of model is usually tuned over. Stages look there when the spec does not say. */
export interface Preset<Name extends string = string> {
  /** As specs and plans write it. It never changes. */
  readonly name: Name
  /** When `preset: auto` takes it; absent where only its name does. */
  readonly auto?: {
    /** Presets with a lower number are asked first. */
    readonly precedence: number
    /** When it fits, as `where the inputs are images`; null for the preset that takes what is left. */
    readonly where: string | null
    fits(inputs: ModelInputs): boolean
  }
  /** Values to cross, at most 12 cells; augmentation is tried by a pilot of its own and counts for none. */
  readonly grid: { readonly [lever in GridLever]: readonly number[] }
  /** Schedules to compare. */
  readonly schedules: readonly ScheduleName[]
  /** The baseline's warmup where the spec leaves it to the preset. */
  readonly warmup: WarmupShare
  /** Full-strength augmentation. */
  augmentation(inputs: { readonly task: Task; readonly standardized: boolean }): AugmentationPolicy
}

export const noAugmentation: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
