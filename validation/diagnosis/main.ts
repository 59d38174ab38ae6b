import { join } from 'node:path'
import { createWasmEngine } from '../../src/engines/wasm/engine.ts'
import { trainCorpus } from './corpus.ts'
import { judgeAll } from './score.ts'
import { tables } from './tables.ts'
import { loadWorlds } from './worlds.ts'

export interface ProveOptions {
  /** Folder of the repository. */
  readonly root: string
  readonly replicates: number
  readonly seeds: number
  readonly cache: string | null
  readonly version: string
  readonly date: string
  readonly progress: (message: string) => void
}

/** The seed of the committed tables; another one than the rules were developed under. */
const rootSeed = 2026

/** Trains the corpus, lets the rules judge it and writes what came of it. */
export async function prove(options: ProveOptions): Promise<string> {
  const engine = await createWasmEngine({
    wasmFolder: join(options.root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
  })
  const groups = trainCorpus(engine, await loadWorlds(options.root), { ...options, root: rootSeed })
  return tables(judgeAll(groups), { ...options, engine: engine.label })
}
