import { noAugmentation, type Preset } from './definition.ts'

/** Dense layers over columns: more dropout and label smoothing; noise only if inputs have a common scale. */
export const tabularMlp: Preset<'tabular-mlp'> = {
  name: 'tabular-mlp',
  auto: { precedence: 3, where: null, fits: () => true },
  grid: { weightDecay: [0.01, 0.1, 0.5], dropout: [0.1, 0.25, 0.4], labelSmoothing: [0.05, 0.1], augmentation: [0, 1] },
  schedules: ['cosine', 'linear', 'one-cycle', 'step'],
  warmup: { share: 0.05, atLeast: 0, atMost: 1000 },
  augmentation: ({ standardized }) => ({ ...noAugmentation, noise: standardized ? 0.1 : 0 }),
}
