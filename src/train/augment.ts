import type { Stream } from '../base/random.ts'
import type { Shape } from '../layers/definition.ts'
import type { AugmentationPolicy } from '../records/plan.ts'

/** Rows on their way to the engine; augmentation writes into them. */
export interface BatchRows {
  /** rows × product(shape), row-major. */
  readonly inputs: Float32Array
  /** rows × width: class probabilities or target values. */
  readonly targets: Float32Array
  readonly rows: number
}

/** The policy with every amount scaled; null if nothing is left to do. */
export function scaledPolicy(policy: AugmentationPolicy, strength: number): AugmentationPolicy | null {
  const { shift, flip, erase, noise, mixup } = policy
  const scaled = {
    shift: shift * strength,
    flip: flip * strength,
    erase: erase * strength,
    noise: noise * strength,
    mixup: mixup * strength,
  }
  return Object.values(scaled).some((amount) => amount > 0) ? scaled : null
}

/**
 * Augments a batch in place: left-right flip, shift with zero fill, an erased square (DeVries and Taylor, 2017), Gaussian
 * noise, and mixup of inputs and targets (Zhang et al., 2018). The first three are for images, [height, width, channels]. An
 * amount of 0 draws nothing.
 */
export function augment(batch: BatchRows, shape: Shape, policy: AugmentationPolicy, random: Stream): void {
  const { inputs, rows } = batch
  const size = inputs.length / rows
  const [height = 1, width = 1, channels = 1] = shape
  if (shape.length === 3) {
    for (let row = 0; row < rows; row++) {
      const image = { pixels: inputs.subarray(row * size, (row + 1) * size), height, width, channels }
      if (policy.flip > 0 && random.uniform() < policy.flip) flip(image)
      if (policy.shift > 0) shift(image, distance(policy.shift * height, random), distance(policy.shift * width, random))
      if (policy.erase > 0) erase(image, policy.erase, random)
    }
  }
  if (policy.noise > 0) addNoise(inputs, policy.noise, random)
  if (policy.mixup > 0) mixup(batch, beta(policy.mixup, random))
}

function addNoise(inputs: Float32Array, sd: number, random: Stream): void {
  for (let i = 0; i < inputs.length; i++) inputs[i] = (inputs[i] ?? NaN) + sd * random.normal()
}

interface Image {
  readonly pixels: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

function flip({ pixels, height, width, channels }: Image): void {
  for (let y = 0; y < height; y++) {
    const line = pixels.subarray(y * width * channels, (y + 1) * width * channels)
    const before = line.slice()
    for (let x = 0; x < width; x++) line.set(before.subarray(x * channels, (x + 1) * channels), (width - 1 - x) * channels)
  }
}

/** Whole pixels: a uniform distance, rounded, so that a small strength shifts fewer images instead of none. */
function distance(most: number, random: Stream): number {
  return Math.round((2 * random.uniform() - 1) * most)
}

function shift({ pixels, height, width, channels }: Image, down: number, right: number): void {
  if (down === 0 && right === 0) return
  const before = pixels.slice()
  pixels.fill(0)
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    const from = ((y - down) * width + Math.max(0, -right)) * channels
    const length = Math.max(0, width - Math.abs(right)) * channels
    pixels.set(before.subarray(from, from + length), (y * width + Math.max(0, right)) * channels)
  }
}

/** One square inside the image. A fractional side is rounded at random, so that its mean is right. */
function erase({ pixels, height, width, channels }: Image, share: number, random: Stream): void {
  const side = Math.min(Math.floor(share * Math.min(height, width) + random.uniform()), height, width)
  const top = random.integer(height - side + 1)
  const left = random.integer(width - side + 1)
  for (let y = top; y < top + side; y++) pixels.fill(0, (y * width + left) * channels, (y * width + left + side) * channels)
}

/**
 * Mixes each row with its mirror position in the batch, which is already in random order; one weight for the whole batch.
 */
function mixup({ inputs, targets, rows }: BatchRows, weight: number): void {
  for (const values of [inputs, targets]) {
    const before = values.slice()
    const size = values.length / rows
    for (let row = 0; row < rows; row++) {
      const other = (rows - 1 - row) * size
      for (let i = 0; i < size; i++) {
        values[row * size + i] = weight * (before[row * size + i] ?? NaN) + (1 - weight) * (before[other + i] ?? NaN)
      }
    }
  }
}

/** Beta(α, α) as a ratio of two gammas, in logarithms because both underflow for small α. */
function beta(alpha: number, random: Stream): number {
  return 1 / (1 + Math.exp(logGamma(alpha, random) - logGamma(alpha, random)))
}

/** Logarithm of a draw from Gamma(α, 1) (Marsaglia and Tsang, 2000; for α < 1 from Gamma(α + 1)). */
function logGamma(alpha: number, random: Stream): number {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(1 - random.uniform()) / alpha
  const d = alpha - 1 / 3
  for (;;) {
    const x = random.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
