import { expect, test } from 'vitest'
import { withLevers, type LeverPatch } from '../../src/records/levers.ts'
import { momentWords, scaledPatch } from '../../src/stages/batch/scaling.ts'
import { someLevers } from '../support/levers.ts'

const patched = (growth: number, patch: LeverPatch = {}, scaling: 'auto' | 'linear' | 'sqrt' = 'auto') => {
  const levers = withLevers(someLevers, patch)
  const batching = { batchSize: 64 * growth, accumulate: 1 }
  return withLevers(levers, scaledPatch(levers, batching, growth, Math.sqrt(growth), scaling)).optimization
}

test.each([
  [2, { beta1: 0.8, beta2: 0.998, epsilon: 7.07e-9 }],
  [8, { beta1: 0.2, beta2: 0.992, epsilon: 3.54e-9 }],
  [0.5, { beta1: 0.95, beta2: 0.9995, epsilon: 1.41e-8 }],
])('a batch ×%s: β → 1 − κ(1 − β), ε → ε/√κ', (growth, wanted) => {
  expect(patched(growth)).toMatchObject(wanted)
})

test('two changes give what one gives', () => {
  const twice = scaledPatch(
    withLevers(someLevers, { ...patched(2) }),
    { batchSize: 256, accumulate: 1 },
    2,
    Math.SQRT2,
    'auto',
  )
  expect(twice).toMatchObject({ beta1: patched(4).beta1, beta2: patched(4).beta2 })
})

test.each([
  ['at the bound', 10, { beta1: 0.9 }],
  ['by the second moment', 8, { beta1: 0.99, beta2: 0.8 }],
])('void %s: every moment stays, and the words say why', (_, growth, patch) => {
  expect(patched(growth, patch)).toMatchObject({ beta2: 0.999, epsilon: 1e-8, ...patch })
  expect(momentWords(withLevers(someLevers, patch), growth, 'auto').join()).toContain('is void here')
})

test('a moment without memory stays without', () => {
  expect(patched(8, { beta1: 0 })).toMatchObject({ beta1: 0, beta2: 0.992 })
})

test('the linear rule, and SGD by any rule, move the rate alone', () => {
  const kept = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
  expect(patched(4, {}, 'linear')).toMatchObject(kept)
  expect(patched(4, { optimizer: 'sgd' }, 'sqrt')).toMatchObject(kept)
  expect(momentWords(withLevers(someLevers, { optimizer: 'sgd' }), 4, 'auto')).toEqual([])
})
