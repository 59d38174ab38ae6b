import type { Preset } from './definition.ts'

/** Convolutions over images: little dropout, strong augmentation. Mixup between regression targets is left to the spec. */
export const visionCnn: Preset<'vision-cnn'> = {
  name: 'vision-cnn',
  auto: { precedence: 2, where: 'where the inputs are images', fits: ({ images }) => images },
  grid: { weightDecay: [0.01, 0.1, 0.5], dropout: [0, 0.1, 0.2], labelSmoothing: [0, 0.1], augmentation: [0, 0.5, 1] },
  schedules: ['one-cycle', 'cosine', 'linear', 'step'],
  warmup: { share: 0.05, atLeast: 0, atMost: 1000 },
  augmentation: ({ task }) => ({
    shift: 0.125,
    flip: 0.5,
    erase: 0.25,
    noise: 0,
    mixup: task === 'classification' ? 0.2 : 0,
  }),
}
