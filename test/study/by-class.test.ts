import { describe, expect, it } from 'vitest'
import { scoresByClass } from '../../src/study/by-class.ts'
import type { WinnerOutputs } from '../../src/study/kept-outputs.ts'
import { worstRows } from '../../src/study/worst-rows.ts'

/** Logits whose softmax gives the named class the named probability and the rest to the others equally. */
const logits = (rows: readonly (readonly [top: number, p: number])[], width: number): Float64Array =>
  Float64Array.from(
    rows.flatMap(([top, p]) => Array.from({ length: width }, (_, k) => Math.log(k === top ? p : (1 - p) / (width - 1)))),
  )

const classes = ['cat', 'dog', 'owl']
/** Five rows of cat, cat, dog, dog, owl under two seeds; rows 10 to 14 of the data set. */
const targets = Float32Array.from([0, 0, 1, 1, 2])
const seed = (rows: readonly (readonly [number, number])[]) => ({ outputs: logits(rows, 3), targets, width: 3 })
const kept: WinnerOutputs = {
  split: 'test',
  rows: Int32Array.from([10, 11, 12, 13, 14]),
  seeds: [
    seed([
      [0, 0.9],
      [1, 0.8],
      [1, 0.9],
      [0, 0.98],
      [2, 0.6],
    ]),
    seed([
      [0, 0.9],
      [0, 0.8],
      [1, 0.9],
      [0, 0.6],
      [2, 0.6],
    ]),
  ],
}

describe('what the winner predicts', () => {
  it('gives precision and recall of each class, and which one it takes for which', () => {
    const found = scoresByClass(kept, classes)
    expect(found?.classes.map(({ name, rows, precision, recall }) => [name, rows, precision?.mean, recall.mean])).toEqual([
      // Seed 1 takes rows 10 and 13 for cat, seed 2 rows 10, 11 and 13: 1 of 2 and 2 of 3 are one.
      ['cat', 2, 0.583333, 0.75],
      ['dog', 2, 0.75, 0.5],
      ['owl', 1, 1, 1],
    ])
    expect(found?.confusions).toEqual([
      { actual: 'dog', predicted: 'cat', count: 2 },
      { actual: 'cat', predicted: 'dog', count: 1 },
    ])
    expect(scoresByClass(kept, null)).toBeUndefined()
  })

  it('has no precision of a class that a seed takes no row for', () => {
    const blind = {
      ...kept,
      seeds: [
        seed([
          [0, 0.9],
          [0, 0.9],
          [0, 0.9],
          [0, 0.9],
          [2, 0.9],
        ]),
      ],
    }
    expect(scoresByClass(blind, classes)?.classes.map(({ precision }) => precision?.mean)).toEqual([0.5, undefined, 1])
  })

  it('names the rows with the largest loss, counted from 1', () => {
    const { rows = [] } = worstRows(kept, { classes, targetScale: null }) ?? {}
    expect(rows.map((r) => [r.row, r.actual, r.predicted, r.wrong])).toEqual([
      [14, 'dog', 'cat', 2],
      [12, 'cat', 'cat', 1],
      [15, 'owl', 'owl', 0],
      [11, 'cat', 'cat', 0],
      [13, 'dog', 'dog', 0],
    ])
    // Row 14 has probabilities .01 and .2 of its class.
    expect(rows[0]?.loss).toBeCloseTo(-(Math.log(0.01) + Math.log(0.2)) / 2, 4)
  })

  it('of a regression is in units of the target', () => {
    const values = (all: readonly number[]) => ({
      outputs: Float64Array.from(all),
      targets: Float32Array.from([0, 1]),
      width: 1,
    })
    const found = worstRows(
      { split: 'validation', rows: Int32Array.from([3, 7]), seeds: [values([0.5, 1]), values([1.5, 1])] },
      {
        classes: null,
        targetScale: [{ mean: 100, sd: 10 }],
      },
    )
    expect(found?.rows).toEqual([
      { row: 4, actual: '100', predicted: '110', loss: 10, wrong: null },
      { row: 8, actual: '110', predicted: '110', loss: 0, wrong: null },
    ])
  })

  it('of several targets is in SDs of each, beside their values', () => {
    const seed = { outputs: Float64Array.from([1, 0, 0, 3]), targets: Float32Array.from([0, 0, 0, 1]), width: 2 }
    const found = worstRows(
      { split: 'validation', rows: Int32Array.from([3, 7]), seeds: [seed] },
      {
        classes: null,
        targetScale: [
          { mean: 100, sd: 10 },
          { mean: 5, sd: 0.5 },
        ],
      },
    )
    expect(found?.rows).toEqual([
      { row: 8, actual: '100, 5.5', predicted: '100, 6.5', loss: 1, wrong: null },
      { row: 4, actual: '100, 5', predicted: '110, 5', loss: 0.5, wrong: null },
    ])
  })
})
