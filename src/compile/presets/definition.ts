import type { Task } from '../../records/metrics.ts'
import type { AugmentationPolicy } from '../../records/plan.ts'
import type { SpecContext } from '../../stages/definition.ts'

/** Warmup as a share of a run's steps, which are known once the data are. */
export interface WarmupShare {
  readonly share: number
  /** Steps. */
  readonly atLeast: number
  /** Steps. */
  readonly atMost: number
}

/** What a model reads, as far as the choice of a preset needs it. */
export interface ModelInputs {
  /** Whether a layer reads integers, such as an embedding. */
  readonly tokens: boolean
  /** Whether the input is a column of texts. */
  readonly text: boolean
  /** Whether a row is an array [height, width, channels]. */
  readonly images: boolean
}

/** A preset: the usual tuning ranges for a kind of model. Stages use them if the spec gives none. */
export interface Preset<Name extends string = string> {
  /** The name in specs and plans. It never changes. */
  readonly name: Name
  /** When `preset: auto` selects it; absent if it is only selected by name. */
  readonly auto?: {
    /** Presets with a lower number are tried first. */
    readonly precedence: number
    /** When it fits, such as `where the inputs are images`; null for the preset that takes the rest. */
    readonly where: string | null
    fits(inputs: ModelInputs): boolean
  }
  /**
   * Values that a search combines. Weight decay acts by rate × decay × steps, so its values lie a decade apart.
   */
  readonly grid: SpecContext['preset']['grid']
  /** Schedules to compare. */
  readonly schedules: SpecContext['preset']['schedules']
  /** The baseline's warmup if the spec leaves it to the preset. */
  readonly warmup: WarmupShare
  /** Full-strength augmentation. */
  augmentation(inputs: { readonly task: Task; readonly standardized: boolean }): AugmentationPolicy
}

export const noAugmentation: AugmentationPolicy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
