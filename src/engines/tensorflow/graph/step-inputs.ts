import { product } from '../../../layers/definition.ts'
import { smoothedTargets } from '../../../train/loss.ts'
import type { StepSource } from '../../../train/step-compiler.ts'
import { dropoutMaskBits } from '../../../train/step-random.ts'
import { dataType, type Native, type NativeValues, type Resident } from './binding.ts'
import type { BatchShape } from './step-graph.ts'
import type { Trace } from './trace.ts'

type Inputs = ReturnType<typeof createInputs>

/** Inputs of one run, in order; the added ones belong to the run. */
export function createInputs(binding: Native['backend']['binding']) {
  const [ids, own]: [number[], number[]] = [[], []]
  return {
    ids,
    keep: (...kept: number[]) => ids.push(...kept),
    add(shape: readonly number[], values: NativeValues): void {
      const dtype =
        values instanceof Float32Array ? dataType.float32 : values instanceof Int32Array ? dataType.int32 : dataType.bool
      const id = binding.createTensor(shape, dtype, values)
      ids.push(id)
      own.push(id)
    },
    dispose: () => own.forEach((id) => binding.deleteTensor(id)),
  }
}

export function addBatches(
  inputs: Inputs,
  source: StepSource,
  trace: Trace,
  resident: Resident,
  batch: BatchShape,
  from: number,
  count: number,
): void {
  const passes = trace.batches.length
  const { rows, inputShape, width } = batch
  const steps = Array.from({ length: count }, (_, i) => from + i)
  if (source.rowsOf) {
    const perStep = passes * rows
    const order = new Int32Array(count * perStep)
    for (const step of steps) order.set(source.rowsOf(step), (step - from) * perStep)
    inputs.add([count, perStep], order)
    inputs.keep(resident.inputs)
    if (source.settings.task !== 'classification') return void inputs.keep(resident.targets)
    inputs.add(
      [width, width],
      smoothedTargets(
        Array.from({ length: width }, (_, i) => i),
        width,
        source.settings.levers.regularization.labelSmoothing,
      ),
    )
    inputs.keep(resident.labels())
    return
  }
  const [x, y] = [
    new Float32Array(count * passes * rows * product(inputShape)),
    new Float32Array(count * passes * rows * width),
  ]
  steps
    .flatMap((step) => source.batches(step))
    .forEach((b, i) => {
      x.set(b.inputs, i * b.inputs.length)
      y.set(b.targets, i * b.targets.length)
    })
  inputs.add([count, passes, rows, ...inputShape], x)
  inputs.add([count, passes, rows, width], y)
}

export function addMasks(inputs: Inputs, { masks }: Trace, seed: number, from: number, count: number): void {
  if (masks.length === 0) return
  inputs.add(
    [masks.length],
    Float32Array.from(masks, ({ at }) => 1 / (1 - at.rate)),
  )
  for (const { at } of masks) {
    const size = product(at.shape)
    const bits = new Uint8Array(count * size)
    for (let i = 0; i < count; i++)
      dropoutMaskBits([seed, from + i, at.pass, at.site], at.rate, bits.subarray(i * size, (i + 1) * size))
    inputs.add([count, size], bits)
  }
}
