/** What differs between the small studies of these tests. */
export interface SmallStudy {
  readonly name?: string
  readonly hidden?: number
  readonly epochs?: number
  readonly seeds?: number
  readonly gate?: string
}

/** Verification alone of one dense layer, a second or two; `wine.csv` lies beside it. */
export function wineSpec({
  hidden,
  epochs = 3,
  seeds = 3,
  gate = 'threshold: { metric: accuracy, min: 0.05 }',
}: SmallStudy = {}): string {
  return `version: 1
name: wine
task: classification
data: { source: wine.csv, target: class, inputs: auto }
model: { layers: [${hiddenLayer(hidden)}{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.01 }, batching: { batchSize: 16 }, scheduling: { epochs: ${epochs}, warmupSteps: 0 } }
stages: [verify: { seeds: ${seeds} }]
gates:
  - ${gate}
`
}

/** The same of handwritten digits; `digits.csv.gz` lies beside it. */
export function digitsSpec({
  name = 'digits',
  hidden,
  epochs = 4,
  seeds = 5,
  gate = 'threshold: { metric: accuracy, min: 0.05 }',
}: SmallStudy): string {
  return `version: 1
name: ${name}
task: classification
data: { source: digits.csv.gz, target: -1, header: false, inputs: { shape: [64], scale: 0.0625 } }
model: { layers: [${hiddenLayer(hidden)}{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.01 }, scheduling: { epochs: ${epochs}, warmupSteps: 0 } }
stages: [verify: { seeds: ${seeds} }]
gates: [${gate}]
`
}

/** A threshold on validation accuracy. */
export const accuracyOf = (least: number): string => `threshold: { metric: accuracy, min: ${least} }`

const hiddenLayer = (units: number | undefined): string =>
  units === undefined ? '' : `{ dense: { units: ${units}, activation: relu } }, `

/** The script of `trainers/fake.mjs` as `train.mjs` beside the spec, compared with its base. */
export const scriptSpec = `version: 1
name: fake
task: classification
trainer:
  command: [node, train.mjs]
  levers: { learningRate: lr, batchSize: batch-size, weightDecay: wd }
  deterministic: off
stages:
  - verify: { seeds: 3 }
gates:
  - regression: { metric: accuracy, margin: 0.03, split: test }
`
