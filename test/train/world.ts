import { loadDataset } from '../../src/data/load.ts'
import type { Layer } from '../../src/layers/layer.ts'
import type { Levers } from '../../src/records/levers.ts'
import type { RunJob, ModelWorkload } from '../../src/records/plan.ts'
import type { CompleteRun, RunRequest, RunResult } from '../../src/records/run.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import type { Trainer } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { digitImages } from '../support/digits.ts'
import { someLevers } from '../support/levers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'

export const dense = (units: number, activation: 'relu' | 'linear' = 'linear'): Layer => ({
  kind: 'dense',
  units,
  activation,
  useBias: true,
})
export const conv = (filters: number): Layer => ({
  kind: 'conv2d',
  filters,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  activation: 'relu',
  useBias: true,
})
export const pool: Layer = { kind: 'maxPooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' }
export const flatten: Layer = { kind: 'flatten' }
export const dropout: Layer = { kind: 'dropout', rate: null }
export const batchNorm: Layer = { kind: 'batchNormalization', momentum: 0.9, epsilon: 1e-3 }

export const mlp: readonly Layer[] = [flatten, dense(128, 'relu'), dropout, dense(10)]
export const smallCnn: readonly Layer[] = [conv(16), conv(16), pool, flatten, dropout, dense(10)]

export const loadDigits = (): Promise<TrainingData> => loadDataset(digitImages)

export function workloadOf(data: TrainingData, layers: readonly Layer[], over: Partial<ModelWorkload> = {}): ModelWorkload {
  const { train, validation, test } = data.splits
  return {
    task: 'classification',
    objective: 'accuracy',
    layers,
    parameters: 0,
    evaluateEvery: 1,
    augmentation: { shift: 0.1, flip: 0, erase: 0.2, noise: 0, mixup: 0.2 },
    data: {
      fingerprint: 'digits',
      rows: { train: train.length, validation: validation.length, test: test.length },
      inputShape: data.inputShape,
      classes: [...'0123456789'],
    },
    ...over,
  }
}

export async function trainerFor(
  data: TrainingData,
  layers: readonly Layer[],
  over: Partial<ModelWorkload> = {},
): Promise<Trainer> {
  return createTrainer(await wasmEngine(), workloadOf(data, layers, over), data)
}

export const trainJob: Extract<RunJob, { kind: 'train' }> = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false }

export function request(over: { levers?: Levers; seed?: number; job?: RunJob } = {}): RunRequest {
  return { stage: 'verify', label: 'test', levers: someLevers, seed: 0, job: trainJob, ...over }
}

export function complete(result: RunResult): CompleteRun {
  if (result.status !== 'complete') throw new Error(`the run is ${result.status}: ${result.reason}`)
  return result
}
