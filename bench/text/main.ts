// `npm run bench:text -- [--sets A,B | --aside] [--encoder] [--seeds N] [--cache DIR] [--python FILE]`: the spec that `init`
// writes for a file of texts, trained on the native engine, against bag-of-words models of scikit-learn on the same rows.
// README.md explains it and holds the results.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { initCommand } from '../../src/cli/commands/init.ts'
import type { RunJob } from '../../src/records/plan.ts'
import { runIds } from '../../src/run/id.ts'
import { confirmation } from '../../src/stages/index.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import { prepare } from '../../src/study/prepare.ts'
import type { Engine } from '../../src/train/engine.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import { modelWorkload, preparedModel } from '../../test/support/models.ts'
import { command, lastLine } from '../engines/peers.ts'
import { machineLine, markdownOf } from '../engines/results.ts'
import { benchSeeds } from '../quality/final.ts'
import { nativeEngine } from '../quality/problem.ts'
import { pythonWith } from '../quality/python.ts'

/** Rules are chosen on the first; the second are set aside, and were read once. */
const [chosen, aside] = [
  ['amazon', 'editorials', 'yelp', 'messages', 'birds'],
  ['movies', 'tweets', 'imdb', 'trump', 'mail'],
] as const

interface Score {
  readonly nll: number
  readonly accuracy: number
}
type Peers = Readonly<Record<'words' | 'pairs', Score>>

/** What stands between embedding and pooling with `--encoder`: one block of a transformer. */
const encoder = `    - positionEmbedding
    - residual: { layers: [layerNormalization, { multiHeadAttention: { numHeads: 4, keyDim: 16, dropout: null } }] }
    - residual: { layers: [layerNormalization, { dense: { units: 128, activation: gelu } }, dropout, { dense: { units: 64 } }] }
    - layerNormalization
`

const { values: given } = parseArgs({
  options: {
    sets: { type: 'string' },
    aside: { type: 'boolean', default: false },
    encoder: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '5' },
    cache: { type: 'string', default: join(homedir(), '.cache/tunegate-bench-text') },
    python: { type: 'string' },
  },
})
const sets = given.sets?.split(',') ?? (given.aside ? aside : chosen)
const python = pythonWith({ python: given.python, cache: given.cache })(true)
const script = join(import.meta.dirname, 'words.py')
const folder = join(given.cache, 'data')
mkdirSync(folder, { recursive: true })

const missing = sets.filter((name) => !existsSync(join(folder, `${name}.csv`)))
if (missing.length > 0) command(python, [script, 'data', folder, ...missing])
const engine = await nativeEngine()
const rows: string[][] = []
for (const name of sets) {
  const row = await measured(name, engine)
  console.error(row.join('  '))
  rows.push(row)
}
const head = [
  'set',
  'training rows',
  'tunegate nll',
  'words nll',
  'pairs nll',
  'tunegate accuracy',
  'words',
  'pairs',
  's a run',
]
console.log([machineLine({}), markdownOf({ title: 'Test rows', head, rows })].join('\n\n'))

async function measured(name: string, on: Engine): Promise<string[]> {
  const data = join(folder, `${name}.csv`)
  const specPath = join(folder, `${name}.yml`)
  await initCommand([data], { output: specPath, target: 'target', force: true })
  const spec = readFileSync(specPath, 'utf8')
  if (given.encoder)
    writeFileSync(specPath, spec.replace(/ {4}- globalAveragePooling1d.*/, `${encoder}    - globalAveragePooling1d`))
  const { plan, dataset } = preparedModel(await prepare({ specPath, workspace: '/' }))
  const splits = join(folder, `${name}.splits.json`)
  writeFileSync(
    splits,
    JSON.stringify(dataset.splits, (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value)),
  )
  const trainer = createTrainer(on, modelWorkload(plan.workload), dataset)
  const idOf = runIds(plan.workload, on.label)
  const job: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true }
  const start = performance.now()
  const seeds = benchSeeds('fresh', Number(given.seeds))
  const found = seeds.map((seed) => {
    const request = { stage: confirmation.name, label: 'text', levers: plan.baseline, seed, job }
    const run = trainer.run(request, idOf(request))
    if (run.status !== 'complete' || !run.best?.test) throw new Error(`${name}: a run did not complete`)
    return run.best.test
  })
  const seconds = (performance.now() - start) / 1000 / seeds.length
  trainer.dispose()
  const peers = lastLine(command(python, [script, 'score', data, splits])) as Peers
  const own = (metric: 'nll' | 'accuracy'): string => {
    const values = found.map((metrics) => metrics[metric] ?? NaN)
    return `${mean(values).toFixed(4)} ± ${sampleSd(values).toFixed(4)}`
  }
  const of = ({ nll, accuracy }: Score) => ({ nll: nll.toFixed(4), accuracy: accuracy.toFixed(4) })
  const [words, pairs] = [of(peers.words), of(peers.pairs)]
  const size = String(plan.workload.data.rows.train)
  return [name, size, own('nll'), words.nll, pairs.nll, own('accuracy'), words.accuracy, pairs.accuracy, seconds.toFixed(1)]
}
