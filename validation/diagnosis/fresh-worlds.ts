import { join } from 'node:path'
import { loadDataset } from '../../src/data/load.ts'
import type { Task } from '../../src/records/metrics.ts'
import { dense, dropout, with_, type World } from './worlds.ts'

/** Sets of the bank of the data checks that no rule was made with, by name; every second one is set aside. */
const chosen: readonly (readonly [name: string, task: Task])[] = [
  ['auto', 'regression'],
  ['boston', 'regression'],
  ['college', 'classification'],
  ['diamonds', 'regression'],
  ['hawks', 'classification'],
  ['olive', 'classification'],
  ['saratoga', 'regression'],
  ['spam7', 'classification'],
]
const stepsOfRun = 300

/**
 * A small network on each set, trained for about 300 steps, with the same recipe for all: nobody tuned it to a set.
 *
 * @param folder where `npm run validate:checks` keeps its data sets
 */
export async function freshWorlds(folder: string): Promise<World[]> {
  return Promise.all(
    chosen.map(async ([name, task], i) => {
      const data = await loadDataset({
        source: join(folder, `${name}.csv`),
        target: 'target',
        header: true,
        task,
        inputs: { kind: 'auto' },
        standardize: true,
        split: { validation: 0.2, test: 0.2, stratify: task === 'classification', groupBy: null, seed: 17 },
      })
      const rows = data.splits.train.length
      const batchSize = rows < 400 ? 16 : 32
      const epochs = Math.min(40, Math.max(10, Math.round((stepsOfRun * batchSize) / rows)))
      return {
        name,
        task,
        classes: data.classes,
        data,
        layers: [dense(16, 'relu'), dropout, dense(data.classes?.length ?? 1)],
        levers: with_({ batchSize, epochs, ...(task === 'regression' ? { dropout: 0 } : {}) }),
        developedOn: i % 2 === 0,
      }
    }),
  )
}
