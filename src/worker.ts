import { dirname } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { InputError } from './base/diagnostics.ts'
import { explainSystemError } from './base/files.ts'
import { crashedRun, type RunResult } from './records/run.ts'
import { protocolVersion, type EngineOrder, type FromWorker, type ToWorker } from './run/protocol.ts'
import { readShared } from './run/shared-data.ts'
import { engineNamed } from './engines/index.ts'
import type { AnyTrainer, CreateTrainer, OnStep } from './train/engine.ts'
import type { Checkpoint } from './train/types.ts'

/** A process that trains runs, one at a time, for the study that started it, and that does not outlive the study. */
const parent = process.ppid
let trainer: AnyTrainer | undefined
let loading: Promise<CreateTrainer> | undefined

// A worker's heap is small, and a run makes many short-lived objects: by default V8 marks all of it ten times a second.
setFlagsFromString('--heap-growing-percent=600')

if (process.send === undefined) {
  console.error('This is a worker of tunegate; it is started by a study and does nothing by itself.')
  process.exit(2)
}
process.on('disconnect', leave)
// A study that ends a worker gives it the time to end what its trainer has started.
process.on('SIGTERM', leave)
// Ctrl-C reaches all processes of a terminal. The study decides when its workers end.
process.on('SIGINT', () => {})
process.on('message', (message: ToWorker) => {
  void handle(message).catch((error: unknown) => {
    const known = explainSystemError(error)
    const diagnostics = known instanceof InputError ? known.diagnostics : []
    send({ type: 'unable', message: messageOf(error), diagnostics }, () => process.exit(1))
  })
})

async function handle(message: ToWorker): Promise<void> {
  if (message.type === 'run') return send({ type: 'result', result: await run(message) })
  if (message.type === 'predict') return send({ type: 'outputs', outputs: predict(message.checkpoint) })
  if (message.type === 'load') {
    // Whether it does is reported when the start message requests it.
    load(message).catch(() => {})
    return
  }
  const { version } = message
  if (version !== protocolVersion) {
    throw new Error(`a worker of protocol ${protocolVersion} for a study of ${version}: two builds`)
  }
  const createTrainer = await load(message)
  const training = 'data' in message ? { ...message, data: readShared(message.data) } : message
  trainer = createTrainer(training, (text) => send({ type: 'notice', message: text }))
  send({ type: 'ready', version: protocolVersion, engine: trainer.engine })
}

function load(order: EngineOrder): Promise<CreateTrainer> {
  return (loading ??= start(order))
}

async function start({ engine: name, folder, threads = 1 }: EngineOrder): Promise<CreateTrainer> {
  const engine = engineNamed(name)
  // Before its libraries are loaded, which read them.
  Object.assign(process.env, engine.environment?.(threads))
  return await engine.start({ folder, embedded: dirname(process.argv[1] ?? '.'), threads })
}

async function run({ request, id, keepWeights }: Extract<ToWorker, { type: 'run' }>): Promise<RunResult> {
  if (!trainer) throw new Error('asked for a run before the start message')
  try {
    return await trainer.run(request, id, watchSteps(), keepWeights)
  } catch (error) {
    // The trainer turns failures into results. An error that gets here is a defect, and affects only this run.
    return crashedRun({ id, request, engine: trainer.engine }, messageOf(error))
  }
}

function predict(checkpoint: Checkpoint): Float32Array {
  if (!trainer?.predict) throw new Error('asked for predictions of something that is no model')
  return trainer.predict(checkpoint)
}

function send(message: FromWorker, then: () => void = () => {}): void {
  process.send?.(message, then)
}

/** Ends, after the trainer has ended what it started. */
function leave(): void {
  const stopping = trainer?.stop?.()
  if (stopping === undefined) process.exit(0)
  void stopping.finally(() => process.exit(0))
}

/** Milliseconds between two messages of a run about how far it is. Most runs end before the first. */
const progressEveryMs = 500

function watchSteps(): OnStep {
  let last = performance.now()
  return (step, of, loss) => {
    leaveIfOrphaned()
    const now = performance.now()
    if (now - last < progressEveryMs) return
    last = now
    send({ type: 'progress', step, of, loss })
  }
}

/** Training does not return to the event loop, so the process number is what reveals that the study was killed. */
function leaveIfOrphaned(): void {
  if (process.ppid !== parent) process.exit(0)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
