import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { normalizeResults } from '../../src/compile/normalize/results.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import type { ReadResults } from '../../src/records/results.ts'
import { findRuns } from '../../src/results/find-runs.ts'
import { resultsFormats } from '../../src/results/formats/index.ts'
import { readResults, type Meaning } from '../../src/results/read-results.ts'
import { root } from '../support/architecture.ts'

const fixtures = join(root, 'test/results/fixtures')

interface Logged {
  readonly curve: readonly { readonly epoch: number; readonly val_acc: number; readonly val_loss: number }[]
  readonly test_acc: number
}

const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Readonly<Record<string, Logged>>

const section = '{ validation: { accuracy: val_acc, nll: val_loss }, test: { accuracy: test_acc } }'

function meaning(results = section): Meaning {
  const parsed = parseSpec(`version: 1\nname: runs\ntask: classification\nresults: ${results}\n`, 'tuning.yml')
  const spec = parsed.ok ? normalizeResults(parsed.value) : parsed
  if (!spec.ok) throw new InputError(spec.error)
  return { ...spec.value, requested: [] }
}

const read = (paths: readonly string[], results?: string): Promise<ReadResults> =>
  readResults({ kind: 'paths', paths }, meaning(results))

/** Files in a new folder, by path. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'results-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The codes and what was found of every error. */
async function refusal(
  files: Readonly<Record<string, string>>,
  results?: string,
  paths: readonly string[] = Object.keys(files),
): Promise<string[]> {
  const folder = folderWith(files)
  const error: unknown = await read(
    paths.map((path) => join(folder, path)),
    results,
  ).catch((one: unknown) => one)
  if (!(error instanceof InputError)) throw new Error(`no refusal: ${JSON.stringify(error)}`)
  return error.diagnostics.map(({ code, message, found = '', hint = '' }) =>
    `${code}: ${message} | ${found} | ${hint}`.replaceAll(folder, ''),
  )
}

const rounded = (value: number): number => Number(value.toPrecision(6))

describe('what real tools wrote', () => {
  const logs = [
    ['JSON lines, one row per seed', 'table/runs.jsonl', 1e-6],
    ['CSV, one row per epoch', 'table/curves.csv', 1e-6],
    ['MLflow', 'mlflow', 1e-6],
    ['Weights & Biases', 'wandb', 1e-6],
    ['DVCLive', 'dvclive', 1e-6],
    // This logger keeps float32.
    ['Lightning CSVLogger', 'lightning', 1e-5],
  ] as const

  it.each(logs)('%s: the last values of every seed', async (_, path, error) => {
    const { seeds } = await read([join(fixtures, path)])
    expect(seeds.map(({ seed }) => seed)).toEqual([1, 2, 3])
    for (const { seed, validation, test, diverged } of seeds) {
      const own = expected[seed]
      const last = own?.curve.at(-1)
      expect(diverged).toBeNull()
      expect(validation.accuracy).toBeCloseTo(last?.val_acc ?? NaN, -Math.log10(error))
      expect(Math.abs((validation.nll ?? NaN) - (last?.val_loss ?? NaN))).toBeLessThan(error * 10)
      expect(Math.abs((test?.accuracy ?? NaN) - (own?.test_acc ?? NaN))).toBeLessThan(error)
    }
  })

  it('Hugging Face Trainer: its own loss, and the accuracy that it was given', async () => {
    const names = '{ validation: { accuracy: eval_acc }, test: { accuracy: test_acc } }'
    const { seeds, tools } = await read([join(fixtures, 'transformers')], names)
    expect(tools).toEqual(['Hugging Face Trainer'])
    expect(seeds.map(({ seed, validation, test }) => [seed, validation.accuracy, test?.accuracy])).toEqual(
      Object.entries(expected).map(([seed, { curve, test_acc }]) => [
        Number(seed),
        rounded(curve.at(-1)?.val_acc ?? NaN),
        rounded(test_acc),
      ]),
    )
  })

  it('of each format that there is', () => {
    const named = readFileSync(join(fixtures, 'make_results.py'), 'utf8')
    expect(resultsFormats.length).toBe(6)
    for (const folder of ['table', 'mlflow', 'wandb', 'dvclive', 'lightning', 'transformers']) {
      expect(named).toContain(`def ${folder}(`)
      expect(existsSync(join(fixtures, folder)), folder).toBe(true)
    }
  })

  it('all at once: each run is read by its own format, and links are not followed', async () => {
    const folder = folderWith({})
    symlinkSync(join(fixtures, 'mlflow'), join(folder, 'link'))
    await expect(findRuns([folder])).rejects.toThrow('there are no results in')
    const found = await findRuns([fixtures])
    expect(new Set(found.map(({ tool }) => tool))).toEqual(new Set(resultsFormats.map(({ tool }) => tool)))
  })
})

describe('which value of a curve counts', () => {
  const curve = 'seed,epoch,val_acc,val_loss,test_acc\n'
  const rows = (seed: number): string => `${seed},1,0.7,0.9,0.69\n${seed},2,0.9,0.5,0.60\n${seed},3,0.8,0.4,0.99\n`
  const file = { 'runs.csv': curve + rows(1) + rows(2) }

  it('is the last one, or the best by the objective; test metrics are those of the same step', async () => {
    const path = join(folderWith(file), 'runs.csv')
    const counted = async (value: string) => {
      const { seeds } = await read([path], section.replace('}, test', `}, value: ${value}, test`))
      return [seeds[0]?.step, seeds[0]?.validation, seeds[0]?.test]
    }
    expect(await counted('last')).toEqual([3, { accuracy: 0.8, nll: 0.4 }, { accuracy: 0.99 }])
    expect(await counted('best')).toEqual([2, { accuracy: 0.9, nll: 0.5 }, { accuracy: 0.6 }])
  })

  it('has the curve beside it, for the diagnosis and the charts', async () => {
    const { seeds } = await read([join(folderWith(file), 'runs.csv')])
    expect(seeds[1]?.evaluations.map(({ step, validation }) => [step, validation.nll])).toEqual([
      [1, 0.9],
      [2, 0.5],
      [3, 0.4],
    ])
  })

  it('is divided by 100 if the spec says that it is in percent, or its sign does', async () => {
    const text = 'seed,val_acc,val_loss,test_acc\n1,93.5,0.2,91 %\n2,92,0.3,90 %\n'
    const { seeds } = await read(
      [join(folderWith({ 'runs.csv': text }), 'runs.csv')],
      section.replace('}, test', '}, percent: [val_acc], test'),
    )
    expect(seeds.map(({ validation, test }) => [validation.accuracy, test?.accuracy])).toEqual([
      [0.935, 0.91],
      [0.92, 0.9],
    ])
  })

  it('counts as diverged where it is not finite, and only there', async () => {
    const text = 'seed,epoch,val_acc,val_loss,test_acc\n1,1,0.5,nan,\n1,2,0.9,0.2,0.9\n2,1,0.9,0.3,\n2,2,0.1,nan,0.1\n'
    const { seeds } = await read([join(folderWith({ 'runs.csv': text }), 'runs.csv')])
    expect(seeds.map(({ diverged }) => diverged)).toEqual([null, 'validation nll (val_loss) is NaN'])
  })
})

describe('the seed of a run', () => {
  const row = '{"val_acc": 0.9, "val_loss": 0.2, "test_acc": 0.8}\n'

  it('stands in its path if nothing else says it', async () => {
    const folder = folderWith({ 'seed-3/runs.jsonl': row, 'b/seed_11/runs.jsonl': row.replace('0.9', '0.8') })
    expect((await read([folder])).seeds.map(({ seed }) => seed)).toEqual([3, 11])
  })

  it('has any name that the spec says, also below the parameters of a tool', async () => {
    const text = 'params.random_state,metrics.val_acc\n5,0.9\n6,0.8\n'
    const names = '{ seed: random_state, validation: { accuracy: metrics.val_acc } }'
    const { seeds } = await read([join(folderWith({ 'runs.csv': text }), 'runs.csv')], names)
    expect(seeds.map(({ seed }) => seed)).toEqual([5, 6])
  })
})

describe('what is refused, all at once', () => {
  const head = 'seed,val_acc,val_loss,test_acc\n'

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['an empty file', { 'a.csv': '' }, /^results\/empty: \/a.csv has no results \| an empty file/],
    ['a header alone', { 'a.csv': head }, /^results\/empty: .* \| a header alone/],
    [
      'no seed',
      { 'a.csv': 'val_acc,val_loss,test_acc\n0.9,0.1,0.8\n' },
      /^results\/no-seed: .*which seed it was trained with \| val_acc, /,
    ],
    ['a row without a seed', { 'a.csv': `${head}1,0.9,0.1,0.8\n,0.9,0.1,0.8\n` }, /^results\/seed: a row has no seed/],
    ['a seed that is none', { 'a.csv': `${head}1.5,0.9,0.1,0.8\n` }, /^results\/seed: a seed must be a whole number \| 1.5/],
    [
      'the same seed twice',
      { 'a.csv': `${head}1,0.9,0.1,0.8\n1,0.8,0.2,0.7\n` },
      /^results\/seed-twice: seed 1 has two values of val_acc \| lines 2 and 3/,
    ],
    [
      'the same seed in two files',
      { 'a.csv': `${head}1,0.9,0.1,0.8\n`, 'b.csv': `${head}1,0.8,0.2,0.7\n` },
      /^results\/seed-twice: there are 2 runs with the seed 1 \| \/a.csv, \/b.csv/,
    ],
    [
      'other names in another file',
      { 'a.csv': `${head}1,0.9,0.1,0.8\n`, 'b.csv': 'seed,val_acs,val_loss,test_acc\n2,0.8,0.2,0.7\n' },
      /^results\/no-metric: seed 2 in \/b.csv has no val_acc, .* \| seed, val_acs, .* \| did you mean "val_acs"\?/,
    ],
    [
      'a value that is left out',
      { 'a.csv': `${head}1,0.9,0.1,0.8\n2,0.8,,0.7\n` },
      /^results\/no-metric: seed 2 .* has no val_loss/,
    ],
    [
      'percent for a fraction',
      { 'a.csv': `${head}1,93,0.1,0.8\n` },
      /^results\/impossible: val_acc of seed 1 is not a value of accuracy \| 93 \| if it is in percent, add results: \{ percent: \[val_acc\] \}/,
    ],
    [
      'a word for a number',
      { 'a.csv': `${head}1,good,0.1,0.8\n` },
      /^results\/not-a-number: val_acc of seed 1 must be a number \| good/,
    ],
    ['text that is no table', { 'a.jsonl': '{"seed": 1}\n{"seed": \n' }, /^results\/not-json-lines: /],
  ])('%s', async (_, files, pattern) => {
    const [first, ...more] = await refusal(files)
    expect(first).toMatch(pattern)
    expect(more).toEqual([])
  })

  it('a path without results, and one that is not there', async () => {
    expect(await refusal({ 'a/notes.txt': 'hello' }, section, ['a'])).toEqual([
      expect.stringMatching(/^results\/nothing-found: there are no results in \/a .*MLflow/),
    ])
    expect(await refusal({ 'a.csv': head }, section, ['b.csv'])).toEqual([expect.stringMatching(/^results\/unreadable: /)])
  })

  it('seeds that differ from those of the spec', async () => {
    const files = { 'a.csv': `${head}1,0.9,0.1,0.8\n4,0.8,0.2,0.7\n` }
    expect(await refusal(files, section.replace('}, test', '}, seeds: [1, 2, 3], test'))).toEqual([
      'results/seeds-missing: the results lack seeds of the spec: 2, 3 | 1, 4 | ',
      'results/seeds-unknown: the results have seeds that the spec does not list: 4 | 1, 4 | ',
    ])
  })

  it('every problem of every seed', async () => {
    const files = { 'a.csv': `${head}1,93,-0.1,0.8\n2,0.9,0.1,\n` }
    expect((await refusal(files)).map((line) => line.split(':')[0])).toEqual([
      'results/no-metric',
      'results/impossible',
      'results/impossible',
    ])
  })

  it('damaged files of tools', async () => {
    expect(await refusal({ 'run-1.wandb': 'no log', 'x/run-a.wandb': ':W&B nothing' }, section, ['x'])).toEqual([
      expect.stringMatching(/^results\/empty: the W&B run .* has no history/),
    ])
    expect(await refusal({ 'r/meta.yaml': '', 'r/metrics/val_acc': 'x' }, section, ['r'])).toEqual([
      expect.stringMatching(/^results\/mlflow: .*val_acc is not a metric of MLflow/),
    ])
  })
})
