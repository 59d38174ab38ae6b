import { expect, test } from 'vitest'
import { nearProducers } from '../../../../src/engines/wasm/replay/order.ts'
import { record } from '../../../../src/engines/wasm/replay/recording.ts'
import { wasmEngine } from '../../../support/tf-wasm.ts'

test('what a loop can do follows the kernel that makes the last of its inputs', async () => {
  const { tf } = await wasmEngine()
  tf.tidy(() => {
    const [a, b, c] = [tf.ones([4, 4]), tf.ones([4, 4]), tf.ones([4])]
    const { recording } = record(tf, () => {
      const [first, second] = [tf.matMul(a, b), tf.matMul(b, a)]
      const sum = tf.sum(first, 0)
      return [tf.relu(tf.add(first, c)), tf.mul(tf.transpose(second), first), sum]
    })
    const names = ['BatchMatMul', 'Reshape', 'Sum', 'Add', 'Relu', 'Transpose', 'Multiply']
    const of = (calls: readonly { readonly name: string }[]): string[] =>
      calls.map(({ name }) => name).filter((name) => name !== 'Reshape' && names.includes(name))
    expect(of(recording.calls)).toEqual(['BatchMatMul', 'BatchMatMul', 'Sum', 'Add', 'Relu', 'Transpose', 'Multiply'])
    const ordered = nearProducers(recording.calls)
    expect(of(ordered)).toEqual(['BatchMatMul', 'Sum', 'Add', 'Relu', 'BatchMatMul', 'Transpose', 'Multiply'])
    expect(new Set(ordered)).toEqual(new Set(recording.calls))
  })
})
