import { expect, test } from 'vitest'
import { wasmEngine } from '../../support/tf-wasm.ts'

test('starts with SIMD and differentiates', async () => {
  const { tf, label } = await wasmEngine()
  expect(label).toBe('wasm 4.22.0 simd')
  const gradient = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, 2, 3]))
  expect([...gradient.dataSync()]).toEqual([2, 4, 6])
})
