import type { FromWorker, ToWorker } from './run/protocol.ts'
import { createWasmEngine } from './train/engines/wasm.ts'
import { createTrainer } from './train/trainer.ts'
import type { Trainer } from './train/types.ts'

/** A process that trains runs, one at a time, for the study that started it, and that does not outlive it. */
const parent = process.ppid
const send = (message: FromWorker): void => { process.send?.(message) }
let trainer: Trainer | undefined

process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToWorker) => {
  void handle(message).catch((error: unknown) => {
    send({ type: 'unable', message: error instanceof Error ? error.message : String(error) })
    process.exitCode = 1
    process.disconnect()
  })
})

async function handle(message: ToWorker): Promise<void> {
  if (message.type === 'init') {
    trainer = createTrainer(await createWasmEngine({ wasmFolder: message.wasmFolder }), message.workload, message.data)
    send({ type: 'ready', engine: trainer.engine })
    return
  }
  if (!trainer) throw new Error('asked for a run before the start message')
  send({ type: 'result', result: trainer.run(message.request, message.id, leaveIfOrphaned) })
}

/** Training does not return to the event loop, so a study that was killed is noticed by its process number. */
function leaveIfOrphaned(): void {
  if (process.ppid !== parent) process.exit(0)
}
