import { addTo } from '../../../base/numbers.ts'

/** The mean row of each class, consecutively. A class without rows has no mean, and no row is nearest to it. */
export interface ClassMeans {
  readonly means: Float64Array
  readonly width: number
  readonly present: readonly number[]
}

/** @param values rows × width, row-major, one row per label */
export function meansOfClasses(values: Float32Array, labels: Int32Array, classes: number): ClassMeans {
  const width = values.length / labels.length
  const sums = new Float64Array(classes * width)
  const counts = new Float64Array(classes)
  labels.forEach((label, row) => {
    addTo(counts, label)
    for (let i = 0; i < width; i++) addTo(sums, label * width + i, values[row * width + i] ?? 0)
  })
  return {
    means: sums.map((sum, i) => sum / (counts[Math.floor(i / width)] || 1)),
    width,
    present: [...counts.keys()].filter((code) => (counts[code] ?? 0) > 0),
  }
}

/** The class whose mean is nearest to each row, by Euclidean distance. The first of equally near ones wins. */
export function nearestMeans(values: Float32Array, { means, width, present }: ClassMeans): Int32Array {
  return Int32Array.from({ length: values.length / width }, (_, row) => {
    let [least, nearest] = [Infinity, 0]
    for (const code of present) {
      let square = 0
      for (let i = 0; i < width; i++) square += ((values[row * width + i] ?? 0) - (means[code * width + i] ?? 0)) ** 2
      if (square < least) [least, nearest] = [square, code]
    }
    return nearest
  })
}
