import type { ForwardOptions, FusedOps, Tensor, Tf } from '../layers/forward.ts'
import type { Shape } from '../layers/definition.ts'
import type { Workload } from '../records/plan.ts'
import type { RunRequest, RunResult } from '../records/run.ts'
import type { Compiler } from './step-compiler.ts'

/** A ready tensor library with the kernels that training needs. */
export interface Engine {
  /** Name of its definition, version and instruction set, as `wasm 4.22.0 simd`; part of every run's id. */
  readonly label: string
  readonly tf: Tf
  /** Where the engine has them in one piece. */
  readonly fused?: FusedOps | undefined
  /** Present where steps can be compiled into one native graph: makes the compiler of a data set. */
  readonly compile?: (data: TrainingData, notice?: (message: string) => void) => Compiler
}

/** Rows ready for the model; `splits` hold row numbers. The parts of a loaded data set that training needs. */
export interface TrainingData {
  /** rows × product(inputShape), row-major. */
  readonly inputs: Float32Array
  readonly inputShape: Shape
  /** Class index or (standardized) value, one a row. */
  readonly targets: Float32Array
  /** Undoes the standardization of regression targets, so that metrics are in the target's units; null elsewhere. */
  readonly targetScale: { readonly mean: number; readonly sd: number } | null
  readonly splits: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array }
}

/** One tensor of a built model and where it stands in the flat vector of trainable weights. */
export interface ModelParameter {
  /** `0.conv2d.kernel`: position of the layer, its kind, the parameter. */
  readonly name: string
  readonly shape: readonly number[]
  readonly size: number
  readonly decay: boolean
  /** Start in the flat vector of trainable weights. */
  readonly offset: number
}

/**
 * A model as a pure function of its weights. `trainable` holds one tensor a trainable parameter in the order of `parameters`;
 * `statistics` the running statistics (batch normalization), in the order of `statisticShapes`.
 */
export interface Model {
  readonly parameters: readonly ModelParameter[]
  /** Length of the flat vector of trainable weights. */
  readonly size: number
  readonly statistics: readonly { readonly name: string; readonly shape: readonly number[]; readonly initial: number }[]
  /** Values of one example at the layer where it has most. */
  readonly widest: number
  /** Flat initial weights from the stream `init` of a seed. */
  initialWeights(seed: number): Float32Array
  /**
   * Logits or regression outputs [batch, outputs], and the statistics after the batch (the same tensors when not training).
   * Must be called inside a tidy scope.
   */
  forward(trainable: readonly Tensor[], statistics: readonly Tensor[], inputs: Tensor, options: ForwardOptions):
    { readonly outputs: Tensor; readonly statistics: readonly Tensor[] }
}

/** Makes the trainer of a workload on an engine that is loaded. */
export type CreateTrainer = (workload: Workload, data: TrainingData, notice?: (message: string) => void) => Trainer

/** Trains whatever is asked for on one engine, one run at a time; never throws for a run that fails. */
export interface Trainer {
  readonly engine: string
  run(request: RunRequest, id: string, onStep?: (step: number, of: number) => void): RunResult
  dispose(): void
}
