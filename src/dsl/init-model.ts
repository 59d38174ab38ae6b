const hidden = ['    - dense: { units: 64, activation: relu }', '    - dense: { units: 64, activation: relu }']

/**
 * The model of a new spec: dense layers, or for images one convolution.
 *
 * @param image shape of a row; null if rows are no images
 */
export function modelLines(image: readonly number[] | null): string[] {
  const head = ['    - dropout                  # its rate is the lever', '    - dense: { units: classes }']
  if (image?.length !== 3) {
    return ['model:', '  layers:', ...(image ? ['    - flatten'] : []), ...hidden, ...head]
  }
  const pools = Math.min(image[0] ?? 1, image[1] ?? 1) >= 4
  return [
    'model:',
    '  layers:',
    '    - conv2d: { filters: 16, kernelSize: 3, padding: same, activation: relu }',
    ...(pools ? ['    - maxPooling2d: { poolSize: 2 }'] : []),
    '    - flatten',
    '    - dense: { units: 64, activation: relu }',
    ...head,
  ]
}

/**
 * A bag of learned word vectors, their sum divided by √tokens, and a linear layer. On 1,800 training sentences, attention in
 * between is slower and worse: bench/text.
 *
 * @param hasColumns whether columns stand beside the text: layers behind a short vector of it then learn from both
 */
export function textModelLines(hasColumns: boolean): string[] {
  return [
    'model:',
    '  layers:',
    ...(hasColumns
      ? [
          '    - embeddingBag: { inputDim: vocabulary, outputDim: 8 }   # a short vector for the text, and the columns',
          ...hidden,
        ]
      : [
          '    - embedding: { inputDim: vocabulary, outputDim: 64 }',
          '    - globalAveragePooling1d: { combiner: sqrtn }   # padding does not count',
        ]),
    '    - dropout                  # its rate is the lever',
    '    - dense: { units: classes }',
  ]
}

/** Word vectors overfit early: a bag of them needs more dropout than dense layers, and a smaller rate the more rows there are. */
const textLevers = (trainRows: number, dropout: number) => [
  `  optimization: { optimizer: adamw, learningRate: ${textRate(trainRows)} }`,
  `  regularization: { weightDecay: 0.1, dropout: ${dropout} }`,
]
const otherLevers = () => [
  '  optimization: { optimizer: adamw, learningRate: 0.001 }',
  '  regularization: { weightDecay: 0.01, dropout: 0.1 }',
]

/** By the root of the rows, in steps of 0.0005: bench/text. */
const textRate = (trainRows: number): number => Math.min(10, Math.max(1, Math.round(140 / Math.sqrt(trainRows)))) / 2000

/**
 * The levers of a new spec.
 *
 * @param trainRows training rows, about
 * @param text the text that the model reads, if any
 */
export function leverLines(trainRows: number, text: { readonly columns?: object } | null): string[] {
  const [optimization = '', regularization = ''] = text ? textLevers(trainRows, text.columns ? 0.1 : 0.5) : otherLevers()
  return [
    'levers:                        # the baseline: where tuning starts, and what the winner is compared with',
    optimization,
    `  batching: { batchSize: ${batchSize(trainRows)} }`,
    regularization,
    '  scheduling: { schedule: cosine, warmupSteps: auto, clipNorm: 1, epochs: 20 }',
  ]
}

/** At most 64, and small enough that an epoch has several steps. */
function batchSize(trainRows: number): number {
  let size = 64
  while (size > 1 && size * 4 > trainRows) size /= 2
  return size
}
