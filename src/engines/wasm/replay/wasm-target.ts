import { gatherRows } from '../../../base/rows.ts'
import { dropoutMaskValues } from '../../../train/step-random.ts'
import { fourLanes, instantiate, oneLane, type WasmFunction } from '../../../base/wasm-assembler.ts'
import { loopFunction, roundOf, rowBytes } from './loop-code.ts'
import type { Target } from './target.ts'

/** Widest row that a loop repeats; a longer one would make its code long. */
const widestRow = 256

/** Loops and kernels become one module of generated WebAssembly; addresses are part of its code. */
export const wasmTarget = (simd: boolean): Target => ({
  reference: null,
  order: (calls) => calls,
  sumsInLoops: false,
  computesAgain: false,
  accepts: ({ wasm }) => simd && wasm !== undefined,
  computes: ({ lane }) => lane !== undefined,
  // Whole rounds of the row, in vectors of four, make up the elements.
  rowFits: (width, length) => roundOf(width) <= widestRow && length % roundOf(width) === 0,
  copyRows: gatherRows,
  fillMask: (path, rate, into) => void dropoutMaskValues(path, into.length, rate, into),
  scratch: (steps) =>
    Math.max(
      0,
      ...steps.map((step) =>
        step.kind === 'loop' ? rowBytes(step) : step.kind === 'own' ? (step.generated.wasm?.scratch ?? 0) : 0,
      ),
    ),
  joined: () => new Map(),
  linksFast: false,
  link(steps, { memory, base, scratch, of }, call) {
    const functions = steps.map((step, i): WasmFunction | null => {
      const name = `step${i}`
      switch (step.kind) {
        case 'loop':
          return loopFunction(name, step, i, simd ? fourLanes : oneLane, base, scratch)
        case 'own':
          return step.generated.wasm?.code(name, of, scratch) ?? null
        case 'call':
          return null
      }
    })
    const exports = instantiate(
      memory,
      functions.filter((f) => f !== null),
    )
    return steps.map((step, i) => (step.kind === 'call' ? call(step.call) : (exports[`step${i}`] as () => void)))
  },
})
