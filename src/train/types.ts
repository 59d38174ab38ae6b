import type { SegmentColumn, TargetScale } from '../data/types.ts'
import type { Shape } from '../layers/definition.ts'
import type { ForwardOptions, Tensor } from '../layers/forward.ts'

/** The parts of a loaded data set that training needs: rows ready for the model; `splits` contain row numbers. */
export interface TrainingData {
  /** rows × product(inputShape), row-major. */
  readonly inputs: Float32Array
  readonly inputShape: Shape
  /** Class index or (standardized) value, one per row; of several targets or labels, rows × targets. */
  readonly targets: Float32Array
  /** Weight of each row in the training loss, with a mean of 1 over the training rows; omitted if all are 1. */
  readonly weights?: Float32Array
  /** How much each label counts in the training loss where it applies; omitted if as much as where it does not. */
  readonly labelWeights?: Float32Array
  /** Undoes the standardization of regression targets, so that metrics are in the target's units; null otherwise. */
  readonly targetScale: TargetScale | null
  readonly splits: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array }
  /** Set if what is measured on the test rows is to hold for other rows from the same source. */
  readonly rowsVary?: boolean
  /** Rows with equal codes belong together, such as those of a patient; omitted if every row stands for itself. */
  readonly clusters?: Int32Array
  /** Columns that divide the rows into segments; omitted if no gate names one. */
  readonly segments?: readonly SegmentColumn[]
  /** Other validation rows among those of training and validation, for runs that ask for them; omitted if there are none. */
  readonly folds?: readonly Int32Array[]
}

/** The arrays of a model: the flat trainable weights, and one array for each running statistic. */
export interface Checkpoint {
  readonly weights: Float32Array
  readonly statistics: readonly Float32Array[]
}

/** One tensor of a built model and its place in the flat vector of trainable weights. */
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
 * A model as a pure function of its weights. `trainable` has one tensor per trainable parameter, in the order of
 * `parameters`; `statistics` has the running statistics (batch normalization), in the order of `statisticShapes`.
 */
export interface Model {
  readonly parameters: readonly ModelParameter[]
  /** Length of the flat vector of trainable weights. */
  readonly size: number
  readonly statistics: readonly { readonly name: string; readonly shape: readonly number[]; readonly initial: number }[]
  /** Values per example at the widest layer. */
  readonly widest: number
  /** Flat initial weights from the stream `init` of a seed. */
  initialWeights(seed: number): Float32Array
  /**
   * Logits or regression outputs [batch, outputs], and the statistics after the batch (the same tensors when not training).
   * Must be called inside a tidy scope.
   */
  forward(
    trainable: readonly Tensor[],
    statistics: readonly Tensor[],
    inputs: Tensor,
    options: ForwardOptions,
  ): { readonly outputs: Tensor; readonly statistics: readonly Tensor[] }
}
