import { type DataId, sizeOf } from './backend.ts'
import type { Elementwise } from './elementwise.ts'
import { inputsOf, type KernelCall, showsInput } from './recording.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Target } from './target.ts'

/**
 * Cheap operations that are not computed where they were recorded: each loop that reads one computes it again from what stays
 * in memory anyway. So their results are never written. They are the slopes of relu, 1 or 0, which follow from its output, and
 * the scaling or shifting of rows or columns, as in normalizations, if the tensor before it has other readers too.
 */
export interface Again {
  /** True if the call is left to the loops that read its result. */
  wait(call: KernelCall, each: Elementwise | null): boolean
  /** How a loop computes the tensor; undefined if it is in memory. */
  of(dataId: DataId): Elementwise | undefined
  /** Those of the tensors that wait, in an order in which the caller can now compute them into memory. */
  take(tensors: readonly TensorInfo[]): readonly Elementwise[]
}

/** An operation whose operands may be results of others that a loop computes with it. */
export interface Tree {
  readonly each: Elementwise
  /** For each operand how it is computed; undefined if it is read. */
  readonly inner: readonly (Tree | undefined)[]
}

export const treeOf = (each: Elementwise, again: Pick<Again, 'of'>): Tree => ({
  each,
  inner: each.operands.map(({ info, cover }) => {
    const computed = cover === 'each' ? again.of(info.dataId) : undefined
    return computed && treeOf(computed, again)
  }),
})

/** What the tree reads. */
export const readsOf = ({ each, inner }: Tree): readonly Elementwise['operands'][number][] =>
  each.operands.flatMap((operand, i) => {
    const computed = inner[i]
    return computed ? readsOf(computed) : [operand]
  })

/** The rows that a loop needs for a tree: their width, or null without rows; undefined if it cannot have them. */
export function rowsOf(tree: Tree, target: Pick<Target, 'rowFits'>): number | null | undefined {
  const widths = new Set(widthsOf(tree))
  const [width = null] = widths
  if (widths.size > 1) return undefined
  const repeats = !hasColumns(tree) && width !== null
  return repeats && !target.rowFits(width, sizeOf(tree.each.out.shape)) ? undefined : width
}

const widthsOf = ({ each, inner }: Tree): number[] => [
  ...each.operands.flatMap(({ info, cover }) =>
    cover === 'row' ? [sizeOf(info.shape)] : cover === 'column' ? [each.out.shape.at(-1) ?? 1] : [],
  ),
  ...inner.flatMap((computed) => (computed ? widthsOf(computed) : [])),
]

export const hasColumns = (tree: Tree): boolean => readsOf(tree).some(({ cover }) => cover === 'column')

/** Operations that take about as long as reading their result. */
const cheap = ['add', 'subtract', 'multiply']

export function createAgain(calls: readonly KernelCall[], wanted: readonly DataId[], target: Target): Again {
  /** Outputs of relu, by its input. */
  const rectified = new Map<DataId, TensorInfo>()
  const waiting = new Map<DataId, Elementwise>()
  /** What a tensor with the bytes of another shows: gradients read copies of what was read before. */
  const shown = new Map<DataId, DataId>()
  const sourceOf = (dataId: DataId): DataId => shown.get(dataId) ?? dataId
  const readers = new Map<DataId, number>()
  for (const call of calls) for (const { dataId } of inputsOf(call)) readers.set(dataId, (readers.get(dataId) ?? 0) + 1)
  const again: Pick<Again, 'of'> = { of: (dataId) => waiting.get(dataId) }

  /** Whether it changes rows or columns of a tensor that is in memory for others as well. */
  const adjusts = (each: Elementwise): boolean => {
    if (!target.computesAgain || !cheap.includes(each.operation.name)) return false
    const [main, ...more] = each.operands.filter(({ cover }) => cover === 'each')
    if (!main || more.length > 0 || !each.operands.some(({ cover }) => cover === 'row' || cover === 'column')) return false
    const stays = waiting.has(main.info.dataId) || (readers.get(main.info.dataId) ?? 0) > 1
    return stays && rowsOf(treeOf(each, again), target) !== undefined
  }
  return {
    ...again,
    wait(call, each) {
      const [x] = inputsOf(call)
      const [out] = call.outputs
      if (!x || !out || wanted.includes(out.dataId)) return false
      if (showsInput(call)) shown.set(out.dataId, sourceOf(x.dataId))
      if (each?.operation.name === 'relu') rectified.set(sourceOf(x.dataId), out)
      const kept = each?.operation.name === 'step' ? rectified.get(sourceOf(x.dataId)) : undefined
      const known = waiting.get(x.dataId)
      if (each && kept) waiting.set(out.dataId, { ...each, operands: [{ info: kept, cover: 'each' }] })
      else if (each && adjusts(each)) waiting.set(out.dataId, each)
      else if (known && showsInput(call)) waiting.set(out.dataId, { ...known, out: { ...out, shape: known.out.shape } })
      else return false
      return true
    },
    take(tensors) {
      const taken = new Set(tensors.map(({ dataId }) => dataId))
      // They wait in an order in which each comes after what it reads.
      const found = [...waiting.values()].filter(({ out }) => taken.has(out.dataId))
      for (const { out } of found) waiting.delete(out.dataId)
      return found
    },
  }
}
