import { beforeAll, describe, expect, test } from 'vitest'
import { withLevers, type LeverPatch } from '../../src/records/levers.ts'
import type { RunJob } from '../../src/records/plan.ts'
import { runIds } from '../../src/run/id.ts'
import { mean } from '../../src/stats/describe.ts'
import { findEdge } from '../../src/stats/range-test.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import type { Trainer } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import { complete, dense, loadDigits, mlp, request, trainerFor, workloadOf } from './world.ts'

let digits: TrainingData
let trainer: Trainer
beforeAll(async () => {
  digits = await loadDigits()
  trainer = await trainerFor(digits, mlp)
})
const levers = (patch: LeverPatch = {}) => withLevers(someLevers, { warmupSteps: 10, epochs: 2, ...patch })

describe('the learning-rate range test', () => {
  const sweep: Extract<RunJob, { kind: 'range-test' }> = { kind: 'range-test', from: 1e-6, to: 10, steps: 300 }
  const run = (patch: LeverPatch = {}, over: Partial<typeof sweep> = {}, seed = 0) =>
    trainer.run(request({ levers: levers(patch), job: { ...sweep, ...over }, seed }), 'sweep')

  const optimizers = [
    ['adamw', null],
    ['adamw', 1],
    ['sgd', null],
  ] as const
  test.each(optimizers)('goes well past the edge: %s, clip norm %s', (optimizer, clipNorm) => {
    for (const seed of [0, 1, 2]) {
      const { steps, status } = run({ optimizer, clipNorm }, {}, seed)
      const edge = findEdge(steps.learningRate, steps.loss)
      expect(edge.kind, `${status} after ${steps.loss.length} steps`).toBe('edge')
      if (edge.kind !== 'edge') return
      expect(edge.rate).toBeGreaterThan(3e-3)
      expect(edge.rate).toBeLessThan(3)
      expect(steps.loss.length).toBeGreaterThanOrEqual(edge.index + 5)
      expect(steps.loss.slice(edge.index).reduce((a, b) => Math.max(a, b))).toBeGreaterThan(edge.minimumLoss + edge.drop / 2)
    }
  })

  test('raises the rate by equal factors from one end to the other', () => {
    const { steps } = complete(run({}, { from: 1e-5, to: 1e-3, steps: 21 }))
    expect(steps.learningRate).toHaveLength(21)
    expect(steps.learningRate[0]).toBe(1e-5)
    expect(steps.learningRate[10]).toBe(1e-4)
    expect(steps.learningRate[20]).toBe(1e-3)
  })

  test('has neither evaluations, a best checkpoint nor a probe', () => {
    expect(complete(run({}, { steps: 5, to: 1e-3 }))).toMatchObject({ evaluations: [], best: null, probe: null })
  })
})

describe('the probe', () => {
  const run = (patch: LeverPatch, memoryMiB = 1e6, steps = 40) =>
    trainer.run(request({ levers: levers(patch), job: { kind: 'probe', steps, memoryMiB } }), 'probe')

  test('measures throughput, memory and noise', () => {
    const { probe, steps } = complete(run({ batchSize: 64 }))
    expect(steps.loss).toHaveLength(40)
    expect(probe?.examplesPerSecond).toBeGreaterThan(0)
    expect(probe?.peakMemoryMiB).toBeGreaterThan(30)
    // Early in training the gradients of digits agree: tens of examples, not tens of thousands.
    expect(probe?.noiseScale).toBeGreaterThan(1)
    expect(probe?.noiseScale).toBeLessThan(2000)
  })

  test('trains as any other run does: gradient noise is measured beside it', () => {
    const { steps } = complete(run({ learningRate: 0.002 }, 1e6, 20))
    const job = { kind: 'range-test', from: 0.002, to: 0.002, steps: 20 } as const
    const flat = complete(trainer.run(request({ levers: levers({ learningRate: 0.002 }), job }), 'flat'))
    expect(steps).toEqual(flat.steps)
  })

  test('has no noise scale for batches too small to be cut', () => {
    expect(complete(run({ batchSize: 2 }, 1e6, 5)).probe?.noiseScale).toBeNull()
  })

  test('refuses to need more memory than it may have', () => {
    const reason = expect.stringMatching(/^needs more memory than the limit: \d+ MiB, limit 10 MiB$/) as string
    expect(run({}, 10)).toMatchObject({ status: 'crashed', reason })
  })
})

describe('the trainer', () => {
  test('makes a crashed run of whatever is thrown, leaves no tensor behind, and trains on', async () => {
    const { tf } = await wasmEngine()
    const before = tf.memory().numTensors
    const broken = trainer.run(request({ levers: levers() }), 'broken', (step) => {
      if (step === 3) throw new Error('the pipe is closed')
    })
    expect(broken).toMatchObject({ id: 'broken', status: 'crashed', reason: 'the pipe is closed' })
    expect(tf.memory().numTensors).toBe(before)
    expect(trainer.run(request({ levers: levers() }), 'next').status).toBe('complete')
  })

  test('trains on the rows of a fold, with ids and results of its own', async () => {
    // Twice as many validation rows as the split has, so that fewer are left for training.
    const folded = { ...digits, folds: [digits.splits.train.slice(0, 720)] }
    const own = await trainerFor(folded, mlp)
    const [plain, fold] = [undefined, 1].map((at) =>
      complete(own.run({ ...request({ levers: levers() }), ...(at === undefined ? {} : { fold: at }) }, 'fold')),
    )
    expect(plain?.weights).toBe(complete(trainer.run(request({ levers: levers() }), 'plain')).weights)
    // 718 rows in place of 1,078.
    expect([plain, fold].map((run) => run?.steps.loss.length)).toEqual([32, 22])
    expect(fold?.best?.validation['accuracy']).not.toBe(plain?.best?.validation['accuracy'])
    const idOf = runIds(workloadOf(digits, mlp), 'wasm')
    expect(new Set([{}, { fold: 1 }, { fold: 2 }].map((at) => idOf({ ...request({ levers: levers() }), ...at }))).size).toBe(
      3,
    )
    expect(own.run({ ...request({ levers: levers() }), fold: 2 }, 'none').status).toBe('crashed')
  })

  test('measures how much test metrics depend on the rows, by groups that add up to them', async () => {
    const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true } as const
    const of = async (more: Partial<TrainingData>) =>
      complete((await trainerFor({ ...digits, ...more }, mlp)).run(request({ levers: levers(), job }), 'rows')).best
    const best = await of({})
    for (const metric of ['accuracy', 'nll', 'brier'] as const) {
      const values = best?.testRows?.[metric] ?? []
      expect(values).toHaveLength(20)
      // Groups of 17 and 18 rows add up to nearly the mean.
      expect(Math.abs(mean(values) - (best?.test?.[metric] ?? NaN))).toBeLessThan(0.005)
      expect(new Set(values).size).toBeGreaterThan(5)
    }
    expect(best?.testRows?.f1).toHaveLength(20)
    expect((await of({ rowsVary: false }))?.testRows).toBeUndefined()
    // Rows of a cluster stay together: ten clusters are ten groups.
    const clusters = Int32Array.from(digits.targets)
    expect((await of({ clusters }))?.testRows?.nll).toHaveLength(10)
    // Of two clusters, nobody knows how much clusters differ.
    expect(await of({ clusters: clusters.map((cluster) => cluster % 2) })).not.toHaveProperty('testRows')
  })

  test('refuses to hide tensors that a run left behind', async () => {
    const { tf } = await wasmEngine()
    const result = trainer.run(request({ levers: levers() }), 'leak', (step) => {
      if (step === 1) tf.scalar(1)
    })
    expect(result).toMatchObject({ status: 'crashed', reason: 'bug in tunegate: the run left 1 tensors behind' })
  })

  test('a model whose outputs are not the classes crashes with a reason', async () => {
    const wrong = await trainerFor(digits, [...mlp.slice(0, -1), dense(7)])
    expect(wrong.run(request({ levers: levers() }), 'wrong').status).toBe('crashed')
  })

  test('says at once that layers do not fit', async () => {
    const engine = await wasmEngine()
    const workload = workloadOf(digits, [{ kind: 'embedding', inputDim: 3, outputDim: 2 }])
    expect(() => createTrainer(engine, workload, digits)).toThrow(/layer 0: layer embedding does not fit/)
  })

  test('reports every step, and who trained it', () => {
    const seen: string[] = []
    const result = complete(
      trainer.run(request({ levers: levers() }), 'x', (step, of) => {
        seen.push(`${step}/${of}`)
      }),
    )
    expect(seen).toEqual(Array.from({ length: 32 }, (_, i) => `${i + 1}/32`))
    expect(result.engine).toBe(trainer.engine)
    expect(result.weights).toMatch(/^[0-9a-f]{64}$/)
    expect(result.timing.stepsPerSecond).toBeGreaterThan(0)
  })

  test('holds the same tensors and bytes after every one of 10,000 steps', async () => {
    const { tf } = await wasmEngine()
    const counts = new Set<string>()
    const job = { kind: 'range-test', from: 1e-4, to: 1e-4, steps: 10_000 } as const
    const long = request({ levers: levers({ dropout: 0.1 }), job })
    const { timing } = complete(
      trainer.run(long, 'long', () => {
        const { numTensors, numBytes, numDataBuffers } = tf.memory()
        counts.add(`${numTensors} tensors, ${numDataBuffers} buffers, ${numBytes} bytes`)
      }),
    )
    console.log(`MLP 64-128-10 with dropout, batch 64: ${timing.stepsPerSecond} steps a second`)
    expect([...counts]).toHaveLength(1)
  })
})
