import type { TrainedModel } from '../trained-model.ts'

/** A format of a saved model. Every format is one folder and one entry of `index.ts`. */
export interface ModelFormat<Name extends string = string> {
  /** The name for `--save-model`, and in `model.json`. */
  readonly name: Name
  /** Its file in the folder of a model. */
  readonly file: string
  /** What it is, for help and docs: `ONNX, operator set 17`. */
  readonly summary: string
  /**
   * The file's content, a function of the model alone: equal models give equal bytes.
   *
   * @throws Unsavable if the format cannot hold a layer
   */
  write(model: TrainedModel): Uint8Array
  /**
   * Reads the tensors of a file that `write` wrote. Present for the format that `predict` reads; every saved model has it.
   *
   * @throws Error if the file is not of the format
   */
  readTensors?(content: Uint8Array): ReadonlyMap<string, ReadTensor>
}

export interface ReadTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}
