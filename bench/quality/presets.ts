// `npm run bench:presets -- [--sets A,B] [--variants A,B] [--aside] [--cache DIR] [--python FILE] [--out FILE]`: the
// models and data settings that `init` writes, against variants of them. Each variant has the best of four learning rates, by
// validation over three seeds; then ten fresh seeds judge it on test rows.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withLevers } from '../../src/records/levers.ts'
import { initialStages } from '../../src/stages/index.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import type { Engine } from '../../src/train/engine.ts'
import { jsonLines, machineLine, markdownOf } from '../engines/results.ts'
import { benchSeeds, finalOf } from './final.ts'
import { optionsOf } from './options.ts'
import { fullRun, nativeEngine, openProblem, stepsOf, validationScore } from './problem.ts'
import { ensureData, pythonWith } from './python.ts'
import type { DataSet } from './sets.ts'
import { estimateText } from './tables.ts'

const columns = '    - dense: { units: 64, activation: relu }\n    - dense: { units: 64, activation: relu }\n'
const pictures =
  '    - conv2d: { filters: 16, kernelSize: 3, padding: same, activation: relu }\n    - maxPooling2d: { poolSize: 2 }\n'

const replaced = (from: string, to: string) => (spec: string) => spec.replace(from, to)
const layers = (from: string, ...to: readonly string[]) => replaced(from, to.map((layer) => `    - ${layer}\n`).join(''))
const dense = (units: number, activation: string): string => `dense: { units: ${units}, activation: ${activation} }`
const normalized = (layer: string, activation: string): readonly string[] => [
  'dense: { units: 64 }',
  layer,
  `activation: { activation: ${activation} }`,
]
const conv = (filters: number): string => `conv2d: { filters: ${filters}, kernelSize: 3, padding: same, activation: relu }`
const convNormalized = (filters: number): readonly string[] => [
  `conv2d: { filters: ${filters}, kernelSize: 3, padding: same }`,
  'batchNormalization',
  'activation: { activation: relu }',
]
const pool = 'maxPooling2d: { poolSize: 2 }'

/** Edits of a spec from `init`. One that changes nothing does not fit the data set. */
const variants: Readonly<Record<string, (spec: string) => string>> = {
  robust: replaced('  split:', '  standardize: robust\n  split:'),
  'one layer': layers(columns, dense(64, 'relu')),
  'three layers': layers(columns, dense(64, 'relu'), dense(64, 'relu'), dense(64, 'relu')),
  '256 units': layers(columns, dense(256, 'relu'), dense(256, 'relu')),
  gelu: layers(columns, dense(64, 'gelu'), dense(64, 'gelu')),
  silu: layers(columns, dense(64, 'swish'), dense(64, 'swish')),
  'batch normalization': layers(
    columns,
    ...normalized('batchNormalization', 'relu'),
    ...normalized('batchNormalization', 'relu'),
  ),
  'layer normalization': layers(
    columns,
    ...normalized('layerNormalization', 'relu'),
    ...normalized('layerNormalization', 'relu'),
  ),
  'dropout 0.3': replaced('dropout: 0.1', 'dropout: 0.3'),
  'weight decay 0.1': replaced('weightDecay: 0.01', 'weightDecay: 0.1'),
  '60 epochs': replaced('epochs: 20', 'epochs: 60'),
  '32 filters': layers(pictures, conv(32), pool),
  'two convolutions': layers(pictures, conv(16), conv(32), pool),
  'two blocks': layers(pictures, conv(16), pool, conv(32), pool),
  'convolution, batch normalization': layers(pictures, ...convNormalized(16), pool),
  'two blocks, batch normalization': layers(pictures, ...convNormalized(16), pool, ...convNormalized(32), pool),
}

const rates = [3e-4, 1e-3, 3e-3, 1e-2] as const
const stage = initialStages[0]?.name ?? ''

interface Judged {
  readonly rate: number
  readonly test: readonly number[]
  readonly validation: readonly number[]
  readonly share: readonly number[]
  readonly steps: number
}

async function judged(set: DataSet, cache: string, engine: Engine, edit?: (spec: string) => string): Promise<Judged | null> {
  let isEdited = edit === undefined
  const problem = await openProblem(set.name, cache, engine, (spec) => {
    const text = edit ? edit(spec) : spec
    isEdited ||= text !== spec
    return text
  })
  if (!isEdited) return null
  let steps = 0
  const scored = rates.map((rate) => {
    const levers = withLevers(problem.plan.baseline, { learningRate: rate })
    const runs = benchSeeds('preset', 3).map((seed) =>
      problem.train({ stage, label: 'preset', levers, seed, job: fullRun }, 'scores'),
    )
    steps += runs.reduce((sum, run) => sum + stepsOf(run), 0)
    return { levers, rate, score: mean(runs.map((run) => validationScore(problem, run) ?? Infinity)) }
  })
  const best = scored.reduce((a, b) => (b.score < a.score ? b : a))
  const { test, validation, share } = finalOf(problem, best.levers)
  const known = (values: readonly (number | null)[]): number[] => values.flatMap((v) => v ?? [])
  return { rate: best.rate, test, validation: known(validation), share: known(share), steps }
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2))
  const names = options.variants ?? Object.keys(variants)
  ensureData(
    options.cache,
    options.sets.map(({ name }) => name),
    pythonWith(options),
  )
  const engine = await nativeEngine()
  const found: Record<string, Record<string, Judged>> = {}
  for (const set of options.sets) {
    const today = await judged(set, options.cache, engine)
    if (!today) continue
    const results: Record<string, Judged> = { today }
    for (const name of names) {
      const one = await judged(set, options.cache, engine, variants[name])
      if (one) results[name] = one
      if (one) console.error(`${set.name}, ${name}: ${gap(one, today).toFixed(2)} SD (rate ${one.rate})`)
    }
    found[set.name] = results
  }
  const rows = names.map((name) => {
    const pairs = options.sets
      .filter(({ check }) => !check)
      .flatMap((set) => {
        const { today, [name]: one } = found[set.name] ?? {}
        return today && one ? [{ set: set.name, gap: gap(one, today) }] : []
      })
    const each = pairs.map((p) => `${p.set} ${p.gap.toFixed(2)}`).join(', ')
    return [name, pairs.length === 0 ? '' : estimateText(pairs.map((p) => p.gap)), each]
  })
  console.log(machineLine({}))
  console.log(
    markdownOf({
      title: 'Test objective minus that of the preset, in its seed SDs: mean ± standard error over sets',
      head: ['variant', 'gap', 'each set'],
      rows,
    }),
  )
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(join(dirname(options.out), 'presets.json'), `${jsonLines(found, 3)}\n`)
}

const gap = (one: Judged, today: Judged): number => (mean(one.test) - mean(today.test)) / sampleSd(today.test)

await main()
