import { tensorsOf } from '../../src/train/step.ts'
// One measurement of one engine in a process of its own; asked for and told as JSON. See engines.ts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inferShapes } from '../../src/layers/shapes.ts'
import { batchSource } from '../../src/train/batches.ts'
import { dataType } from '../../src/engines/tensorflow/graph/binding.ts'
import { idOf, traceStep } from '../../src/engines/tensorflow/graph/trace.ts'
import { columnsOf } from '../../src/train/columns.ts'
import type { RunContext } from '../../src/train/context.ts'
import { createCpuEngine } from '../../src/engines/cpu/engine.ts'
import { createTensorflowEngine, type TensorflowEngine } from '../../src/engines/tensorflow/engine.ts'
import { nativeEnvironment } from '../../src/engines/tensorflow/install/layout.ts'
import { createWasmEngine } from '../../src/engines/wasm/engine.ts'
import { createLearner, decayMask } from '../../src/train/learner.ts'
import { buildModel } from '../../src/train/model.ts'
import type { Tf } from '../../src/layers/forward.ts'
import type { Engine } from '../../src/train/engine.ts'
import { type OpCost, profileOps } from './profile-ops.ts'
import { classes, contestData, contestLevers, contests, type Contest } from './workloads.ts'

interface Order {
  readonly engine: 'prepare' | 'profile' | 'wasm' | 'cpu' | 'eager' | 'compiled'
  readonly contest: number
  readonly folder: string
  readonly wasmFolder: string
  readonly scratch: string
}

const order = JSON.parse(process.argv[2] ?? '') as Order
const contest = contests[order.contest] as Contest
const data = contestData(contest)
const shaped = inferShapes(contest.layers, contest.inputShape)
if (!shaped.ok) throw new Error(shaped.error.message)
const options = {
  task: 'classification',
  width: classes,
  levers: contestLevers,
  augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
} as const
const scalar = { dtype: dataType.float32, shape: [] }
/** As a trainer does it. */
const columns = order.engine === 'compiled' || order.engine === 'profile' ? columnsOf(shaped.value, data) : null
const batches = batchSource(columns ?? data, options, 0)
console.log(
  JSON.stringify(order.engine === 'prepare' ? prepare() : order.engine === 'profile' ? await profile() : await measure()),
)

/** Data, order of rows and initial weights as files, for peers in other languages. */
function prepare(): object {
  if (!shaped.ok) throw new Error(shaped.error.message)
  const model = buildModel({} as Tf, shaped.value)
  const write = (name: string, values: Float32Array | Int32Array): void => writeFileSync(join(order.scratch, name), values)
  const count = 2 * contest.steps
  const rows = Array.from({ length: count }, (_, step) => [...(batches.rowsOf?.(step) ?? [])]).flat()
  write('inputs.bin', data.inputs)
  write('targets.bin', data.targets)
  write('rows.bin', Int32Array.from(rows))
  write('weights.bin', model.initialWeights(0))
  const parameters = model.parameters.map(({ name, shape, decay, offset, size }) => ({ name, shape, decay, offset, size }))
  writeFileSync(
    join(order.scratch, 'contest.json'),
    JSON.stringify({ ...contest, parameters, levers: contestLevers, classes }),
  )
  return {}
}

async function engineOf(): Promise<Engine | TensorflowEngine> {
  Object.assign(process.env, nativeEnvironment)
  if (order.engine === 'cpu') return createCpuEngine({ folder: order.folder, wasmFolder: order.wasmFolder })
  return order.engine === 'wasm'
    ? createWasmEngine({ wasmFolder: order.wasmFolder })
    : createTensorflowEngine({ folder: order.folder, compiled: order.engine !== 'eager' })
}

/** What each op of a step costs, the dearest first. */
async function profile(): Promise<readonly OpCost[]> {
  const engine = await engineOf()
  if (!('native' in engine)) throw new Error('only the native engine tells of its operations')
  const context = contextOf(engine)
  const { tf, native } = engine
  const { settings, state, upload } = createLearner(context, contestLevers, 0)
  const uploaded = upload(batches(0), 0)
  const mask = decayMask(tf, context.model)
  const coefficients = settings.optimizer.coefficients(0, contestLevers.optimization.learningRate)
  const trace = traceStep(tf, native.backend, { settings, state, fixed: [mask], batches: uploaded, coefficients })
  const tensors = [...tensorsOf(state), mask, ...uploaded.flatMap(({ inputs, targets }) => [inputs, targets])]
  const given = new Map(tensors.map((t) => [idOf(native.backend, t), { dtype: dataType.float32, shape: t.shape }]))
  return profileOps(native, trace.entries, new Map([...given, ...trace.coefficients.map((id) => [id, scalar] as const)]))
}

/**
 * The first half of the steps warms up; what is told is the time of the second, by the clock and of all the process's
 * threads together, and the mean loss at its end.
 */
async function measure(): Promise<object> {
  const context = contextOf(await engineOf())
  const compiler = context.engine.compile?.(context.data, console.error)
  const learner = createLearner({ ...context, compiler }, contestLevers, 0)
  const losses: number[] = []
  const take = (until: number): void => {
    while (losses.length < until) {
      const count = Math.min(learner.chunk, until - losses.length)
      const rates = Array.from({ length: count }, () => contestLevers.optimization.learningRate)
      losses.push(...learner.advance(batches, losses.length, rates).map((r) => r.loss))
    }
  }
  take(contest.steps)
  const [start, before] = [performance.now(), process.cpuUsage()]
  take(2 * contest.steps)
  const { user, system } = process.cpuUsage(before)
  const [seconds, processor] = [(performance.now() - start) / 1000, (user + system) / 1e6]
  const last = losses.slice(-10)
  return {
    stepsPerSecond: contest.steps / seconds,
    perCore: contest.steps / processor,
    first: losses[0],
    loss: last.reduce((a, b) => a + b, 0) / last.length,
  }
}

function contextOf(engine: Engine): RunContext {
  if (!shaped.ok) throw new Error(shaped.error.message)
  const workload = {
    task: 'classification',
    objective: 'accuracy',
    layers: contest.layers,
    parameters: 0,
    evaluateEvery: 1,
    augmentation: options.augmentation,
    data: {
      fingerprint: '',
      rows: { train: 0, validation: 0, test: 0 },
      inputShape: contest.inputShape,
      classes: [...'0123456789'],
    },
  } as const
  const model = buildModel(engine.tf, shaped.value, engine.fused, columns !== null)
  return { engine, workload, data: columns ?? data, model }
}
