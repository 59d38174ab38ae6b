import { advance, type Code, constant, copied, oneLane, overFloats, repeated, set } from '../../../../base/wasm-assembler.ts'
import { sizeOf } from '../backend.ts'
import type { KernelCall } from '../recording.ts'
import type { Generated } from './definition.ts'

/** A loop over one dimension of the result: how often, and bytes from one element of the source to the next. */
interface Axis {
  readonly length: number
  readonly step: number
}

/** Another order of dimensions; the backend's kernel computes the place of every element anew. */
export function transpose({ name, inputs, attributes, outputs }: KernelCall): Generated | null {
  const { x } = inputs
  const [out] = outputs
  const order = attributes?.['perm'] as readonly number[] | undefined
  if (name !== 'Transpose' || !x || !out || !order || x.dtype === 'bool' || sizeOf(x.shape) === 0) return null
  const axes = merged(order.map((axis) => ({ length: x.shape[axis] ?? 1, step: 4 * sizeOf(x.shape.slice(axis + 1)) })))
  return {
    reads: [x],
    out,
    wasm: {
      scratch: 0,
      code: (name, address) => ({
        name,
        parameters: 0,
        locals: Array.from({ length: axes.length + 2 }, () => 'i32' as const),
        body: [
          ...[...constant(address(x)), ...set(source), ...constant(address(out)), ...set(target)],
          ...nested(
            axes,
            axes.map((_, i) => i + 2),
          ),
        ],
      }),
    },
    instruction: (address) => ({
      kind: 'transpose',
      numbers: [address(x), address(out), axes.length, ...axes.flatMap(({ length, step }) => [length, step])],
    }),
  }
}

const [source, target] = [0, 1]

/** Dimensions of one element are none; neighbors that the source has in this order are one. */
function merged(axes: readonly Axis[]): Axis[] {
  const found: Axis[] = []
  for (const axis of axes) {
    if (axis.length === 1) continue
    const last = found.at(-1)
    if (last && last.step === axis.step * axis.length)
      found.splice(-1, 1, { length: last.length * axis.length, step: axis.step })
    else found.push(axis)
  }
  return found.length > 0 ? found : [{ length: 1, step: 4 }]
}

function nested([axis, ...inner]: readonly Axis[], [counter = 0, ...counters]: readonly number[]): Code {
  if (!axis) return []
  const [next] = inner
  if (!next) return innermost(axis, counter)
  // The next loop leaves the source at the end of its dimension.
  const back = next.length * next.step
  return repeated(counter, axis.length, [...nested(inner, counters), ...advance(source, constant(axis.step - back))])
}

/** Vectors where the source has the elements side by side. */
const innermost = ({ length, step }: Axis, counter: number): Code =>
  step === 4
    ? overFloats(counter, length, (lanes) => copied(target, source, lanes))
    : repeated(counter, length, copied(target, source, oneLane, step))
