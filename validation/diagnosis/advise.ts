import { join } from 'node:path'
import { createWasmEngine } from '../../src/engines/wasm/engine.ts'
import { tryAdvice } from './advice.ts'
import { adviceTables } from './advice-tables.ts'
import { trainCorpus } from './corpus.ts'
import { freshWorlds } from './fresh-worlds.ts'
import type { ProveOptions } from './main.ts'
import { isIn } from '../looked.ts'
import { judgeAll } from './score.ts'

export interface AdviceOptions extends Omit<ProveOptions, 'replicates'> {
  /** Folder of the data sets: see `freshWorlds`. */
  readonly data: string
  /** `developed`, `earlier` or `aside`: only the worlds that were looked at then, or the first two with `seen`. */
  readonly half: string | undefined
}

const rootSeed = 2027

/** Trains faults on fresh data, and follows the first advice that each gets. */
export async function proveAdvice({ half, data, ...options }: AdviceOptions): Promise<string> {
  const engine = await createWasmEngine({
    wasmFolder: join(options.root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
  })
  const worlds = (await freshWorlds(data)).filter(({ looked }) => isIn(half, looked))
  const groups = trainCorpus(engine, worlds, { ...options, replicates: 1, root: rootSeed })
  const judged = judgeAll(groups)
  const tried = tryAdvice(engine, judged, options.cache && `${options.cache}.tried`, options.progress)
  return adviceTables(judged, tried, { ...options, engine: engine.label })
}
