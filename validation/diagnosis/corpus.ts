import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { deriveSeed } from '../../src/base/random.ts'
import type { RunResult } from '../../src/records/run.ts'
import type { Engine } from '../../src/train/engine.ts'
import { train } from './train.ts'
import { faults, healthyVariants, references, type Variant } from './variants.ts'
import type { World } from './worlds.ts'

/** A few seeds of one variant in one world: what one verification would show. */
export interface Group {
  readonly world: World
  readonly variant: Variant
  readonly replicate: number
  readonly runs: readonly RunResult[]
}

export interface CorpusOptions {
  readonly root: number
  readonly replicates: number
  readonly seeds: number
  /** Trained runs are kept here and taken from here; null trains everything. */
  readonly cache: string | null
  readonly progress: (message: string) => void
}

/** Trains every variant in every world; the seeds of a replicate are shared by all of them. */
export function trainCorpus(engine: Engine, worlds: readonly World[], options: CorpusOptions): Group[] {
  const known = readCache(options.cache)
  const groups: Group[] = []
  for (const world of worlds) {
    for (const variant of [...healthyVariants, ...references, ...faults]) {
      if (variant.regression === false && world.task === 'regression') continue
      const start = performance.now()
      for (let replicate = 0; replicate < options.replicates; replicate++) {
        const runs = Array.from({ length: options.seeds }, (_, i) => {
          const seed = deriveSeed(options.root, 'diagnose', replicate, i)
          const found = known.get(`${world.name}, ${variant.name}, seed ${seed}`)
          if (found) return found
          const run = train(engine, world, variant, seed)
          if (options.cache !== null) appendFileSync(options.cache, `${JSON.stringify(run)}\n`)
          return run
        })
        groups.push({ world, variant, replicate, runs })
      }
      options.progress(`${world.name}, ${variant.name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
  }
  return groups
}

function readCache(file: string | null): Map<string, RunResult> {
  if (file === null || !existsSync(file)) return new Map()
  const runs = readFileSync(file, 'utf8')
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as RunResult)
  return new Map(runs.map((r) => [r.id, r]))
}
