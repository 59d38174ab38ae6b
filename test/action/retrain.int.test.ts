import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import type { Splits } from '../../src/data/types.ts'
import type { Report } from '../../src/report/model.ts'
import { config, plainSplit, wine as wineFile } from '../data/support.ts'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'

const spec = `version: 1
name: wine
task: classification
data: { source: wine.csv, target: class, inputs: auto }
model: { layers: [{ dense: { units: classes } }] }
levers: { optimization: { learningRate: 0.02 }, batching: { batchSize: 16 }, scheduling: { epochs: 10, warmupSteps: 0 } }
stages: [verify: { seeds: 5 }]
gates:
  - regression: { metric: accuracy, margin: 0.2 }
  - training-time: { maxRatio: 20 }
  - model-size: { maxRatio: 1.5 }
`
const otherSplit = spec.replace('inputs: auto', 'inputs: auto, split: { validation: 0.3 }')

let checkout: string
let base: string

/** A default branch with a spec and the lock of its study. */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'retrain-'))
  copyFileSync(wineFile, join(checkout, 'wine.csv'))
  writeFileSync(join(checkout, 'tuning.yml'), spec)
  writeFileSync(join(checkout, '.gitignore'), 'out/\n.tunegate/\n')
  // It ends with 3: a lock that is yet to be committed has no times, and here there is none.
  execFileSync(
    process.execPath,
    [join(root, 'dist/cli/index.js'), 'run', 'tuning.yml', '--engine', 'wasm', '--out', 'out'],
    { cwd: checkout, stdio: 'ignore' },
  )
  copyFileSync(join(checkout, 'out/tuning.lock.json'), join(checkout, 'tuning.lock.json'))
  git(checkout, 'init', '--quiet')
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--message=base')
  base = git(checkout, 'rev-parse', 'HEAD')
})

async function pull(
  text: string,
  inputs: Readonly<Record<string, string>>,
  data?: (rows: string) => string,
  from = base,
): Promise<StepResult & { readonly gates: readonly string[] }> {
  git(checkout, 'switch', '--quiet', '--detach', '--force', from)
  const file = join(checkout, 'wine.csv')
  if (data) writeFileSync(file, data(existsSync(file) ? readFileSync(file, 'utf8') : ''))
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=change')
  const result = await runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { engine: 'wasm', workers: '1', artifact: 'false', ...inputs },
    env: startedBy('pull_request', pullPayload(from, git(checkout, 'rev-parse', 'HEAD'))),
  })
  const gates = [...(result.summary ?? '').matchAll(/^\| \S+ (pass|fail|inconclusive) \| ([a-z-]+)/gm)].map(
    (m) => `${m[2]} ${m[1]}`,
  )
  return { ...result, gates }
}

describe('a pull request that changes the split', () => {
  it('keeps the split of its base, and so the lock to compare with', async () => {
    const { gates, log } = await pull(otherSplit, {})
    expect(gates).toEqual(['regression pass', 'training-time inconclusive', 'model-size pass'])
    expect(log).toContain('it was judged with')
  })

  it('has nothing to compare with in the lock of its base where it changes the data, which is named, before the training too, and red', async () => {
    const withoutLast = (rows: string): string => rows.trimEnd().replace(/\n[^\n]*$/, '\n')
    const { exitCode, gates, summary, commands } = await pull(otherSplit, {}, withoutLast)
    expect(exitCode).toBe(1)
    expect(gates).toEqual(['regression inconclusive', 'training-time inconclusive', 'model-size inconclusive'])
    expect(summary).toContain('was made from other data or another split')
    const warning = commands.find((c) => c.name === 'warning' && c.properties['title'] === 'gate/not-comparable')
    expect(warning?.properties).toMatchObject({ file: 'tuning.yml', line: '9' })
  })

  it('is compared with what its base commit has, trained beside it on the new split; green where it is as good', async () => {
    const { exitCode, gates, summary } = await pull(otherSplit, { baseline: 'retrain' })
    expect(gates).toEqual(['regression pass', 'training-time pass', 'model-size pass'])
    expect(summary).toMatch(
      /against model and levers of tuning\\?\.yml of the base commit, retrained on the same seeds|exactly the weights of model and levers of tuning/,
    )
    expect(summary).toContain(
      `git show ${base}:tuning.yml > base-tuning.yml && tunegate run tuning.yml --stages verify --base-spec base-tuning.yml`,
    )
    expect(exitCode).toBe(0)
  })

  it('is red where it is worse than what its base commit has, retrained', async () => {
    const { exitCode, gates } = await pull(otherSplit.replace('learningRate: 0.02', 'learningRate: 0.00001'), {
      baseline: 'retrain',
    })
    expect(gates).toEqual(['regression fail', 'training-time pass', 'model-size pass'])
    expect(exitCode).toBe(1)
  })

  it('is red where its model grows beyond what the gate of its base allows, and it is said beforehand for a lock', async () => {
    const wide = spec.replace('layers: [', 'layers: [{ dense: { units: 32, activation: relu } }, ')
    const { gates, commands } = await pull(wide, {})
    expect(gates).toContain('model-size fail')
    expect(commands.find((c) => c.properties['title'] === 'gate/fails-already')?.value).toContain(
      'fails whatever is trained',
    )
    expect((await pull(wide, { baseline: 'retrain' })).gates).toContain('model-size fail')
  })
})

/** The base branch with other files: they are written by `change`, and what git does not ignore is committed. */
function onBase(change: () => void): string {
  git(checkout, 'switch', '--quiet', '--detach', '--force', base)
  change()
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=other base')
  return git(checkout, 'rev-parse', 'HEAD')
}

/** Rows of a part of the split, their line replaced. */
async function edited(rows: string, part: keyof Splits, change: (line: string) => string, stratify = true): Promise<string> {
  const { splits } = await loadDataset(config(wineFile, { target: 'class', split: { ...plainSplit, stratify } }))
  const chosen = new Set(splits[part])
  return rows
    .split('\n')
    .map((line, i) => (chosen.has(i - 1) ? change(line) : line))
    .join('\n')
}

const retrain = { baseline: 'retrain', out: '.tunegate/out' }
const wine = readFileSync(wineFile, 'utf8')
/** Numbers that say nothing of the class. */
const noise = (line: string): string =>
  line
    .split(',')
    .map((cell, i) => (/^[\d.]+$/.test(cell) ? String(Number(cell) * ((i * 7) % 5) + i) : cell))
    .join(',')
const plain = (text: string | null): string => (text ?? '').replace(/\\([\\`*_[\]#|~$])/g, '$1')
const idsIn = (journal: string): string[] =>
  readFileSync(join(checkout, journal), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as { readonly id?: string; readonly result?: { readonly id: string } })
    .map((line) => line.id ?? line.result?.id ?? '')
    .toSorted()

describe('attack 23: a pull request that edits the data', () => {
  it('not at all keeps the runs of its base, by their ids', async () => {
    const ran = await pull(spec.replace('0.02', '0.03'), retrain)
    expect(ran.gates).toContain('regression pass')
    // The study of the same spec that its default branch ran.
    expect(idsIn('.tunegate/out/baseline/journal.jsonl')).toEqual(idsIn('out/journal.jsonl'))
    expect(ran.summary).not.toContain('his change')
  })

  it('in the training rows does not spoil what its base is retrained on, and is told', async () => {
    const spoiled = await edited(wine, 'train', noise)
    const ran = await pull(spec, retrain, () => spoiled)
    expect(ran.gates).toContain('regression fail')
    expect(ran.exitCode).toBe(1)
    expect(plain(ran.summary)).toContain('> This change edits 107 of the 107 training rows.')
    expect(plain(ran.summary)).toContain('was retrained on 107 training rows of its own, the candidate on 107')
    expect(idsIn('.tunegate/out/baseline/journal.jsonl')).not.toEqual(idsIn('out/journal.jsonl'))
  })

  it('in the labels of the training rows does not spoil them either', async () => {
    // Without strata the labels do not draw the split, so that none that is measured becomes a wrong one.
    const free = spec.replace('inputs: auto', 'inputs: auto, split: { stratify: false }')
    const from = onBase(() => writeFileSync(join(checkout, 'tuning.yml'), free))
    const rotate = (line: string): string => line.replace(/class_(\d)$/, (_, n) => `class_${(Number(n) + 1) % 3}`)
    const spoiled = await edited(wine, 'train', rotate, false)
    const ran = await pull(free, retrain, () => spoiled, from)
    expect([ran.exitCode, ran.gates[0]]).toEqual([1, 'regression fail'])
    expect(plain(ran.summary)).toMatch(/> This change edits (\d+) of the \1 training rows \(\1 relabeled\)\./)
  })

  it('by a column that gives the label away names the column, and its base learns nothing of it', async () => {
    const leak = (rows: string): string =>
      rows
        .trimEnd()
        .split('\n')
        .map((line, i) => (i === 0 ? `leak,${line}` : `${line.at(-1)},${line}`))
        .join('\n')
    const ran = await pull(spec.replace('inputs: auto', 'inputs: auto, checks: { leakage: warn, formula: warn }'), retrain, leak)
    expect(plain(ran.summary)).toContain('> This change adds the column "leak".')
    const {
      base: { parameters },
      study,
    } = JSON.parse(readFileSync(join(checkout, '.tunegate/out/report.json'), 'utf8')) as Report & {
      base: { parameters: number }
    }
    expect([parameters, study.parameters]).toEqual([42, 45])
  })

  it('by more training rows is compared with its base on fewer: does more data help?', async () => {
    const half = onBase(() =>
      writeFileSync(
        join(checkout, 'wine.csv'),
        wine
          .split('\n')
          .filter((_, i) => i % 3 > 0 || i === 0)
          .join('\n'),
      ),
    )
    const ran = await pull(spec, retrain, () => wine, half)
    expect(ran.gates).toContain('regression pass')
    expect(ran.exitCode).toBe(0)
    expect(plain(ran.summary)).toMatch(
      /This change adds \d+ training rows and moves[^.]*\. It trains on 107 rows, \d+ more than the base commit/,
    )
    expect(plain(ran.summary)).toMatch(/was retrained on \d\d training rows of its own, the candidate on 107/)
    // The command of the report makes the same runs of the base.
    const { study, base: retrained } = JSON.parse(
      readFileSync(join(checkout, '.tunegate/out/report.json'), 'utf8'),
    ) as Report
    expect(study.command).toContain(`git show ${half}:wine.csv > base-wine.csv`)
    execFileSync(
      'bash',
      [
        '-c',
        `tunegate() { "${process.execPath}" "${join(root, 'dist/cli/index.js')}" "$@" --engine wasm --out out/again; }; ${study.command}`,
      ],
      { cwd: checkout, stdio: 'ignore' },
    )
    const again = JSON.parse(readFileSync(join(checkout, 'out/again/report.json'), 'utf8')) as Report
    expect(again.base?.runs).toEqual(retrained?.runs)
  })

  it('so that they cannot be compared has no verdict: its base is never retrained on the data of the change', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`
    const without = onBase(() => writeFileSync(join(checkout, 'wine.csv'), pointer))
    const ran = await pull(spec, retrain, () => wine, without)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toMatch(/baseline\/no-data[^]*inconclusive[^]*is in Git LFS/)
    const none = onBase(() => rmSync(join(checkout, 'wine.csv')))
    const added = await pull(spec, retrain, () => wine, none)
    expect([added.exitCode, added.log.includes('baseline/no-data')]).toEqual([1, true])
    const foreign = onBase(() => writeFileSync(join(checkout, 'wine.csv'), wine.replace('alcohol', 'spirit')))
    const renamed = await pull(spec, retrain, () => wine, foreign)
    expect([renamed.exitCode, renamed.log.includes('baseline/other-inputs')]).toEqual([1, true])
  })

  it('is compared on the file of the workflow where no commit holds one, and that is told', async () => {
    const without = onBase(() => {
      rmSync(join(checkout, 'wine.csv'))
      writeFileSync(join(checkout, '.gitignore'), 'out/\n.tunegate/\nwine.csv\n')
    })
    writeFileSync(join(checkout, 'wine.csv'), wine)
    const ran = await pull(spec, retrain, undefined, without)
    expect(ran.gates).toContain('regression pass')
    expect(plain(ran.summary)).toContain(
      'the base commit has no file wine.csv: both sides were trained on the file of the workflow',
    )
  })
})

describe('two baselines', () => {
  it('are refused', async () => {
    const { exitCode, log } = await pull(spec, { baseline: 'lock', 'base-spec': 'tuning.yml' })
    expect(exitCode).toBe(1)
    expect(log).toContain('two baselines are given')
  })
})
