import { beforeAll, describe, expect, test } from 'vitest'
import { createProgram } from '../../../../src/engines/wasm/replay/program.ts'
import { record } from '../../../../src/engines/wasm/replay/recording.ts'
import { wasmTarget } from '../../../../src/engines/wasm/replay/wasm-target.ts'
import type { Tf } from '../../../../src/layers/forward.ts'
import { wasmEngine } from '../../../support/tf-wasm.ts'
import { cases, type Compute, replayed } from './cases.ts'

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

describe('a replay has the bits of the backend for', () => {
  test.each(cases)('%s', (_, shapes, compute) => {
    for (const { found, expected } of replayed(tf, wasmTarget(true), shapes, compute)) expect(found).toEqual(expected)
  })

  test.each(['relu', 'step', 'sqrt', 'square', 'neg', 'abs'] as const)('%s of special numbers', (name) => {
    const special = [NaN, Infinity, -Infinity, -0, 0, 1, -1, NaN]
    for (const { found, expected } of replayed(tf, wasmTarget(true), [[11]], (tf, a) => [tf[name](a)], special))
      expect(found).toEqual(expected)
  })

  test.each(['minimum', 'maximum'] as const)('%s of special numbers', (name) => {
    const compute: Compute = (tf, a) => [tf[name](a, 0.5), tf[name](0.5, a), tf[name](a, tf.neg(a))]
    for (const { found, expected } of replayed(tf, wasmTarget(true), [[11]], compute, [
      NaN,
      Infinity,
      -Infinity,
      -0,
      0,
      1,
      -1,
      NaN,
    ]))
      expect(found).toEqual(expected)
  })

  test('rows of a table, and stops at a number that it does not have', () => {
    tf.tidy(() => {
      const [table, numbers] = [tf.ones([3, 4]), tf.tensor1d([0, 2])]
      const { result, recording } = record(tf, () => tf.gather(table, tf.cast(numbers, 'int32')))
      const program = createProgram(tf, recording, [table, numbers], [result], wasmTarget(true))
      for (const beyond of [3, -1]) {
        program.floats(numbers.dataId).set([0, beyond])
        expect(() => program.run()).toThrow('unreachable')
      }
      program.dispose()
    })
  })
})
