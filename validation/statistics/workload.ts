import type { RunJob, ModelWorkload } from '../../src/records/plan.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import type { Engine } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import type { World } from '../diagnosis/worlds.ts'

/** A run in full. Test rows are for nobody here. */
export const full: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false }

/** The same workload for every proof: judged by the likelihood, evaluated after every epoch. */
export function workloadOf(world: World, data: TrainingData, layers: ModelWorkload['layers']): ModelWorkload {
  const { train: rows, validation, test } = data.splits
  return {
    task: world.task,
    layers,
    parameters: 0,
    objective: world.task === 'classification' ? 'nll' : 'rmse',
    evaluateEvery: 1,
    augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
    data: {
      fingerprint: world.name,
      inputShape: data.inputShape,
      classes: world.classes,
      rows: { train: rows.length, validation: validation.length, test: test.length },
    },
  }
}

/** One request by the product's own trainer. */
export function trained(
  engine: Engine,
  world: World,
  request: RunRequest,
  changed: Changes = {},
  id = request.label,
): RunResult {
  const data = changed.data ?? world.data
  const trainer = createTrainer(engine, workloadOf(world, data, changed.layers ?? world.layers), data)
  try {
    return trainer.run(request, id)
  } finally {
    trainer.dispose()
  }
}

export interface Changes {
  readonly data?: TrainingData
  readonly layers?: ModelWorkload['layers']
}
