import { beforeAll, describe, expect, test } from 'vitest'
import { type LeverPatch, withLevers } from '../../src/records/levers.ts'
import type { LayerHealth } from '../../src/records/run.ts'
import type { Engine } from '../../src/train/engine.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'
import { missingNative, nativeEngine, nativeFolder } from '../support/tf-native.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import { complete, dense, flatten, loadDigits, request, trainJob, workloadOf } from './world.ts'

let digits: TrainingData
beforeAll(async () => {
  digits = await loadDigits()
})

const none = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 }
const layers = [flatten, dense(12, 'relu'), dense(10, 'relu'), dense(10)]

function healthOf(
  engine: Engine,
  patch: LeverPatch,
  data = digits,
  evaluateTest = true,
): readonly LayerHealth[] | undefined {
  const levers = withLevers(someLevers, { dropout: 0, warmupSteps: 0, epochs: 2, ...patch })
  const trainer = createTrainer(engine, workloadOf(data, layers, { augmentation: none }), data)
  try {
    return complete(trainer.run(request({ levers, job: { ...trainJob, evaluateTest } }), 'health')).layers
  } finally {
    trainer.dispose()
  }
}

/** Far from 0, so that a large first step takes every unit to one side of it. */
const shifted = (): TrainingData => ({ ...digits, inputs: digits.inputs.map((x) => x + 30) })

describe('the layers of a verification run', () => {
  test('all have gradients where training goes well', async () => {
    const found = healthOf(await wasmEngine(), { learningRate: 0.01 })
    expect(found?.map(({ name, units }) => [name, units])).toEqual([
      ['1.dense.kernel', 12],
      ['2.dense.kernel', 10],
      ['3.dense.kernel', 10],
    ])
    for (const { gradientNorm, weightNorm, deadUnits } of found ?? []) {
      expect(gradientNorm).toBeGreaterThan(0)
      expect(weightNorm).toBeGreaterThan(0.5)
      expect(deadUnits).toBeLessThan(3)
    }
  })

  test('show units that a large step has killed', async () => {
    const found = healthOf(await wasmEngine(), { optimizer: 'sgd', learningRate: 0.1, weightDecay: 0 }, shifted())
    expect(Math.max(...(found ?? []).slice(0, -1).map(({ deadUnits, units }) => deadUnits / units))).toBe(1)
    expect(found?.at(-1)?.deadUnits).toBe(0)
  })

  test('are left out of runs that only compare', async () => {
    expect(healthOf(await wasmEngine(), {}, digits, false)).toBeUndefined()
  })

  test('are the same on the native engine', async ({ skip }) => {
    if (nativeFolder === null) return skip(missingNative)
    const patch: LeverPatch = { optimizer: 'sgd', learningRate: 0.01, epochs: 1 }
    const [wasm = [], native = []] = [healthOf(await wasmEngine(), patch), healthOf(await nativeEngine(false), patch)]
    expect(native.map(({ name, deadUnits }) => [name, deadUnits])).toEqual(
      wasm.map(({ name, deadUnits }) => [name, deadUnits]),
    )
    native.forEach(({ gradientNorm, weightNorm }, i) => {
      expect(gradientNorm / (wasm[i]?.gradientNorm ?? NaN)).toBeCloseTo(1, 3)
      expect(weightNorm / (wasm[i]?.weightNorm ?? NaN)).toBeCloseTo(1, 3)
    })
  })
})
