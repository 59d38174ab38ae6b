import type { Levers } from '../../src/records/levers.ts'

/** The levers of the digits example as a spec declares them. */
export const someLevers: Levers = {
  optimization: {
    optimizer: 'adamw',
    learningRate: 0.001,
    momentum: 0.9,
    nesterov: false,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  },
  batching: { batchSize: 64, accumulate: 1 },
  regularization: { weightDecay: 0.01, dropout: 0.1, labelSmoothing: 0, augmentation: 0 },
  scheduling: { schedule: 'cosine', warmupSteps: 100, finalFraction: 0, clipNorm: 1, epochs: 20, patience: null },
}
