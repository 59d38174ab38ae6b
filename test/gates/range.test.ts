import { describe, expect, it } from 'vitest'
import { gateNamed } from '../../src/gates/index.ts'

/** What a gate reports about its settings: `key hint`. */
function reported(gate: string, settings: object): string[] {
  const found: string[] = []
  gateNamed(gate).rules(settings, (code, key, _, more) => found.push(`${code} ${key} ${more?.hint ?? ''}`.trim()))
  return found
}

describe('a limit outside of the range of its metric', () => {
  it.each([
    ['threshold', { metric: 'accuracy', min: 90 }, 'min did you mean 0.9?'],
    ['threshold', { metric: 'accuracy', min: 1.01 }, 'min did you mean 0.0101?'],
    ['threshold', { metric: 'accuracy', min: -0.1 }, 'min'],
    ['threshold', { metric: 'ece', max: 5 }, 'max did you mean 0.05?'],
    ['threshold', { metric: 'r2', min: 80 }, 'min did you mean 0.8?'],
    ['threshold', { metric: 'rmse', max: -1 }, 'max'],
    ['regression', { metric: 'accuracy', margin: 1 }, 'margin did you mean 0.01?'],
    ['regression', { metric: 'f1', margin: 100 }, 'margin'],
    ['calibration', { metric: 'brier', margin: 2 }, 'margin did you mean 0.02?'],
    ['seed-variance', { metric: 'accuracy', maxStd: 2 }, 'maxStd did you mean 0.02?'],
  ])('%s of %o is reported', (gate, settings, expected) => {
    expect(reported(gate, settings)).toEqual([`limit-out-of-range ${expected}`])
  })
  it.each([
    ['threshold', { metric: 'accuracy', min: 0, max: 1 }],
    ['threshold', { metric: 'r2', min: -3 }],
    ['threshold', { metric: 'rmse', max: 5000 }],
    ['regression', { metric: 'accuracy', margin: 0.99 }],
    ['regression', { metric: 'r2', margin: 50 }],
    ['calibration', { metric: 'nll', margin: 3 }],
    ['seed-variance', { metric: 'rmse', maxStd: 5 }],
    ['seed-variance', { metric: 'accuracy', maxRatio: 2 }],
  ])('is not %s of %o', (gate, settings) => {
    expect(reported(gate, settings)).toEqual([])
  })
})
