import { expect, test } from 'vitest'
import { wasmEngine } from '../../support/tf-wasm.ts'
import { engineConformance } from '../conformance.ts'

engineConformance('wasm', wasmEngine)

test('says its version and instruction set, and is one for the process', async () => {
  const engine = await wasmEngine()
  expect(engine.label).toBe('wasm 4.22.0 simd')
  expect(await wasmEngine()).toBe(engine)
})
