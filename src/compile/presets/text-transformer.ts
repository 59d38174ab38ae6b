import { noAugmentation, type Preset } from './definition.ts'

/** Sequences after an embedding: low dropout, moderate weight decay, a longer warmup. Tokens are not augmented yet. */
export const textTransformer: Preset<'text-transformer'> = {
  name: 'text-transformer',
  auto: { precedence: 1, where: 'where the model has an embedding', fits: ({ tokens }) => tokens },
  grid: { weightDecay: [0.01, 0.1, 0.5], dropout: [0, 0.05, 0.1], labelSmoothing: [0, 0.1], augmentation: [] },
  schedules: ['cosine', 'linear'],
  warmup: { share: 0.1, atLeast: 100, atMost: 1000 },
  augmentation: () => noAugmentation,
}
