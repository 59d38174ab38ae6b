import type { Engine } from '../../src/train/engine.ts'
import type { World } from '../diagnosis/worlds.ts'
import { type Bank, type Banked, proofSeeds } from './bank.ts'
import { type Change, changes } from './gate-variants.ts'
import { full, trained } from './workload.ts'

/** One change in one world, under every seed of the bank. */
export interface Trained {
  readonly world: World
  readonly change: Change
  readonly runs: readonly Banked[]
}

const worldNames = ['wine', 'iris', 'breast cancer', 'digits MLP']

/** Trains every change under the same seeds, or takes it from the bank. */
export function trainGates(
  engine: Engine,
  worlds: readonly World[],
  bank: Bank,
  options: { readonly seeds: number; readonly progress: (message: string) => void },
): Trained[] {
  return worldNames.flatMap((name) => {
    const world = worlds.find((w) => w.name === name)
    if (!world) throw new Error(`there is no world named ${name}`)
    return changes.map((change) => {
      const start = performance.now()
      const runs = proofSeeds(options.seeds, 'gates').map((seed) => {
        const request = { stage: 'verify', label: change.name, levers: change.levers(world), seed, job: full } as const
        const key = `gates, ${world.name}, ${change.name}, ${seed}, ${engine.label}`
        return bank.run(key, () => trained(engine, world, request, change.changed?.(world)))
      })
      options.progress(`${world.name}, ${change.name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
      return { world, change, runs }
    })
  })
}
