import { join } from 'node:path'
import { createWasmEngine } from '../../src/engines/wasm/engine.ts'
import type { Engine } from '../../src/train/engine.ts'
import { loadWorlds, type World } from '../diagnosis/worlds.ts'
import { Bank, Kept } from './bank.ts'
import { gateTables } from './gate-tables.ts'
import { trainGates } from './gates.ts'
import { rangeTables } from './range-tables.ts'
import { searchRates, type RangeTest } from './range-test.ts'
import { rowTables, type Sampled } from './row-tables.ts'
import { loadPopulation, populations, runsOn, type RowRun } from './rows.ts'

export { proveAdvice as advice } from '../diagnosis/advise.ts'
export { prove as diagnose } from '../diagnosis/main.ts'
export { segments } from './segments.ts'

export interface ProveOptions {
  /** Folder of the repository. */
  readonly root: string
  /** Trained runs are kept here and taken from here; null trains everything. */
  readonly keep: string | null
  /** Seeds of every variant in the bank of the gates; grid seeds of the range test are a fixed few. */
  readonly seeds: number
  readonly version: string
  readonly date: string
  readonly progress: (message: string) => void
}

/** Gates on a bank of real trainings. */
export async function gates(options: ProveOptions): Promise<string> {
  const { engine, worlds, bank } = await ready(options)
  const trained = trainGates(engine, worlds, bank, options)
  return gateTables(trained, { ...options, engine: engine.label })
}

/** The range test against every rate of a grid, searched in full. */
export async function rangeTest(options: ProveOptions): Promise<string> {
  const { engine, worlds, bank } = await ready(options)
  const tests = new Kept<RangeTest>(options.keep && `${options.keep}.tests`)
  const names = ['wine', 'iris', 'breast cancer']
  const settings = { worlds: names, gridSeeds: 3, repeats: 4, tests, progress: options.progress }
  const searched = searchRates(engine, worlds, bank, settings)
  return rangeTables(searched, { ...options, engine: engine.label })
}

/** Verdicts on small samples of large data sets, held against the rows outside the sample. */
export async function rows({ root, keep, data, samples, aside, ...facts }: RowOptions): Promise<string> {
  const wasmFolder = join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')
  const engine = await createWasmEngine({ wasmFolder })
  const kept = new Kept<RowRun>(keep)
  const of = { samples, rows: 300, seeds: 10 }
  const sampled: Sampled[] = []
  for (const population of populations.filter((p) => aside || !p.aside)) {
    const whole = await loadPopulation(population, data)
    const all = Array.from({ length: samples }, (_, sample) => {
      facts.progress(`${population.name}: sample ${sample + 1} of ${samples}`)
      return runsOn(engine, population, whole, { sample, of }, kept)
    })
    sampled.push({ population, samples: all })
  }
  return rowTables(sampled, of.rows, { ...facts, engine: engine.label })
}

export interface RowOptions extends ProveOptions {
  /** Folder of the data sets of `bench/quality`. */
  readonly data: string
  /** Samples of each data set. */
  readonly samples: number
  /** Whether to read the data sets that were set aside. */
  readonly aside: boolean
}

async function ready({ root, keep }: ProveOptions): Promise<{ engine: Engine; worlds: World[]; bank: Bank }> {
  const wasmFolder = join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')
  return { engine: await createWasmEngine({ wasmFolder }), worlds: await loadWorlds(root), bank: new Bank(keep) }
}
