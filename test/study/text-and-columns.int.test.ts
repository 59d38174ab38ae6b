import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { tunegate, workFolder } from '../support/cli.ts'
import { cpuFolder, missingCpu } from '../support/tf-cpu.ts'
import { missingNative, nativeFolder } from '../support/tf-native.ts'

const words = [
  ['lovely', 'sturdy', 'bright', 'quick'],
  ['broken', 'dull', 'flimsy', 'slow'],
] as const

/** Words and price each say half of the label; every tenth price is missing, and the brand says nothing. */
function reviews(from: number, rows: number): string {
  const random = stream(from, 'reviews')
  const lines = Array.from({ length: rows }, () => {
    const [good, high] = [random.integer(2), random.integer(2)]
    const text = Array.from({ length: 3 + random.integer(4) }, () => words[good === 1 ? 0 : 1][random.integer(4)]).join(' ')
    const label = good + high === 1 ? ['no', 'yes'][random.integer(2)] : good === 1 ? 'yes' : 'no'
    const price = random.integer(10) === 0 ? '' : String(1000 * (high === 1 ? 3 : 1) + random.integer(300))
    return [text, price, ['oak', 'elm', 'ash'][random.integer(3)], label].join(',')
  })
  return ['review,price,brand,label', ...lines, ''].join('\n')
}

const spec = (inputs: string, first: string): string => `version: 1
name: reviews
task: classification
data:
  source: reviews.csv
  target: label
  inputs: { ${inputs} }
  ${inputs.includes('price') ? 'missing: { strategy: indicator }' : ''}
model:
  layers:
${first}
    - dense: { units: classes }
levers:
  optimization: { learningRate: 0.02 }
  batching: { batchSize: 32 }
  scheduling: { epochs: 20 }
stages: [verify: { seeds: 2 }]
gates: [threshold: { metric: accuracy, split: test, min: 0.01 }]
`
const bag = '    - embeddingBag: { inputDim: vocabulary, outputDim: 8 }'
const texts = 'text: review, length: 8'
const specs = {
  both: spec(`${texts}, numeric: [price], categorical: [brand]`, bag),
  text: spec(texts, bag),
  columns: spec('numeric: [price], categorical: [brand]', '    - dense: { units: 8 }'),
} as const

/** Losses on the test rows, over the seeds. */
function lossOf(folder: string): number {
  const { verification } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
    verification: { seeds: { candidate: { test: { nll: number } } }[] }
  }
  const losses = verification.seeds.map(({ candidate }) => candidate.test.nll)
  return losses.reduce((sum, loss) => sum + loss / losses.length, 0)
}

test.for(['wasm', 'cpu', 'tensorflow'])(
  'on the engine %s a text and columns together tell more than either',
  async (engine, { skip }) => {
    if (engine === 'tensorflow' && nativeFolder === null) return skip(missingNative)
    if (engine === 'cpu' && cpuFolder === null) return skip(missingCpu)
    const installed = engine === 'cpu' ? cpuFolder : nativeFolder
    const env = installed === null ? {} : { TUNEGATE_ENGINE_DIR: dirname(installed) }
    const folder = workFolder()
    writeFileSync(join(folder, 'reviews.csv'), reviews(1, 600))
    const losses: Record<string, number> = {}
    for (const [kind, text] of Object.entries(specs)) {
      writeFileSync(join(folder, `${kind}.yml`), text)
      const { code, out, err } = await tunegate(
        folder,
        ['run', `${kind}.yml`, '--engine', engine, '--out', `out-${kind}`],
        process.execPath,
        env,
      )
      // Two seeds may leave the gate open.
      expect([0, 3], `${out}${err}`).toContain(code)
      losses[kind] = lossOf(join(folder, `out-${kind}`))
    }
    const { both = NaN, text = NaN, columns = NaN } = losses
    expect(both).toBeLessThan(Math.min(text, columns) - 0.05)
  },
)

test('a saved model of a text and columns predicts rows as they were measured, and new rows with what training lacks', async () => {
  const folder = workFolder()
  writeFileSync(join(folder, 'reviews.csv'), reviews(1, 600))
  writeFileSync(join(folder, 'tuning.yml'), specs.both)
  const { code } = await tunegate(folder, ['run', '--engine', 'wasm', '--save-model', '--out', 'out'])
  expect([0, 3]).toContain(code)
  const ask = async (rows: string): Promise<string[][]> => {
    writeFileSync(join(folder, 'new.csv'), rows)
    const { out, err } = await tunegate(folder, [
      'predict',
      'out/models',
      'new.csv',
      '--engine',
      'wasm',
      '-o',
      'new.out.csv',
    ])
    expect([out, err]).toEqual([expect.anything(), expect.not.stringContaining('error')])
    return readFileSync(join(folder, 'new.out.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  }
  // In another order of columns; a word and a brand that training lacks, and a missing price.
  const found = await ask(
    'brand,label,price,review\noak,yes,3100,lovely bright\nelm,no,1100,broken dull\nash,,,unheard sturdy quick\nyew,,1200,slow slow\n',
  )
  expect(found.map(([label]) => label)).toEqual(['yes', 'no', expect.anything(), 'no'])
  const [plain] = await ask('review,price,brand\nlovely bright,3100,oak\n')
  expect(plain).toEqual(found[0])
})

test('checks see the columns beside a text, and not its tokens', async () => {
  const folder = workFolder()
  const rows = reviews(1, 600)
    .trim()
    .split('\n')
    .map((line, i) => `${line},${i === 0 ? 'leak' : line.endsWith('yes') ? 2 : 1},${i === 0 ? 'flat' : 7}`)
  writeFileSync(join(folder, 'reviews.csv'), rows.join('\n'))
  writeFileSync(
    join(folder, 'tuning.yml'),
    specs.both.replace('[price]', '[price, leak, flat]').replace('  missing', '  checks: { formula: warn }\n  missing'),
  )
  const { err, out } = await tunegate(folder, ['validate'])
  const said = `${out}${err}`
  expect(said).toMatch(/data\/formula.*: leak;/)
  expect(said).toMatch(/data\/constant.*1 input with the same value in all rows: flat/)
  expect(said).not.toMatch(/review\[\d/)
})
