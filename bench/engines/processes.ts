import { coldStart, stepsPerSecond } from '../orchestration/training.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { EngineOrder } from '../../src/run/protocol.ts'
import { digitImages } from '../../test/support/digits.ts'
import { bundleWorker } from '../../test/support/worker-bundle.ts'
import type { Table } from './results.ts'

const goals = { two: 1.9, firstStep: { tensorflow: 1.5, wasm: 0.5 } } as const

/** Two real workers at once against one, and how long a worker takes from its fork to its first step; by the clock. */
export async function processesTable(folder: string | null): Promise<Table> {
  const data = await loadDataset(digitImages)
  const worker = await bundleWorker()
  const rows: string[][] = []
  try {
    for (const name of folder === null ? (['wasm'] as const) : (['tensorflow', 'wasm'] as const)) {
      const engine: EngineOrder = { engine: name, folder: name === 'wasm' || folder === null ? worker.wasmFolder : folder }
      for (const { name: model, one, two, ratio } of await stepsPerSecond(worker, data, engine)) {
        const figure = `${two.toFixed(0)} steps a second, one alone ${one.toFixed(0)}: ${ratio.toFixed(2)}×`
        rows.push([`${name}: two workers, ${model}`, figure, judged(ratio >= goals.two, `${goals.two}×`)])
      }
      const { firstStep, ready, bare } = await coldStart(worker, data, engine)
      const goal = goals.firstStep[name]
      const figure = `${firstStep.toFixed(2)} s (ready after ${ready.toFixed(2)} s; Node alone takes ${bare.toFixed(2)} s)`
      rows.push([`${name}: from a worker's fork to its first step`, figure, judged(firstStep <= goal, `${goal} s`)])
    }
  } finally {
    worker.remove()
  }
  return { title: 'Worker processes, by the clock', head: ['measured', 'figure', 'goal'], rows }
}

const judged = (met: boolean, goal: string): string => `${goal}: ${met ? 'met' : 'missed'}`
