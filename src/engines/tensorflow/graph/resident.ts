import type { TrainingData } from '../../../train/types.ts'
import { type Binding, dataType } from './binding.ts'

/** The data set on the native side, by the addon's numbers. */
export interface Resident {
  readonly inputs: number
  /** [rows, 1]. */
  readonly targets: number
  /** Class of each row; for classification. */
  labels(): number
  dispose(): void
}

export function createResident(binding: Binding, { inputs, inputShape, targets }: TrainingData): Resident {
  const rows = targets.length
  const x = binding.createTensor([rows, ...inputShape], dataType.float32, inputs)
  const y = binding.createTensor([rows, 1], dataType.float32, targets)
  let labels: number | undefined
  return {
    inputs: x,
    targets: y,
    labels: () => labels ??= binding.createTensor([rows], dataType.int32, Int32Array.from(targets)),
    dispose() {
      for (const id of [x, y, ...(labels === undefined ? [] : [labels])]) binding.deleteTensor(id)
    },
  }
}
