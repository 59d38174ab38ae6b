import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { CopyRows } from '../../../base/rows.ts'
import type { WasmMemory } from '../../../base/wasm-assembler.ts'
import type { FillMask } from '../../../train/step-random.ts'
import type { ElementOperation } from './elementwise.ts'
import type { Generated } from './generated/definition.ts'
import type { Place, Places } from './places.ts'
import type { KernelCall } from './recording.ts'
import type { Step } from './steps.ts'

/** What runs the steps of a program: generated WebAssembly, or compiled kernels. */
export interface Target {
  /**
   * A target whose results have the bits of the backend's own kernels, by which a recording is checked; null if this one's
   * have them.
   */
  readonly reference: Target | null
  /** Whether it runs this kernel or operation itself; the backend runs the others. */
  accepts(kernel: Generated): boolean
  computes(operation: ElementOperation): boolean
  /** The order in which the steps run; each call comes after those that make its inputs. */
  order(calls: readonly KernelCall[]): readonly KernelCall[]
  /** Whether a loop can also sum down its columns. */
  readonly sumsInLoops: boolean
  /** Whether loops rather compute a scaled or shifted tensor again than read it. */
  readonly computesAgain: boolean
  /** Whether a loop over so many elements can repeat a row of this width. */
  rowFits(width: number, length: number): boolean
  /** Copies rows of a matrix to where a program reads them. */
  readonly copyRows: CopyRows
  readonly fillMask: FillMask
  /** Bytes that the steps use while they run; one place serves all. */
  scratch(steps: readonly Step[]): number
  /**
   * The kernels that hand their result piece by piece to the loop after them: by the number of their step, which of the loop's
   * sources that is. Their inputs are kept until the loop has ended.
   */
  joined(steps: readonly Step[], places: Places): ReadonlyMap<number, number>
  /** Whether `link` takes no time to speak of. */
  readonly linksFast: boolean
  /** Functions that run the steps in order. @param call what runs a kernel of the backend */
  link(steps: readonly Step[], layout: Layout, call: (call: KernelCall) => () => void): readonly (() => void)[]
}

/** Where the tensors of a program are, as byte addresses in the backend's memory. */
export interface Layout {
  readonly memory: WasmMemory
  /** What `joined` returned. */
  readonly joined: ReadonlyMap<number, number>
  /** Of all rooms. */
  readonly base: number
  readonly scratch: number
  readonly at: (place: Place) => number
  readonly of: (info: TensorInfo) => number
}
