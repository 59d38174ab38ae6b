import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Tensor, Tf } from '../../../../src/layers/forward.ts'
import { withLevers } from '../../../../src/records/levers.ts'
import type { Engine } from '../../../../src/train/engine.ts'
import { averagingOver } from '../../../../src/train/averaging.ts'
import { planOf, recordStep } from '../../../../src/engines/wasm/replay/step-program.ts'
import type { Compiler } from '../../../../src/train/step-compiler.ts'
import { runBatches } from '../../../../src/train/batches.ts'
import { image, imageRuns, levers, mlp, setups, start, trained } from '../../../train/compiled-steps.ts'
import { wasmEngine } from '../../../support/tf-wasm.ts'

// TypeScript has it only in the browser's library; Node has it, too.
declare const WebAssembly: object

describe('steps that are replayed on the embedded engine', () => {
  let replayed: Engine
  let eager: Engine
  beforeAll(async () => {
    replayed = await wasmEngine()
    const { compile: _, ...rest } = replayed
    eager = rest
  })

  describe('have the bits of steps op by op, on', () => {
    test.each(setups)('%s', (_, setup) => {
      const found = trained(replayed, setup, 12)
      expect(found).toEqual(trained(eager, setup, 12))
      expect(found.losses.every(Number.isFinite)).toBe(true)
    })

    test('images of one channel, by a trainer, with their evaluations', () => {
      expect(imageRuns(replayed)).toEqual(imageRuns(eager))
    })

    test('a rate at which training diverges', () => {
      const wild = { ...mlp, levers: withLevers(levers, { optimizer: 'sgd', clipNorm: null }) }
      const losses = [replayed, eager].map((engine) => {
        const training = start(engine, wild)
        const found = training.train(40, 8, 1e12)
        training.dispose()
        return found
      })
      expect(losses[0]).toEqual(losses[1])
      expect(losses[0]?.some((loss) => !Number.isFinite(loss))).toBe(true)
    })
  })

  test('are the same bits however many a call takes, and in every run', () => {
    for (const setup of [mlp, { ...image, levers }, { ...mlp, averaging: averagingOver(100) }]) {
      const runs = [1, 4, 30].map((part) => trained(replayed, setup, 30, part))
      for (const run of runs) expect(run).toEqual(runs[0])
    }
  })

  test('serve runs of other seeds and rates from one recording', () => {
    const first = start(replayed, mlp, 0)
    first.train(6)
    const second = start(replayed, mlp, 7, first.context)
    const own = start(eager, mlp, 7)
    expect(second.train(9, 4, 0.02)).toEqual(own.train(9, 9, 0.02))
    for (const training of [second, first, own]) training.dispose()
  })

  test('of levers with other values share a program', () => {
    const other = { ...mlp, levers: withLevers(levers, { weightDecay: 0.3, dropout: 0.5, clipNorm: 0.1, beta1: 0.8 }) }
    const first = start(replayed, mlp)
    const second = start(replayed, other, 0, first.context)
    const own = [mlp, other].map((setup) => start(eager, setup))
    const modules = vi.spyOn(WebAssembly as unknown as { Module: new () => object }, 'Module')
    expect(first.train(4)).toEqual(own[0]?.train(4))
    const made = modules.mock.calls.length
    expect(made).toBeGreaterThan(0)
    for (let turn = 0; turn < 3; turn++) {
      expect(second.train(4)).toEqual(own[1]?.train(4))
      expect(first.train(4)).toEqual(own[0]?.train(4))
    }
    expect(modules.mock.calls.length).toBe(made)
    modules.mockRestore()
    for (const training of [second, first, ...own]) training.dispose()
  })

  test('are those of a fold with fewer rows, whose steps have fewer batches', () => {
    const setup = { ...mlp, levers: withLevers(levers, { accumulate: 2 }) }
    const first = start(replayed, setup)
    first.train(3)
    const { data, workload } = first.context
    const few = { ...data, splits: { ...data.splits, train: data.splits.train.slice(0, 20) } }
    const batches = runBatches({ workload, data: few }, setup.levers, 0)
    const [second, own] = [start(replayed, setup, 0, first.context), start(eager, setup)]
    const [found, wanted] = [second, own].map(({ learner }) => learner.advance(batches, 0, [0.01, 0.02, 0.03]))
    expect(found).toEqual(wanted)
    for (const training of [second, first, own]) training.dispose()
  })

  test('go on after runs of many other structures', () => {
    const first = start(replayed, mlp)
    const own = start(eager, mlp)
    expect(first.train(3)).toEqual(own.train(3))
    for (let i = 0; i < 9; i++) {
      const other = start(replayed, { ...mlp, levers: withLevers(levers, { batchSize: 5 + i }) }, 0, first.context)
      other.train(2)
      other.dispose()
    }
    expect(first.train(5)).toEqual(own.train(5))
    for (const training of [first, own]) training.dispose()
  })

  test('have plans that hold no masks', () => {
    const held: (readonly number[])[] = []
    const watched: Engine = {
      ...eager,
      compile: (data, notice) => {
        const compiler = replayed.compile?.(data, notice) as Compiler
        return {
          ...compiler,
          compile(source, state, from) {
            held.push(planOf(recordStep(replayed.tf, source, state, from)).constants.map(({ length }) => length))
            return compiler.compile(source, state, from)
          },
        }
      },
    }
    const training = start(watched, { ...image, levers })
    training.train(2)
    training.dispose()
    expect(Math.max(...held.flat())).toBe(1)
  })

  test('keep no tensors and no memory, over 2,000 steps and many programs', () => {
    const { tf } = replayed
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    const turn = (): void => {
      const training = start(replayed, { ...image, levers })
      training.train(200, 50)
      training.dispose()
    }
    turn()
    const [before, bytes] = [tf.memory(), heap()]
    for (let i = 0; i < 10; i++) turn()
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
    expect(heap()).toBe(bytes)
  })

  test('are refused by the name of the layer that reads values back, and run op by op', () => {
    const reading = {
      ...replayed.tf,
      relu: (x: Parameters<Tf['relu']>[0]) => {
        ;(x as { dataSync(): unknown }).dataSync()
        return replayed.tf.relu(x)
      },
    } as Tf
    const training = start(replayed, { ...mlp, tf: reading })
    const losses = training.train(10)
    expect(training.notices).toEqual([
      expect.stringMatching(/op at a time.*layer 0\.dense cannot be compiled.*reads values back/),
    ])
    expect(losses).toEqual(start(eager, mlp).train(10))
    training.dispose()
  })

  test('are refused where a gradient reads values back, and leave no tensor behind', () => {
    const { tf } = replayed
    const relu = tf.customGrad((x) => ({
      value: tf.relu(x as Tensor),
      gradFunc: (slope: Tensor) => tf.mul(slope, Number(slope.dataSync()[0] !== Infinity)),
    }))
    const before = tf.memory().numTensors
    const training = start(replayed, { ...mlp, tf: { ...tf, relu } as unknown as Tf })
    training.train(3)
    training.dispose()
    expect(training.notices).toEqual([expect.stringContaining('reads values back')])
    expect(tf.memory().numTensors).toBe(before)
  })

  test('are refused where JavaScript draws numbers of its own in each', () => {
    let drawn = 0
    const drawing = {
      ...replayed.tf,
      relu: (x: Parameters<Tf['relu']>[0]) => replayed.tf.mul(replayed.tf.relu(x), (drawn += 0.1)),
    } as Tf
    const training = start(replayed, { ...mlp, tf: drawing })
    training.train(3)
    expect(training.notices).toEqual([expect.stringContaining('not alike')])
    training.dispose()
  })
})
