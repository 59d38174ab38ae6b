import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { referenceLoss, type ReferenceData } from '../../src/data/reference-loss.ts'
import { softmaxLosses } from '../../src/data/softmax-regression.ts'
import { fixture } from './support.ts'

interface Vectors {
  readonly logistic: { x: number[][]; y: number[]; held: number[][]; truth: number[]; losses: number[] }
}
const { logistic } = JSON.parse(readFileSync(fixture('linear.json'), 'utf8')) as Vectors
const matrix = (rows: readonly (readonly number[])[]) => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
})

it("the losses of a logistic regression are scikit-learn's", () => {
  const { x, y, held, truth, losses } = logistic
  const found = softmaxLosses([matrix(x), Float64Array.from(y)], [matrix(held), Float64Array.from(truth)], 3)
  found.forEach((loss, i) => expect(loss).toBeCloseTo(losses[i] as number, 3))
})

/** 400 rows of three inputs, and a target by `target`. */
function data(
  target: (x: readonly number[], random: ReturnType<typeof stream>) => number,
  classes: number | null,
): ReferenceData {
  const random = stream(7, 'reference')
  const rows = Array.from({ length: 400 }, () => [random.normal(), random.normal(), random.normal()])
  const all = Int32Array.from(rows.keys())
  return {
    inputs: Float32Array.from(rows.flat()),
    inputShape: [3],
    targets: Float32Array.from(rows, (x) => target(x, random)),
    targetScale: classes === null ? [{ mean: 5, sd: 10 }] : null,
    splits: { train: all, validation: all, test: all },
    classes,
  }
}

describe('the reference loss', () => {
  it('is that of a linear model where the truth is linear, in the units of the target', () => {
    const found = referenceLoss(data(([a = 0, b = 0], random) => a - b + 0.5 * random.normal(), null))
    expect(found).toBeGreaterThan(0.2 * 100)
    expect(found).toBeLessThan(0.3 * 100)
  })
  it('is that of neighbors where they know more', () => {
    const rings = data(([a = 0, b = 0, c = 0]) => Number(a * a + b * b + c * c > 2.4), 2)
    expect(referenceLoss(rings)).toBeLessThan(0.45)
  })
  it('is that of a guess where inputs say nothing', () => {
    const found = referenceLoss(data((_, random) => random.integer(2), 2))
    expect(found).toBeGreaterThan(0.68)
    expect(found).toBeLessThan(0.73)
  })
  it('is unknown of few rows', () => {
    const few = data(() => 1, 2)
    expect(referenceLoss({ ...few, splits: { ...few.splits, train: few.splits.train.subarray(0, 30) } })).toBeNull()
  })
})
