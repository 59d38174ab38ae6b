/* Generated from schema/tuning.schema.json by scripts/generate.ts; do not edit. */

/**
 * For classification: accuracy, balancedAccuracy, f1 (macro), nll, brier, ece, auroc, averagePrecision, kappa (quadratic), worstRecall, worstNll; of one class that a gate names: recall, precision. For multi-label: subsetAccuracy, hammingLoss, balancedAccuracy, f1 (macro), microF1, nll, auroc, averagePrecision, worstRecall, worstNll; of one label that a gate names: recall, precision. For regression: mse, rmse, mae, r2, mape. Of your own, reported by results or a training script: score (higher is better), cost (lower is better).
 */
export type Metric =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'f1'
  | 'nll'
  | 'brier'
  | 'ece'
  | 'auroc'
  | 'averagePrecision'
  | 'kappa'
  | 'worstRecall'
  | 'worstNll'
  | 'recall'
  | 'precision'
  | 'subsetAccuracy'
  | 'hammingLoss'
  | 'microF1'
  | 'mse'
  | 'rmse'
  | 'mae'
  | 'r2'
  | 'mape'
  | 'score'
  | 'cost'
/**
 * A column's name, or its position counted from 0.
 */
export type Column = string | number
/**
 * auto decides by column type: numbers stay as they are, categories become one-hot, constants and identifiers are dropped.
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
       * Array inputs: factor that multiplies every value.
       */
      scale?: number
      /**
       * Column inputs: names or positions of the numeric columns, which come first. They may stand beside a text.
       *
       * @maxItems 4096
       */
      numeric?: Column[]
      /**
       * Column inputs: names or positions of the categorical columns. They may stand beside a text, one-hot.
       *
       * @maxItems 4096
       */
      categorical?: Column[]
      /**
       * Column inputs: how categories become numbers. An embedding reads index.
       */
      encoding?: 'one-hot' | 'index'
      text?: Column
      /**
       * Text input: word for lowercase words and single signs, char for characters, or a tokenizer.json in the format of Hugging Face, relative to the spec.
       */
      tokenizer?: string
      /**
       * Text input: the most token ids, padding and unknown included. They go to the most frequent tokens of the training rows.
       */
      vocabulary?: number
      /**
       * Text input: tokens per text. Longer texts are cut at the end, shorter ones padded.
       */
      length?: number
    }
/**
 * Effect of a finding.
 */
export type Severity = 'error' | 'warn' | 'note' | 'off'
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
      globalAveragePooling1d?: GlobalAveragePooling1D
      flatten?: NoArguments
      dense?: Dense
      dropout?: Dropout
      batchNormalization?: BatchNormalization
      layerNormalization?: LayerNormalization
      embedding?: Embedding
      embeddingBag?: EmbeddingBag
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
export type Optimizer = 'adamw' | 'nadamw' | 'adam' | 'sgd'
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
 * Number of runs with different seeds.
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
 * What to tune, on which data and within which budget, and what a change must prove. Write it as tuning.yml or as JSON.
 */
export interface Spec {
  /**
   * URL of this schema, for editors that read it from the file. It has no effect on the study.
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
   * What is predicted: one of several classes, whether each of several labels applies, or numbers.
   */
  task: 'classification' | 'multi-label' | 'regression'
  /**
   * Where ranges of the stages and the augmentation policy come from. auto: text where the input is a text column, text-transformer where the model has an embedding, vision-cnn where the inputs are images, else tabular-mlp.
   */
  preset?: 'auto' | 'vision-cnn' | 'text' | 'text-transformer' | 'tabular-mlp'
  /**
   * Every random stream is derived from this seed. 0 has no special meaning.
   */
  seed?: number
  objective?: Metric
  leastEffect?: LeastEffects
  /**
   * Number of epochs between two computations of the validation metrics. They are also computed at the end.
   */
  evaluateEvery?: number
  data?: Data
  augmentation?: Augmentation
  model?: Model
  trainer?: Trainer
  results?: Results
  levers?: Levers
  /**
   * The stages to run, in the order lr-range, batch, regularize, schedule, verify. A name alone takes the preset's settings; a stage that is left out is skipped.
   *
   * @minItems 1
   * @maxItems 16
   */
  stages?: Stage[]
  /**
   * Rules that the verified seeds must satisfy, fixed before the run. Gates need the stage verify.
   *
   * @maxItems 64
   */
  gates?: Gate[]
  budget?: Budget
}
/**
 * The smallest gains that matter, by metric.
 */
export interface LeastEffects {
  /**
   * The smallest gain in accuracy that matters, in its units.
   */
  accuracy?: number
  /**
   * The smallest gain in balancedAccuracy that matters, in its units.
   */
  balancedAccuracy?: number
  /**
   * The smallest gain in f1 that matters, in its units.
   */
  f1?: number
  /**
   * The smallest gain in nll that matters, in its units.
   */
  nll?: number
  /**
   * The smallest gain in brier that matters, in its units.
   */
  brier?: number
  /**
   * The smallest gain in ece that matters, in its units.
   */
  ece?: number
  /**
   * The smallest gain in auroc that matters, in its units.
   */
  auroc?: number
  /**
   * The smallest gain in averagePrecision that matters, in its units.
   */
  averagePrecision?: number
  /**
   * The smallest gain in kappa that matters, in its units.
   */
  kappa?: number
  /**
   * The smallest gain in worstRecall that matters, in its units.
   */
  worstRecall?: number
  /**
   * The smallest gain in worstNll that matters, in its units.
   */
  worstNll?: number
  /**
   * The smallest gain in recall that matters, in its units.
   */
  recall?: number
  /**
   * The smallest gain in precision that matters, in its units.
   */
  precision?: number
  /**
   * The smallest gain in subsetAccuracy that matters, in its units.
   */
  subsetAccuracy?: number
  /**
   * The smallest gain in hammingLoss that matters, in its units.
   */
  hammingLoss?: number
  /**
   * The smallest gain in microF1 that matters, in its units.
   */
  microF1?: number
  /**
   * The smallest gain in mse that matters, in its units.
   */
  mse?: number
  /**
   * The smallest gain in rmse that matters, in its units.
   */
  rmse?: number
  /**
   * The smallest gain in mae that matters, in its units.
   */
  mae?: number
  /**
   * The smallest gain in r2 that matters, in its units.
   */
  r2?: number
  /**
   * The smallest gain in mape that matters, in its units.
   */
  mape?: number
  /**
   * The smallest gain in score that matters, in its units.
   */
  score?: number
  /**
   * The smallest gain in cost that matters, in its units.
   */
  cost?: number
}
/**
 * The data and how to use it. Needs source, or train if the data are split already.
 */
export interface Data {
  /**
   * Data file, relative to the spec: csv, tsv, jsonl, npy, npz, parquet, json-array, txt, psv, image-folder or arrow, and .gz of each. It must lie inside the workspace.
   */
  source?: string
  /**
   * The file of the training rows, if the data are split already, in place of source. Parts without a file of their own are drawn from it, by the shares of split.
   */
  train?: string
  /**
   * The file of the validation rows. It has the columns of the training file.
   */
  validation?: string
  /**
   * The file of the test rows. It has the columns of the training file.
   */
  test?: string
  /**
   * The column to predict: its name, or its position counted from 0 (-1 is the last). A list of columns are labels of 0 and 1, no and yes, or false and true (task: multi-label), or several targets of a regression. A map names one column that lists the labels of each row: { labels: tags, separator: ";" }.
   */
  target: (string | number | Column[]) | Labels
  /**
   * Whether the first line names the columns. auto detects it.
   */
  header?: true | false | 'auto'
  inputs?: Inputs
  /**
   * How to scale numeric inputs, fitted only on the training rows: true for (x − mean) / SD, false for none, or robust: z = (x − median) / (distance of the quartiles), smoothly clipped to z / √(1 + (z/3)²), so that outliers lose their weight; or quantile for the normal score of the rank. Default: true for columns, false for arrays.
   */
  standardize?: true | false | 'robust' | 'quantile'
  /**
   * Numeric columns to scale in another way than standardize says: standardize, robust, quantile or none by column name or position.
   */
  scaling?: {
    /**
     * How to scale the column.
     */
    [k: string]: 'standardize' | 'robust' | 'quantile' | 'none'
  }
  missing?: Missing
  categories?: Categories
  /**
   * How much the rows of a class count in the training loss: balanced for the same sum in every class, or a weight by class name, 1 if a class is not named. Of labels, how much a row that has one counts, as pos_weight in PyTorch: balanced for rows without it / rows with it. Metrics count every row once.
   */
  classWeights?:
    | 'balanced'
    | {
        [k: string]: number
      }
  /**
   * A column of weights of 0 or more that says how much each row counts in the training loss. It is not an input.
   */
  weightColumn?: string | number
  split?: Split
  checks?: Checks
}
/**
 * One column that lists the labels of each row. A row may have none.
 */
export interface Labels {
  labels: Column
  /**
   * What stands between two labels of a cell, such as ";". Blanks around a label do not count. null: every cell is a list, as JSON or Python write it or as the file has lists.
   */
  separator?: string | null
  /**
   * Rows that a label must have, of all rows. Rarer labels are left out, and a note names them.
   */
  minRows?: number
}
/**
 * Fitted on the training rows alone.
 */
export interface Missing {
  /**
   * What takes the place of a missing value. median: the median, for categories the most frequent one. most-frequent: the most frequent value. constant: the number fill, for categories a category of its own. indicator: the median and one more input per column that is 1 where the value is missing, for categories a category of its own.
   */
  strategy?: 'median' | 'most-frequent' | 'constant' | 'indicator'
  /**
   * Texts and numbers that mean that there is no value, besides empty cells and NA, N/A, NaN, null, ?, #N/A and the like.
   *
   * @maxItems 100
   */
  values?: (string | number)[]
  /**
   * constant: what takes the place of a missing number, in units of the column.
   */
  fill?: number
}
/**
 * Counted in the training rows alone.
 */
export interface Categories {
  /**
   * Training rows that a category must have to be an input of its own. Those with fewer become one category, (other), and so do those that only other rows have. If no category is rare, a one-hot encoding has zeros for new ones.
   */
  minRows?: number
}
/**
 * Shares of the rows. Training gets the rest.
 */
export interface Split {
  /**
   * Share of the rows that stages use for comparisons.
   */
  validation?: number
  /**
   * Share of the rows that only the verification uses. 0 reserves none.
   */
  test?: number
  /**
   * Whether to keep the class proportions in every part. It has no effect on regression.
   */
  stratify?: boolean
  /**
   * A column whose equal values stay in one part, such as a patient or a session. null for none.
   */
  groupBy?: string | number | null
  /**
   * A column of times, as numbers or ISO 8601: training rows are the earliest, test rows the latest, and rows of one time stay together. It is not an input. stratify and seed then have no effect. null for none.
   */
  time?: string | number | null
  /**
   * Rows left out before the validation and the test rows of a split by time, so that neighbors in time are not in two parts.
   */
  gap?: number
  /**
   * vary: the seeds of a comparison have validation rows of their own, and verdicts on test metrics hold for other rows from the same source. fixed: all seeds share their rows, and verdicts hold on these rows alone, as they always do for test rows from a file or later in time.
   */
  rows?: 'vary' | 'fixed'
  /**
   * Seed of the split. Default: the root seed.
   */
  seed?: number
}
/**
 * error stops before training, warn and note report, off skips the check.
 */
export interface Checks {
  formula?: Severity
  leakage?: Severity
  duplicates?: Severity
  groups?: Severity
  siblings?: Severity
  strata?: Severity
  drift?: Severity
  augmentation?: Severity
  imbalance?: Severity
  constant?: Severity
  identifier?: Severity
  timestamp?: Severity
  hindsight?: Severity
  trend?: Severity
}
/**
 * Amounts at strength 1.
 */
export interface Augmentation {
  /**
   * Images: largest shift, as a share of height and width. vision-cnn: 0.125, otherwise 0.
   */
  shift?: number
  /**
   * Images: probability of a left-right flip. Use 0 if left and right have a meaning, as in digits. vision-cnn: 0.5, otherwise 0.
   */
  flip?: number
  /**
   * Images: side of an erased square, as a share of the image's side. vision-cnn: 0.25, otherwise 0.
   */
  erase?: number
  /**
   * SD of Gaussian noise on standardized numeric inputs. tabular-mlp: 0.1 if inputs are standardized, otherwise 0.
   */
  noise?: number
  /**
   * Parameter α of mixup's Beta(α, α). 0 is off. vision-cnn: 0.2 for classification, otherwise 0.
   */
  mixup?: number
}
/**
 * Layers from the input to the output. The last layer gives one logit per class, or one number for regression.
 */
export interface Model {
  /**
   * Each layer is a name, or a name with arguments. Names, arguments and defaults match tfjs-layers and Keras.
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
   * Whether to add a bias.
   */
  useBias?: boolean
}
/**
 * Arguments of depthwiseConv2d.
 */
export interface DepthwiseConv2D {
  kernelSize: Size
  /**
   * Number of output channels per input channel.
   */
  depthMultiplier?: number
  strides?: Size
  padding?: Padding
  activation?: Activation
  /**
   * Whether to add a bias.
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
   * Number of channels between the two convolutions per input channel.
   */
  depthMultiplier?: number
  strides?: Size
  padding?: Padding
  activation?: Activation
  /**
   * Whether to add a bias.
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
 * This layer takes no arguments.
 */
export interface NoArguments {}
/**
 * Arguments of globalAveragePooling1d.
 */
export interface GlobalAveragePooling1D {
  /**
   * mean divides the sum over n steps by n. sqrtn divides it by √n: a bag of word vectors then says more the longer a text is.
   */
  combiner?: 'mean' | 'sqrtn'
}
/**
 * Arguments of dense.
 */
export interface Dense {
  /**
   * Number of outputs. classes stands for the number of classes, or 1 for regression.
   */
  units: number | 'classes'
  activation?: Activation
  /**
   * Whether to add a bias.
   */
  useBias?: boolean
}
/**
 * Arguments of dropout.
 */
export interface Dropout {
  /**
   * Share of values to drop. null uses the dropout lever.
   */
  rate?: number | null
}
/**
 * Arguments of batchNormalization.
 */
export interface BatchNormalization {
  /**
   * Weight of past batches in the running statistics.
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
   * Vocabulary size: inputs are whole numbers from 0 to this minus 1. vocabulary stands for that of a text column.
   */
  inputDim: number | 'vocabulary'
  outputDim: Width
  /**
   * Whether 0 is padding, which attention and pooling leave out. Default: true for a text column, otherwise false.
   */
  maskZero?: boolean
}
/**
 * Arguments of embeddingBag.
 */
export interface EmbeddingBag {
  /**
   * Vocabulary size: ids are whole numbers from 0 to this minus 1. vocabulary stands for that of a text column.
   */
  inputDim: number | 'vocabulary'
  outputDim: Width
  /**
   * sqrtn divides the sum over n tokens by √n, mean by n.
   */
  combiner?: 'mean' | 'sqrtn'
  /**
   * How many of the inputs, from the first, are ids. Default: those of the text column, otherwise all.
   */
  tokens?: number
}
/**
 * Arguments of multiHeadAttention.
 */
export interface MultiHeadAttention {
  /**
   * Number of attention heads.
   */
  numHeads: number
  keyDim: Width
  /**
   * Whether to add biases to queries, keys, values and the output.
   */
  useBias?: boolean
  /**
   * Share of attention weights to drop during training. null uses the dropout lever.
   */
  dropout?: number | null
}
/**
 * Arguments of residual.
 */
export interface Residual {
  /**
   * Layers whose output is added to the input, as in model.layers.
   *
   * @minItems 1
   * @maxItems 256
   */
  layers: Layer[]
  /**
   * Layers that the input passes through before the addition if the shapes differ. Empty for none.
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
 * A training script of your own, which takes the place of data and model. See docs/trainer.md.
 */
export interface Trainer {
  /**
   * Program and arguments, run in the folder of the spec without a shell. ${args}, ${args_no_hyphens}, ${args_json} and ${run_file} are replaced.
   *
   * @minItems 1
   * @maxItems 200
   */
  command: string[]
  /**
   * Globs of the files that decide what the script trains: its modules, configuration and package lock files. Default: arguments of the command that are files, and package lock files beside the spec.
   *
   * @maxItems 100
   */
  files?: string[]
  /**
   * Globs of data files whose content identifies what the metrics are measured on. A change of them makes a lock incomparable.
   *
   * @maxItems 100
   */
  data?: string[]
  /**
   * The script's name of each lever that it takes. All other levers are fixed.
   */
  levers?: {
    [k: string]: string
  }
  /**
   * The script's name of its seed, if ${args} should pass it.
   */
  seed?: string
  /**
   * The script's names of the metrics that it reports itself. Not needed with predictions.
   */
  metrics?: {
    [k: string]: string
  }
  /**
   * Environment variables that the script gets. Tokens and variables of the runner are refused.
   *
   * @maxItems 100
   */
  env?: string[]
  timeout?: TrainerTimeout
  /**
   * Whether to train a few steps twice and compare: check records the result, require makes a difference an error.
   */
  deterministic?: 'check' | 'require' | 'off'
}
/**
 * Limits of one run of the script.
 */
export interface TrainerTimeout {
  /**
   * From the start to the first line that the script reports. In seconds, or as `30s`, `5m` or `2h`.
   */
  start?: string | number
  /**
   * Between two lines. In seconds, or as `30s`, `5m` or `2h`.
   */
  silence?: string | number
  /**
   * The whole run. In seconds, or as `30s`, `5m` or `2h`.
   */
  run?: string | number
}
/**
 * Results of another tool, one run per seed, that `tunegate gate` judges. See docs/results.md.
 */
export interface Results {
  validation?: ResultNames
  test?: ResultNames
  predictions?: ResultPredictions
  /**
   * Which value of a curve counts: the last one, or the one at the step with the best validation objective. No test metric ever chooses it.
   */
  value?: 'last' | 'best'
  /**
   * Names in the results whose values are in percent.
   *
   * @maxItems 100
   */
  percent?: string[]
  /**
   * Name of the column or parameter with the seed. A run without it takes the number after `seed` in its path.
   */
  seed?: string
  /**
   * The seeds that the results must have. A missing or an additional seed is then an error.
   *
   * @minItems 2
   * @maxItems 1000
   */
  seeds?: number[]
}
/**
 * Names in the results, by metric.
 */
export interface ResultNames {
  /**
   * Name of the accuracy in the results.
   */
  accuracy?: string
  /**
   * Name of the balancedAccuracy in the results.
   */
  balancedAccuracy?: string
  /**
   * Name of the f1 in the results.
   */
  f1?: string
  /**
   * Name of the nll in the results.
   */
  nll?: string
  /**
   * Name of the brier in the results.
   */
  brier?: string
  /**
   * Name of the ece in the results.
   */
  ece?: string
  /**
   * Name of the auroc in the results.
   */
  auroc?: string
  /**
   * Name of the averagePrecision in the results.
   */
  averagePrecision?: string
  /**
   * Name of the kappa in the results.
   */
  kappa?: string
  /**
   * Name of the worstRecall in the results.
   */
  worstRecall?: string
  /**
   * Name of the worstNll in the results.
   */
  worstNll?: string
  /**
   * Name of the recall in the results.
   */
  recall?: string
  /**
   * Name of the precision in the results.
   */
  precision?: string
  /**
   * Name of the subsetAccuracy in the results.
   */
  subsetAccuracy?: string
  /**
   * Name of the hammingLoss in the results.
   */
  hammingLoss?: string
  /**
   * Name of the microF1 in the results.
   */
  microF1?: string
  /**
   * Name of the mse in the results.
   */
  mse?: string
  /**
   * Name of the rmse in the results.
   */
  rmse?: string
  /**
   * Name of the mae in the results.
   */
  mae?: string
  /**
   * Name of the r2 in the results.
   */
  r2?: string
  /**
   * Name of the mape in the results.
   */
  mape?: string
  /**
   * Name of the score in the results.
   */
  score?: string
  /**
   * Name of the cost in the results.
   */
  cost?: string
}
/**
 * Where results name the files of their predictions.
 */
export interface ResultPredictions {
  /**
   * What the files hold: logits or probabilities, one column per class, or values of a regression.
   */
  kind: 'logits' | 'probabilities' | 'values'
  validation?: PredictionFiles
  test?: PredictionFiles
}
/**
 * Columns that name .npy files, relative to the file of the results.
 */
export interface PredictionFiles {
  /**
   * Column that names the file of the predictions.
   */
  file: string
  /**
   * Column that names the file of the correct answers, in the same order.
   */
  labels: string
}
/**
 * Every hyperparameter that a stage may move.
 */
export interface Levers {
  optimization?: Optimization
  batching?: Batching
  regularization?: Regularization
  scheduling?: Scheduling
  custom?: CustomLevers
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
   * Adam family: decay of the first moment.
   */
  beta1?: number
  /**
   * Adam family: decay of the second moment.
   */
  beta2?: number
  /**
   * Adam family: added to the denominator.
   */
  epsilon?: number
}
/**
 * Batch size and accumulation.
 */
export interface Batching {
  /**
   * Examples per forward pass, at most the number of training rows.
   */
  batchSize?: number
  /**
   * Forward passes per step. The effective batch size is batchSize × accumulate.
   */
  accumulate?: number
}
/**
 * What keeps the model from fitting noise.
 */
export interface Regularization {
  /**
   * Not applied to biases and normalization parameters.
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
 * The learning-rate schedule and the length of a run.
 */
export interface Scheduling {
  schedule?: Schedule
  /**
   * Steps of linear warmup, at most half of the run. auto: the preset's share of a run, 5 %, at most 1000 steps (text-transformer: 10 %, from 100 to 1000 steps).
   */
  warmupSteps?: number | 'auto'
  /**
   * Last learning rate as a share of the peak.
   */
  finalFraction?: number
  /**
   * Largest global gradient norm. null does not clip.
   */
  clipNorm?: number | null
  /**
   * Passes over the training data.
   */
  epochs?: number
  /**
   * Evaluations without improvement before a run stops. null never stops early.
   */
  patience?: number | null
}
/**
 * Numbers or choices by the script's names. The stage regularize can vary them.
 */
export interface CustomLevers {
  [k: string]: number | string | boolean
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
   * Shares of the edge to try.
   *
   * @minItems 1
   * @maxItems 16
   */
  backOff?: number[]
  /**
   * Length of a confirmation run as a share of a full run.
   */
  confirmLength?: number
  confirmSeeds?: Seeds
}
/**
 * Settings of the batch stage.
 */
export interface Batch {
  /**
   * Batches are doubled up to this size. Default: 512, or the baseline's batch size if that is larger.
   */
  largest?: number
  /**
   * quality: another size must beat the batch by more than noise. speed: the largest size is taken unless it is worse by more than noise, and the report says what it costs.
   */
  goal?: 'quality' | 'speed'
  /**
   * How the learning rate follows the batch: by the factor or its square root; auto is linear for SGD and sqrt for the Adam family.
   */
  scaling?: 'auto' | 'linear' | 'sqrt'
  /**
   * Memory limit of the probe's own process, in MiB.
   */
  memoryMiB?: number
  /**
   * Number of steps to measure throughput and gradient noise.
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
   * Number of configurations to try once each; all combinations of the grid if they are fewer.
   */
  explore?: number
  /**
   * How often values beyond the ends of the grid are tried, where the best configuration so far lies at an end. A round that does no better is the last. Default: 3 with the preset's grid, 0 with a grid in the spec.
   */
  beyond?: number
  /**
   * No effect. Earlier versions pruned the grid by successive halving.
   */
  eta?: number
  seeds?: Seeds
}
/**
 * Values by lever. A name of levers.custom is a lever too.
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
   * Strengths of augmentation.
   *
   * @minItems 1
   * @maxItems 20
   */
  augmentation?: number[]
  /**
   * @minItems 1
   * @maxItems 20
   */
  [k: string]: (number | string | boolean)[] | number[] | Share[] | undefined
}
/**
 * Settings of the schedule stage. An empty list skips that comparison.
 */
export interface ScheduleStage {
  /**
   * Schedules to compare with the incumbent's. null: the preset's.
   *
   * @maxItems 6
   */
  schedules?: Schedule[] | null
  /**
   * Warmup lengths to compare, as shares of the steps of a run.
   *
   * @maxItems 10
   */
  warmupFractions?: number[]
  /**
   * Quantiles of the logged gradient norms to compare as clip norms.
   *
   * @maxItems 10
   */
  clipPercentiles?: number[]
  /**
   * Optimizers to compare with the incumbent's.
   *
   * @maxItems 4
   */
  optimizers?: Optimizer[]
  /**
   * Number of configurations to try once each, besides other optimizers at three rates of their own.
   */
  explore?: number
  /**
   * How often the results so far suggest 5 more configurations. They vary the levers of this stage together with those that earlier stages explored. A round that does no better is the last.
   */
  rounds?: number
  seeds?: Seeds
}
/**
 * Settings of the verification.
 */
export interface Verify {
  seeds?: Seeds
  /**
   * Increasing numbers of seeds after which the gates are judged; no more seeds are trained once every gate is settled. With 10 seeds, [5] or [5, 10] looks after 5 and, if needed, after 10; [] looks once, at the end. Each look uses a stricter error level, so that all looks together err no more often than one.
   *
   * @maxItems 10
   */
  looks?: number[]
}
/**
 * One gate and its rule.
 */
export interface Gate {
  'seed-variance'?: SeedVariance
  regression?: Regression
  threshold?: Threshold
  calibration?: Calibration
  collapse?: Collapse
  'training-time'?: TrainingTime
  'model-size'?: ModelSize
}
/**
 * Rule of the seed-variance gate, judged by the interval of the SD. Set maxStd, maxRatio or both.
 */
export interface SeedVariance {
  metric: Metric
  /**
   * Maximum SD over seeds; null for no cap.
   */
  maxStd?: number | null
  /**
   * Maximum SD over seeds, as a multiple of the baseline's; null for no limit. Five seeds per side resolve a ratio only to a factor of 3.1, ten to 2.
   */
  maxRatio?: number | null
  /**
   * Judge the metric of this class of the target against the rest: recall, precision, f1, nll, auroc or averagePrecision. Omitted: the metric of all classes.
   */
  class?: string | number | boolean
  /**
   * Judge the metric of this target alone, where data.target lists several: of a label, recall, precision, f1, nll, auroc or averagePrecision; of a regression, every metric, in units of the target. Omitted: the metric of all targets.
   */
  target?: string | number
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the regression gate: non-inferiority, judged by an interval.
 */
export interface Regression {
  metric: Metric
  /**
   * How much worse than the baseline the mean may be, in units of the metric.
   */
  margin: number
  /**
   * Compare seed by seed: both sides share split, order and initialization.
   */
  paired?: boolean
  /**
   * Judge the metric of this class of the target against the rest: recall, precision, f1, nll, auroc or averagePrecision. Omitted: the metric of all classes.
   */
  class?: string | number | boolean
  /**
   * Judge the metric of this target alone, where data.target lists several: of a label, recall, precision, f1, nll, auroc or averagePrecision; of a regression, every metric, in units of the target. Omitted: the metric of all targets.
   */
  target?: string | number
  split?: Measured
  /**
   * Columns of the data. Each of their values is a segment of the test rows, which is judged by itself: the worst one decides. Needs split: test. Omitted: all rows together.
   *
   * @minItems 1
   * @maxItems 8
   */
  segments?: Column[]
  /**
   * Test rows that a class, a label or a segment must have to be judged, or groups of them if the split keeps groups together. Smaller ones are named, and the gate does not pass without them. Metrics that are not shares of rows need more: nll and averagePrecision 100, mae and auroc 200, mse 1600, ece 3200.
   */
  minRows?: number
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the threshold gate, judged by the interval of the mean. Set min, max or both.
 */
export interface Threshold {
  metric: Metric
  /**
   * The mean must be at least this; null for no minimum.
   */
  min?: number | null
  /**
   * The mean must be at most this; null for no maximum.
   */
  max?: number | null
  /**
   * Judge the metric of this class of the target against the rest: recall, precision, f1, nll, auroc or averagePrecision. Omitted: the metric of all classes.
   */
  class?: string | number | boolean
  /**
   * Judge the metric of this target alone, where data.target lists several: of a label, recall, precision, f1, nll, auroc or averagePrecision; of a regression, every metric, in units of the target. Omitted: the metric of all targets.
   */
  target?: string | number
  split?: Measured
  /**
   * Columns of the data. Each of their values is a segment of the test rows, which is judged by itself: the worst one decides. Needs split: test. Omitted: all rows together.
   *
   * @minItems 1
   * @maxItems 8
   */
  segments?: Column[]
  /**
   * Test rows that a class, a label or a segment must have to be judged, or groups of them if the split keeps groups together. Smaller ones are named, and the gate does not pass without them. Metrics that are not shares of rows need more: nll and averagePrecision 100, mae and auroc 200, mse 1600, ece 3200.
   */
  minRows?: number
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
   * How much worse than the baseline the mean may be, in units of the metric.
   */
  margin: number
  /**
   * Compare seed by seed: both sides share split, order and initialization.
   */
  paired?: boolean
  split?: Measured
  /**
   * Columns of the data. Each of their values is a segment of the test rows, which is judged by itself: the worst one decides. Needs split: test. Omitted: all rows together.
   *
   * @minItems 1
   * @maxItems 8
   */
  segments?: Column[]
  /**
   * Test rows that a class, a label or a segment must have to be judged, or groups of them if the split keeps groups together. Smaller ones are named, and the gate does not pass without them. Metrics that are not shares of rows need more: nll and averagePrecision 100, mae and auroc 200, mse 1600, ece 3200.
   */
  minRows?: number
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the collapse gate: the share of trainings that collapse, judged by exact binomial bounds.
 */
export interface Collapse {
  metric: Metric
  /**
   * A seed that ends worse than this has collapsed. For example halfway between a guess and a usual result.
   */
  level: number
  /**
   * Largest acceptable share of trainings that collapse. 5 seeds that all train show a share of at most 0.46, 10 seeds 0.26.
   */
  maxShare?: number
  /**
   * Judge the metric of this class of the target against the rest: recall, precision, f1, nll, auroc or averagePrecision. Omitted: the metric of all classes.
   */
  class?: string | number | boolean
  /**
   * Judge the metric of this target alone, where data.target lists several: of a label, recall, precision, f1, nll, auroc or averagePrecision; of a regression, every metric, in units of the target. Omitted: the metric of all targets.
   */
  target?: string | number
  split?: Measured
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the training-time gate, judged by the interval of the ratio.
 */
export interface TrainingTime {
  /**
   * Maximum training time, as a multiple of the baseline's. A lock holds no times, so retrain the baseline.
   */
  maxRatio: number
  onInconclusive?: OnInconclusive
}
/**
 * Rule of the model-size gate. Parameters are counted, so the result is known before training.
 */
export interface ModelSize {
  /**
   * Maximum number of trainable parameters, as a multiple of the baseline's.
   */
  maxRatio: number
  onInconclusive?: OnInconclusive
}
/**
 * Limits of the study. null sets no limit.
 */
export interface Budget {
  /**
   * Wall-clock limit.
   */
  minutes?: number | null
  /**
   * Limit on runs. A run is one trial with one seed.
   */
  trials?: number | null
}
