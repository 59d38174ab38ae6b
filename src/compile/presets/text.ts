import { noAugmentation, type Preset } from './definition.ts'

/** A text column as tokens. Word vectors overfit early, so decay and dropout go far. Tokens are not augmented yet. */
export const text: Preset<'text'> = {
  name: 'text',
  auto: { precedence: 0, where: 'where the input is a text column', fits: (inputs) => inputs.text },
  grid: { weightDecay: [0.01, 0.1, 1], dropout: [0.2, 0.35, 0.5], labelSmoothing: [0, 0.1], augmentation: [] },
  schedules: ['cosine', 'linear', 'constant'],
  warmup: { share: 0.05, atLeast: 0, atMost: 1000 },
  augmentation: () => noAugmentation,
}
