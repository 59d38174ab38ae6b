// A worker that trains nothing and does what the label of a run tells it: for tests of the process around it. Every run is
// noted in a file of the test, by whose name `folder` comes.
import { appendFileSync, existsSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { protocolVersion, type FromWorker, type ToWorker } from '../../src/run/protocol.ts'

const say = (message: FromWorker): void => {
  process.send?.(message)
}
let notes = ''

process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToWorker) => {
  if (message.type === 'load') return appendFileSync(message.folder, 'load\n')
  if (message.type === 'init') {
    notes = message.folder
    if (notes.endsWith('.broken')) {
      return say({
        type: 'unable',
        message: 'no engine',
        diagnostics: [{ code: 'engine/none', severity: 'error', message: 'no engine' }],
      })
    }
    // It starts as long as nothing has been trained.
    if (notes.endsWith('.once') && existsSync(notes)) process.exit(7)
    return say({ type: 'ready', version: notes.endsWith('.old') ? 0 : protocolVersion, engine: 'scripted' })
  }
  if (message.type !== 'run') throw new Error(`a scripted worker cannot ${message.type}`)
  const { id, request } = message
  note('start', id)
  void obey(request.label.split(' ')).then((said) => {
    note('end', id)
    const result = resultOf(id, request, said)
    say({ type: 'result', result: request.label === 'survive' ? crashOf(result) : result })
  })
})

const note = (what: string, id: string): void => {
  if (notes !== '') appendFileSync(notes, `${what} ${id} ${process.pid}\n`)
}

async function obey([command, argument = '']: readonly string[]): Promise<string> {
  switch (command) {
    case 'exit':
      return process.exit(Number(argument))
    case 'throw':
      throw new RangeError('thrown on purpose')
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      break
    case 'hang':
      for (;;) Math.sqrt(2)
    case 'hang-until-orphaned':
      for (const parent = process.ppid; process.ppid === parent; ) Math.sqrt(2)
      return process.exit(0)
    case 'wait':
      await sleep(Number(argument))
      break
    case 'environment':
      return JSON.stringify(Object.keys(process.env))
    case 'once':
      if (existsSync(argument)) break
      writeFileSync(argument, '')
      return process.exit(9)
    // Outside of the heap, as tensors are; by 16 MiB, so that it can be seen on the way.
    case 'eat': {
      const eaten: Buffer[] = []
      for (let mib = 0; mib < Number(argument); mib += 16) {
        eaten.push(Buffer.alloc(16 * 2 ** 20, 1))
        await sleep(5)
      }
      break
    }
    // What V8 writes before it ends a process whose heap is full; to fill one for real takes a minute and gigabytes.
    case 'heap':
      writeSync(
        2,
        '\n<--- Last few GCs --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
      )
      return process.abort()
  }
  return ''
}

/** The loss is a function of the id, as a real run's is. */
function resultOf(id: string, request: RunRequest, said: string): RunResult {
  const nll = (parseInt(id.slice(0, 6), 16) % 1000) / 1000
  return {
    id,
    request,
    engine: 'scripted',
    status: 'complete',
    probe: null,
    weights: said,
    evaluations: [],
    best: { step: 1, epoch: 1, validation: { nll }, test: null },
    steps: { loss: [nll], learningRate: [1], gradientNorm: [1], clipped: [false] },
    timing: { seconds: 0.001, stepsPerSecond: 1000 },
  }
}

function crashOf({ id, request, engine, evaluations, steps, timing }: RunResult): RunResult {
  return { id, request, engine, evaluations, steps, timing, status: 'crashed', reason: 'survived on purpose' }
}
