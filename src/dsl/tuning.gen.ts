/* Generated from schema/tuning.schema.json by scripts/generate.ts; do not edit. */

/**
 * For classification: accuracy, balancedAccuracy, f1 (macro), nll, brier, ece. For regression: mse, rmse, mae, r2.
 */
export type Metric = 'accuracy' | 'balancedAccuracy' | 'f1' | 'nll' | 'brier' | 'ece' | 'mse' | 'rmse' | 'mae' | 'r2'
/**
 * auto decides from the columns' types: numbers as they are, categories one-hot, constants and identifiers dropped.
 */
export type Inputs =
  | 'auto'
  | {
      /**
       * Array inputs: the shape of one row, as [height, width, channels]; its product is the number of input columns.
       *
       * @minItems 1
       * @maxItems 3
       */
      shape?: number[]
      /**
       * Array inputs: every value is multiplied by it.
       */
      scale?: number
      /**
       * Column inputs: names or positions of the numeric ones, which come first.
       *
       * @maxItems 4096
       */
      numeric?: Column[]
      /**
       * Column inputs: names or positions of the categorical ones.
       *
       * @maxItems 4096
       */
      categorical?: Column[]
      /**
       * Column inputs: how categories become numbers. index is what an embedding reads.
       */
      encoding?: 'one-hot' | 'index'
    }
/**
 * A column's name, or its position counted from 0.
 */
export type Column = string | number
/**
 * What a finding does.
 */
export type Severity = 'error' | 'warn' | 'off'
/**
 * A layer's name, or one name with its arguments.
 */
export type Layer =
  | (
      | 'flatten'
      | 'dropout'
      | 'maxPooling2d'
      | 'averagePooling2d'
      | 'globalAveragePooling2d'
      | 'globalMaxPooling2d'
      | 'globalAveragePooling1d'
      | 'batchNormalization'
      | 'layerNormalization'
      | 'positionEmbedding'
    )
  | {
      conv2d?: Conv2D
      depthwiseConv2d?: DepthwiseConv2D
      separableConv2d?: SeparableConv2D
      maxPooling2d?: Pooling2D
      averagePooling2d?: Pooling2D
      globalAveragePooling2d?: NoArguments
      globalMaxPooling2d?: NoArguments
      globalAveragePooling1d?: NoArguments
      flatten?: NoArguments
      dense?: Dense
      dropout?: Dropout
      batchNormalization?: BatchNormalization
      layerNormalization?: LayerNormalization
      embedding?: Embedding
      positionEmbedding?: NoArguments
      multiHeadAttention?: MultiHeadAttention
      residual?: Residual
      activation?: ActivationLayer
    }
/**
 * A number of channels or features.
 */
export type Width = number
/**
 * One number for both, or [height, width].
 */
export type Size = number | [number, number]
/**
 * valid keeps windows inside the image.
 */
export type Padding = 'valid' | 'same'
/**
 * Activation function.
 */
export type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'selu' | 'gelu' | 'swish' | 'tanh' | 'sigmoid' | 'softplus'
/**
 * Name of an optimizer.
 */
export type Optimizer = 'adamw' | 'adam' | 'sgd'
/**
 * A learning rate above 0.
 */
export type Rate = number
/**
 * From 0 to below 1.
 */
export type Share = number
/**
 * Name of a schedule.
 */
export type Schedule = 'constant' | 'cosine' | 'one-cycle' | 'step' | 'linear' | 'exponential'
/**
 * A stage's name, or one name with its settings.
 */
export type Stage =
  | ('lr-range' | 'batch' | 'regularize' | 'schedule' | 'verify')
  | {
      'lr-range'?: LrRange
      batch?: Batch
      regularize?: Regularize
      schedule?: ScheduleStage
      verify?: Verify
    }
/**
 * Runs under different seeds.
 */
export type Seeds = number
/**
 * validation or test.
 */
export type Measured = 'validation' | 'test'
/**
 * fail blocks, pass does not.
 */
export type OnInconclusive = 'fail' | 'pass'

/**
 * What to tune, on which data, within which budget, and what a change must prove. Written as tuning.yml or as JSON.
 */
export interface Spec {
  /**
   * Address of this schema, for editors that read it from the file; it changes nothing.
   */
  $schema?: string
  /**
   * Version of the spec's format.
   */
  version: 1
  /**
   * Name of the study: letters, digits, dot, dash and underscore. Results go to .tunegate/<name>/.
   */
  name: string
  /**
   * Whether the target is one of several classes or a number.
   */
  task: 'classification' | 'regression'
  /**
   * Where ranges of the stages and the augmentation policy come from. auto: text-transformer where the model has an embedding, vision-cnn where the inputs are images, else tabular-mlp.
   */
  preset?: 'auto' | 'vision-cnn' | 'text-transformer' | 'tabular-mlp'
  /**
   * Every random stream is derived from it. 0 is a seed like any other.
   */
  seed?: number
  objective?: Metric
  /**
   * Validation metrics are computed after every so many epochs, and at the end.
   */
  evaluateEvery?: number
  data: Data
  augmentation?: Augmentation
  model: Model
  levers?: Levers
  /**
   * The stages to run, in the order lr-range, batch, regularize, schedule, verify. A name alone takes the preset's settings; a stage that is left out is skipped.
   *
   * @minItems 1
   * @maxItems 16
   */
  stages?: Stage[]
  /**
   * Rules, fixed before the run, that the verified seeds must satisfy. Gates need the stage verify.
   *
   * @maxItems 64
   */
  gates?: Gate[]
  budget?: Budget
}
/**
 * Where the data are and how they are used.
 */
export interface Data {
  /**
   * Data file, relative to the spec: csv, tsv, jsonl, npy or npz, and .gz of each. It must lie inside the workspace.
   */
  source: string
  /**
   * The column to predict: its name, or its position counted from 0 (-1 is the last).
   */
  target: string | number
  /**
   * Whether the first line names the columns; auto looks at it.
   */
  header?: true | false | 'auto'
  inputs?: Inputs
  /**
   * Make numeric inputs (x − mean) / SD, both fitted on the training rows only. Left out: true for columns, false for arrays.
   */
  standardize?: boolean
  split?: Split
  checks?: Checks
}
/**
 * Shares of the rows; training takes what is left.
 */
export interface Split {
  /**
   * Share of the rows on which stages compare.
   */
  validation?: number
  /**
   * Share of the rows that only the verification looks at; 0 keeps none back.
   */
  test?: number
  /**
   * Keep the class proportions in every part; nothing to do for regression.
   */
  stratify?: boolean
  /**
   * A column whose equal values stay in one part, as a patient or a session; null is none.
   */
  groupBy?: string | number | null
  /**
   * Seed of the split. Left out: the root seed.
   */
  seed?: number
}
/**
 * error stops before training, warn reports, off does not look.
 */
export interface Checks {
  leakage?: Severity
  duplicates?: Severity
  groups?: Severity
  strata?: Severity
  drift?: Severity
  augmentation?: Severity
  imbalance?: Severity
  constant?: Severity
  identifier?: Severity
}
/**
 * Amounts at strength 1.
 */
export interface Augmentation {
  /**
   * Images: largest shift, as a share of height and width. vision-cnn: 0.125, else 0.
   */
  shift?: number
  /**
   * Images: chance of a left-right flip; 0 where left and right mean something, as in digits. vision-cnn: 0.5, else 0.
   */
  flip?: number
  /**
   * Images: side of an erased square, as a share of the image's side. vision-cnn: 0.25, else 0.
   */
  erase?: number
  /**
   * SD of Gaussian noise on standardized numeric inputs. tabular-mlp: 0.1 where inputs are standardized, else 0.
   */
  noise?: number
  /**
   * Parameter α of mixup's Beta(α, α); 0 is off. vision-cnn: 0.2 for classification, else 0.
   */
  mixup?: number
}
/**
 * Layers from the input to the output; the last gives one logit a class, or one number for regression.
 */
export interface Model {
  /**
   * Each a name, or a name with arguments. Names, arguments and defaults are those of tfjs-layers and Keras.
   *
   * @minItems 1
   * @maxItems 256
   */
  layers: Layer[]
}
/**
 * Arguments of conv2d.
 */
export interface Conv2D {
  filters: Width
  kernelSize: Size
  strides?: Size
  padding?: Padding
  activation?: Activation
  /**
   * Whether a bias is added.
   */
  useBias?: boolean
}
/**
 * Arguments of depthwiseConv2d.
 */
export interface DepthwiseConv2D {
  kernelSize: Size
  /**
   * Output channels for each input channel.
   */
  depthMultiplier?: number
  strides?: Size
  padding?: Padding
  activation?: Activation
  /**
   * Whether a bias is added.
   */
  useBias?: boolean
}
/**
 * Arguments of separableConv2d.
 */
export interface SeparableConv2D {
  filters: Width
  kernelSize: Size
  /**
   * Channels between the two convolutions for each input channel.
   */
  depthMultiplier?: number
  strides?: Size
  padding?: Padding
  activation?: Activation
  /**
   * Whether a bias is added.
   */
  useBias?: boolean
}
/**
 * Arguments of maxPooling2d and averagePooling2d.
 */
export interface Pooling2D {
  poolSize?: Size
  strides?: Size
  padding?: Padding
}
/**
 * The layer takes none.
 */
export interface NoArguments {}
/**
 * Arguments of dense.
 */
export interface Dense {
  /**
   * Outputs. classes is the number of classes, or 1 for regression.
   */
  units: number | 'classes'
  activation?: Activation
  /**
   * Whether a bias is added.
   */
  useBias?: boolean
}
/**
 * Arguments of dropout.
 */
export interface Dropout {
  /**
   * Share of the values that are dropped; null is the dropout lever.
   */
  rate?: number | null
}
/**
 * Arguments of batchNormalization.
 */
export interface BatchNormalization {
  /**
   * Weight of the past in the running statistics.
   */
  momentum?: number
  /**
   * Added to the variance.
   */
  epsilon?: number
}
/**
 * Arguments of layerNormalization.
 */
export interface LayerNormalization {
  /**
   * Added to the variance.
   */
  epsilon?: number
}
/**
 * Arguments of embedding.
 */
export interface Embedding {
  /**
   * Size of the vocabulary: inputs are whole numbers from 0 to one below it.
   */
  inputDim: number
  outputDim: Width
}
/**
 * Arguments of multiHeadAttention.
 */
export interface MultiHeadAttention {
  /**
   * Attentions side by side.
   */
  numHeads: number
  keyDim: Width
  /**
   * Whether biases are added to queries, keys, values and the output.
   */
  useBias?: boolean
  /**
   * Share of the attention weights that are dropped in training; null is the dropout lever.
   */
  dropout?: number | null
}
/**
 * Arguments of residual.
 */
export interface Residual {
  /**
   * What the input is added to: layers as in model.layers.
   *
   * @minItems 1
   * @maxItems 256
   */
  layers: Layer[]
  /**
   * Layers that the input goes through before it is added, where shapes differ. Empty: none.
   *
   * @maxItems 256
   */
  shortcut?: Layer[]
}
/**
 * Arguments of activation.
 */
export interface ActivationLayer {
  activation: Activation
}
/**
 * Every hyperparameter that a stage may move.
 */
export interface Levers {
  optimization?: Optimization
  batching?: Batching
  regularization?: Regularization
  scheduling?: Scheduling
}
/**
 * Optimizer and learning rate.
 */
export interface Optimization {
  optimizer?: Optimizer
  learningRate?: Rate
  /**
   * SGD only.
   */
  momentum?: number
  /**
   * SGD only: look ahead along the momentum.
   */
  nesterov?: boolean
  /**
   * Adam and AdamW: decay of the first moment.
   */
  beta1?: number
  /**
   * Adam and AdamW: decay of the second moment.
   */
  beta2?: number
  /**
   * Adam and AdamW: added to the denominator.
   */
  epsilon?: number
}
/**
 * Batch size and accumulation.
 */
export interface Batching {
  /**
   * Examples of one forward pass; at most the training rows.
   */
  batchSize?: number
  /**
   * Forward passes of one step: the effective batch is batchSize × accumulate.
   */
  accumulate?: number
}
/**
 * What keeps the model from fitting noise.
 */
export interface Regularization {
  /**
   * Never on biases and norms.
   */
  weightDecay?: number
  dropout?: Share
  labelSmoothing?: Share
  /**
   * 0 is off, 1 the full policy.
   */
  augmentation?: number
}
/**
 * How the learning rate moves, and how long a run is.
 */
export interface Scheduling {
  schedule?: Schedule
  /**
   * Steps of linear warmup, at most half of a run's. auto: the preset's share of a run, 5 % (text-transformer: 10 %, from 100 to 1000 steps).
   */
  warmupSteps?: number | 'auto'
  /**
   * Last learning rate as a share of the peak.
   */
  finalFraction?: number
  /**
   * Largest global gradient norm; null leaves gradients alone.
   */
  clipNorm?: number | null
  /**
   * Passes over the training data.
   */
  epochs?: number
  /**
   * Evaluations without improvement before a run stops; null never stops early.
   */
  patience?: number | null
}
/**
 * Settings of a learning-rate range test.
 */
export interface LrRange {
  from?: Rate
  to?: Rate
  /**
   * Steps of the sweep.
   */
  steps?: number
  seeds?: Seeds
  /**
   * Shares of the edge that are tried.
   *
   * @minItems 1
   * @maxItems 16
   */
  backOff?: number[]
  /**
   * Length of a confirmation run as a share of a full one.
   */
  confirmLength?: number
  confirmSeeds?: Seeds
}
/**
 * Settings of the batch stage.
 */
export interface Batch {
  /**
   * Batches are doubled up to this size. Left out: 512, or the baseline's batch where that is larger.
   */
  largest?: number
  /**
   * How the learning rate follows the batch: by the factor or its square root; auto is linear for SGD and sqrt for the Adam family.
   */
  scaling?: 'auto' | 'linear' | 'sqrt'
  /**
   * Memory of the probe's own process, in MiB.
   */
  memoryMiB?: number
  /**
   * Steps that measure throughput and gradient noise.
   */
  probeSteps?: number
  seeds?: Seeds
  /**
   * A range test after a change of batch. true: the settings of lr-range, but lighter (2 sweeps, shares 0.5 and 0.2); false: none.
   */
  recheck?: boolean | LrRange
}
/**
 * Settings of the regularization stage.
 */
export interface Regularize {
  grid?: Grid
  /**
   * Successive halving keeps one in so many.
   */
  eta?: number
  seeds?: Seeds
}
/**
 * Values by lever.
 */
export interface Grid {
  /**
   * Values of weight decay.
   *
   * @minItems 1
   * @maxItems 20
   */
  weightDecay?: number[]
  /**
   * Values of the dropout lever.
   *
   * @minItems 1
   * @maxItems 20
   */
  dropout?: Share[]
  /**
   * Values of label smoothing.
   *
   * @minItems 1
   * @maxItems 20
   */
  labelSmoothing?: Share[]
  /**
   * Strengths to try in a pilot before the grid.
   *
   * @minItems 1
   * @maxItems 20
   */
  augmentation?: number[]
}
/**
 * Settings of the schedule stage. An empty list leaves that comparison out.
 */
export interface ScheduleStage {
  /**
   * Schedules to compare with the incumbent's. null: the preset's.
   *
   * @maxItems 6
   */
  schedules?: Schedule[] | null
  /**
   * Warmup lengths to compare, as shares of a run's steps.
   *
   * @maxItems 10
   */
  warmupFractions?: number[]
  /**
   * Quantiles of the logged gradient norms to compare as clip norm.
   *
   * @maxItems 10
   */
  clipPercentiles?: number[]
  /**
   * Optimizers to compare with the incumbent's.
   *
   * @maxItems 3
   */
  optimizers?: Optimizer[]
  seeds?: Seeds
}
/**
 * Settings of the verification.
 */
export interface Verify {
  seeds?: Seeds
  /**
   * Numbers of seeds, rising, after which the gates are judged; no more seeds are trained once every gate is settled. [5] or [5, 10] with 10 seeds looks at 5 and, where needed, at 10; [] looks once, at the end. Every look tests at a smaller level, so that all looks together err as seldom as one.
   *
   * @maxItems 10
   */
  looks?: number[]
}
/**
 * One gate with its rule.
 */
export interface Gate {
  'seed-variance'?: SeedVariance
  regression?: Regression
  threshold?: Threshold
  calibration?: Calibration
  'training-time'?: TrainingTime
  'model-size'?: ModelSize
}
/**
 * Rule of the seed-variance gate, by the interval of the SD: maxStd, maxRatio or both.
 */
export interface SeedVariance {
  metric: Metric
  /**
   * Largest SD over seeds; null sets no such cap.
   */
  maxStd?: number | null
  /**
   * Largest SD over seeds as a multiple of the baseline's; null sets no such limit. Five seeds a side tell a ratio only to a factor of 3.1, ten to 2.
   */
  maxRatio?: number | null
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the regression gate: non-inferiority by an interval.
 */
export interface Regression {
  metric: Metric
  /**
   * The largest loss that is acceptable.
   */
  margin: number
  /**
   * Compare seed by seed: both sides share split, order and initialization.
   */
  paired?: boolean
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the threshold gate, by the interval of the mean: min, max or both.
 */
export interface Threshold {
  metric: Metric
  /**
   * The mean is at least this; null sets no such level.
   */
  min?: number | null
  /**
   * The mean is at most this; null sets no such level.
   */
  max?: number | null
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the calibration gate: non-inferiority on a proper score.
 */
export interface Calibration {
  /**
   * A proper score.
   */
  metric?: 'nll' | 'brier'
  /**
   * The largest loss that is acceptable.
   */
  margin: number
  /**
   * Compare seed by seed: both sides share split, order and initialization.
   */
  paired?: boolean
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the training-time gate, by the interval of the ratio.
 */
export interface TrainingTime {
  /**
   * Longest training as a multiple of the baseline's. A lock holds no times: the baseline must be retrained.
   */
  maxRatio: number
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the model-size gate, counted and known before the training.
 */
export interface ModelSize {
  /**
   * Most trainable parameters as a multiple of the baseline's.
   */
  maxRatio: number
  onInconclusive?: OnInconclusive
}
/**
 * What the study may cost; null sets no limit.
 */
export interface Budget {
  /**
   * Wall-clock limit.
   */
  minutes?: number | null
  /**
   * Limit on runs: one trial under one seed.
   */
  trials?: number | null
}
