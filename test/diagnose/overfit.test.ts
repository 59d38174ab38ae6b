import { describe, expect, it } from 'vitest'
import { measured, type Context, type Curve } from '../../src/diagnose/curve.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { rulesOf } from './support.ts'

interface End {
  readonly mse: number
  readonly r2: number
}

/** A regression that comes down to these errors, over twelve evaluations. */
function regression(train: End, validation: End): Curve {
  const at = (end: End, epoch: number) => measured({ mse: end.mse * (1 + 3 * Math.exp(-epoch)), r2: end.r2 })
  const evaluations = Array.from({ length: 12 }, (_, i) => ({
    step: 10 * (i + 1),
    epoch: i + 1,
    train: at(train, i),
    validation: at(validation, i),
  }))
  return { id: 'run', seed: 1, status: 'complete', steps: [], evaluations, stepsPerEpoch: 10, levers: null }
}

const says = (curve: Curve, rows: Context['rows'], targetLoss: number | null = null): boolean =>
  diagnose([
    {
      subject: 'run',
      curves: [curve],
      context: { task: 'regression', classes: null, targetLoss, seedCap: null, rows },
    },
  ]).some(({ rule }) => rule === 'overfit')

describe('a regression that does better on its training rows', () => {
  // The course of a small network on the alcohol of wines, which by its results is as good as any: R² divides the errors by
  // the spread of the few rows that are in each part, and made 1.8 times the error look like more than twice.
  it('is let alone where the errors differ by less than few rows do', () => {
    expect(says(regression({ mse: 0.183, r2: 0.741 }, { mse: 0.322, r2: 0.446 }), { train: 107, validation: 36 })).toBe(
      false,
    )
    expect(says(regression({ mse: 0.15, r2: 0.741 }, { mse: 0.322, r2: 0.446 }), { train: 107, validation: 10 })).toBe(false)
  })

  it('overfits where they differ by more, and where validation is no better off than with a constant guess', () => {
    expect(says(regression({ mse: 0.055, r2: 0.81 }, { mse: 0.54, r2: 0.3 }), { train: 12, validation: 36 })).toBe(true)
    expect(says(regression({ mse: 0.3, r2: 0.546 }, { mse: 0.5, r2: -0.05 }), { train: 107, validation: 36 })).toBe(true)
    expect(says(regression({ mse: 0.1, r2: 0.9 }, { mse: 0.25, r2: 0.75 }), null)).toBe(true)
  })

  it('is let alone where both errors are small', () => {
    expect(says(regression({ mse: 0.01, r2: 0.99 }, { mse: 0.04, r2: 0.96 }), { train: 400, validation: 400 })).toBe(false)
  })
})

describe('a gap to the training rows', () => {
  const rows = { train: 315, validation: 105 }
  const gap = regression({ mse: 3.9, r2: 0.71 }, { mse: 9.8, r2: 0.3 })
  // The course of a network on wages: nothing that was tried validates better.
  it('costs nothing where validation is as good as what a simple model reaches on rows that it has not seen', () => {
    expect(says(gap, rows)).toBe(true)
    expect(says(gap, rows, 10.5)).toBe(false)
    expect(says(gap, rows, 9)).toBe(true)
  })
  it('of half of the variance is said all the same', () => {
    expect(says(regression({ mse: 3.2, r2: 0.76 }, { mse: 9.8, r2: 0.2 }), rows, 11.5)).toBe(true)
  })
})

describe('rows that the scores rest on', () => {
  const gap = { trainAccuracy: () => 1, accuracy: () => 0.87, validation: (at: number) => 0.3 + 2 * Math.exp(-10 * at) }

  it('all training rows evaluated leave no doubt of them, a sample does', () => {
    expect(rulesOf(gap, { rows: { train: 12, validation: 40 } })).toContain('overfit')
    expect(rulesOf({ ...gap, trainAccuracy: () => 0.97 }, { rows: { train: 4000, validation: 20 } })).not.toContain(
      'overfit',
    )
  })

  it('a rise that six wrong rows carry is one, and that five carry may be theirs alone', () => {
    const rise = { accuracy: () => 0.94, validation: (at: number) => 0.4 + 2 * Math.exp(-10 * at) + 0.8 * at }
    expect(rulesOf(rise, { rows: { train: 300, validation: 100 } })).toContain('overfit')
    expect(rulesOf({ ...rise, accuracy: () => 0.943 }, { rows: { train: 300, validation: 100 } })).toContain('overfit')
    expect(rulesOf({ ...rise, accuracy: () => 0.95 }, { rows: { train: 300, validation: 100 } })).not.toContain('overfit')
  })
})
