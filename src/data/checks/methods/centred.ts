/**
 * Images shifted by whole pixels so that their center of brightness is in the middle, with zero fill. A shift does not
 * change what is shown, and without this it would look like a change. Rows that are not images stay as they are.
 *
 * @param values images of `shape` [height, width, channels], consecutively
 */
export function centred(values: Float32Array, shape: readonly number[]): Float32Array {
  const [height = 1, width = 1, channels = 1] = shape
  if (shape.length !== 3) return values
  const size = height * width * channels
  const out = new Float32Array(values.length)
  for (let from = 0; from < values.length; from += size) {
    const image = values.subarray(from, from + size)
    const { y, x } = centreOf(image, width, channels)
    const by = [Math.round((height - 1) / 2 - y), Math.round((width - 1) / 2 - x)] as const
    move(image, out.subarray(from, from + size), [height, width, channels], by)
  }
  return out
}

/** Weighted by the distance from the darkest value. For an image of one color, the first pixel, which is as good as any. */
function centreOf(image: Float32Array, width: number, channels: number): { readonly y: number; readonly x: number } {
  const least = image.reduce((a, b) => Math.min(a, b), Infinity)
  let [sum, y, x] = [0, 0, 0]
  image.forEach((value, i) => {
    const pixel = Math.floor(i / channels)
    sum += value - least
    y += (value - least) * Math.floor(pixel / width)
    x += (value - least) * (pixel % width)
  })
  return sum > 0 ? { y: y / sum, x: x / sum } : { y: 0, x: 0 }
}

type Size = readonly [height: number, width: number, channels: number]

function move(
  from: Float32Array,
  to: Float32Array,
  [height, width, channels]: Size,
  [down, right]: readonly [number, number],
): void {
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const source = ((y - down) * width + x - right) * channels
      to.set(from.subarray(source, source + channels), (y * width + x) * channels)
    }
  }
}
