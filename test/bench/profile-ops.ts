import type { Binding, NativeBackend, NativeTensor } from '../../src/train/compiled/binding.ts'

/** What one kind of op costs in one step. */
export interface OpCost {
  readonly op: string
  /** Shapes of its inputs; those of scalars are left out. */
  readonly shapes: string
  readonly calls: number
  /** All its calls together, in µs of the clock; the addon's own share of a call is taken off. */
  readonly micros: number
}

const repeats = 30

/**
 * Takes a step op by op, each op many times over, and adds up the medians by op and shapes; the dearest first. A graph costs
 * less than their sum: it fuses some, and writes results over inputs that nobody needs any more.
 */
export function profileStep(backend: NativeBackend, step: () => void): OpCost[] {
  const { binding } = backend
  const overhead = callOverhead(binding)
  const shapes = new Map<number, readonly number[]>()
  const costs = new Map<string, { op: string; shapes: string; calls: number; micros: number }>()
  const own: Partial<Binding> = {
    createTensor(shape, dtype, values) {
      const id = binding.createTensor(shape, dtype, values)
      shapes.set(id, shape)
      return id
    },
    executeOp(name, attributes, inputs, count) {
      const run = (): NativeTensor[] => binding.executeOp(name, attributes, inputs, count)
      const micros = Math.max(0, medianMicros(binding, run) - overhead)
      const outputs = run()
      for (const { id, shape } of outputs) shapes.set(id, shape)
      const of = inputs.map((id) => shapes.get(id) ?? []).filter((s) => s.length > 0).map((s) => s.join('×')).join(', ')
      const cost = costs.get(`${name} ${of}`) ?? { op: name, shapes: of, calls: 0, micros: 0 }
      costs.set(`${name} ${of}`, { ...cost, calls: cost.calls + 1, micros: cost.micros + micros })
      return outputs
    },
  }
  backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(own)) as Binding
  try {
    step()
  } finally {
    backend.binding = binding
  }
  return [...costs.values()].sort((a, b) => b.micros - a.micros)
}

function medianMicros(binding: Binding, run: () => NativeTensor[]): number {
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now()
    const outputs = run()
    const micros = 1000 * (performance.now() - start)
    for (const { id } of outputs) binding.deleteTensor(id)
    return micros
  })
  return times.sort((a, b) => a - b)[repeats >> 1] as number
}

/** An op that does nothing costs what the way there and back costs. */
function callOverhead(binding: Binding): number {
  const scalar = binding.createTensor([], 1, Float32Array.of(1))
  try {
    const attributes = [{ name: 'T', type: binding.TF_ATTR_TYPE, value: 1 }]
    return medianMicros(binding, () => binding.executeOp('Identity', attributes, [scalar], 1))
  } finally {
    binding.deleteTensor(scalar)
  }
}
