import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import type { Splits } from '../../src/data/types.ts'
import type { Report } from '../../src/report/model.ts'
import { config, wine } from '../data/support.ts'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { ended } from '../support/proposal.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { wineSpec } from '../support/specs.ts'

const data = readFileSync(wine, 'utf8')
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`

/** Passes by the rules of the base, so that a change has something to lose. */
const spec = wineSpec({ seeds: 3, gate: 'threshold: { metric: accuracy, min: 0.05, split: test }' })
const strict = wineSpec({ seeds: 3, gate: 'threshold: { metric: accuracy, min: 0.999, split: test }' })
const inData = (text: string, more: string): string => text.replace('inputs: auto }', `inputs: auto, ${more} }`)

let github: RestEmulator
let artifacts: ArtifactService
let checkout: string
let base: string
let head: string
let splits: Splits
let reference: Report['verification']

beforeAll(async () => {
  github = await startRestEmulator()
  artifacts = await startArtifactService()
  splits = (await loadDataset(config(wine, { target: 'class' }))).splits
  fresh()
  propose(spec, spec)
  expect((await step()).outputs['verdict']).toBe('pass')
  reference = reportOf().verification
})
afterAll(async () => {
  await github.close()
  await artifacts.close()
})
beforeEach(() => fresh())
afterEach(() => {
  github.state.comments.length = 0
})

function fresh(): void {
  checkout = mkdtempSync(join(tmpdir(), 'rules-'))
  copyFileSync(wine, join(checkout, 'wine.csv'))
  writeFileSync(join(checkout, '.gitignore'), '.tunegate/\n')
  git(checkout, 'init', '--quiet')
}

function commit(text: string): string {
  writeFileSync(join(checkout, 'tuning.yml'), text)
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--allow-empty', '--message=all')
  return git(checkout, 'rev-parse', 'HEAD')
}

function propose(onBase: string, onHead: string, change: () => void = () => {}): void {
  base = commit(onBase)
  change()
  head = commit(onHead)
  github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
}

function step(inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  return runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { token: github.token, engine: 'wasm', workers: '1', out: '.tunegate/out', post: 'comment', ...inputs },
    env: { ...artifacts.env, GITHUB_API_URL: github.url, ...startedBy('pull_request', pullPayload(base, head)) },
  })
}

const reportOf = (): Report => JSON.parse(readFileSync(join(checkout, '.tunegate/out/report.json'), 'utf8')) as Report

/** Log, summary, comment and HTML report all say it. */
function expectSaid(ran: StepResult, sentence: RegExp): void {
  const plain = (text: string): string =>
    text.replace(/\\([\\`*_[\]#|~$])/g, '$1').replace(/&#(\d+);/g, (_, n) => String.fromCharCode(Number(n)))
  const page = readFileSync(join(checkout, '.tunegate/out/report.html'), 'utf8')
  const places = { log: ran.log, summary: ran.summary ?? '', comment: github.state.comments[0]?.body ?? '', page }
  const silent = Object.entries(places)
    .filter(([, text]) => !sentence.test(plain(text)))
    .map(([name]) => name)
  expect({ sentence, silent, notes: ran.log.match(/^NOTE: .*$/gm) }).toMatchObject({ silent: [] })
}

const edit = (rows: Iterable<number>, change: (line: string) => string): void => {
  const chosen = new Set(rows)
  writeFileSync(
    join(checkout, 'wine.csv'),
    `${data
      .trimEnd()
      .split('\n')
      .map((line, i) => (chosen.has(i - 1) ? change(line) : line))
      .join('\n')}\n`,
  )
}
const anotherAlcohol = (line: string): string => `1${line}`

describe('attack 14: a change that edits', () => {
  it.each<[string, string, RegExp]>([
    ['the root seed', `${spec}seed: 3\n`, /seed from 17 to 3/],
    ['the seeds of the verification', spec.replace('seeds: 3', 'seeds: 2'), /stages\.verify\.seeds from 3 to 2/],
    ['its looks', spec.replace('seeds: 3', 'seeds: 3, looks: [2]'), /stages\.verify\.looks from none to 2/],
    ['the seed of the split', inData(spec, 'split: { seed: 9 }'), /data\.split\.seed from 17 to 9/],
    [
      'the shares of the split',
      inData(spec, 'split: { test: 0.05, validation: 0.4 }'),
      /data\.split\.validation from 0\.2 to 0\.4 and data\.split\.test from 0\.2 to 0\.05/,
    ],
    [
      'groups and strata of the split',
      inData(spec, 'split: { stratify: false, groupBy: hue }'),
      /data\.split\.stratify from true to false and data\.split\.groupBy from none to hue/,
    ],
    ['what is predicted', spec.replace('target: class', 'target: hue'), /data\.target from class to hue/],
    [
      'which checkpoint is measured',
      `${spec}objective: accuracy\nevaluateEvery: 9\n`,
      /objective from nll to accuracy and evaluateEvery from 1 to 9/,
    ],
    [
      'the budget, so that nothing is verified',
      `${spec}budget: { minutes: 0.00001, trials: 6 }\n`,
      /budget\.trials from none to 6 and budget\.minutes from none to 0\.00001/,
    ],
    [
      'out the verification with its gates',
      spec.replace(/stages:[^]*/, 'stages: [lr-range]\n'),
      /stages\.verify from 3 seeds, looks at 3 to none and gates from threshold: test accuracy at least 0\.05 to none/,
    ],
  ])('%s is measured as its base says, and all of it is told', async (_, edited, said) => {
    expect(edited).not.toBe(spec)
    propose(spec, edited)
    const ran = await step()
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(reportOf().verification).toEqual(reference)
    expectSaid(ran, new RegExp(`This change alters ${said.source}; it was judged with the values of the base commit`))
    expect(ran.log).toMatch(/tuning\.yml:\d+:\d+: this change alters .*; it was judged with .* of the base commit/)
    expect(
      ran.commands
        .filter((c) => c.name === 'warning' && c.value.includes('this change alters'))
        .every((c) => c.properties['file'] === 'tuning.yml'),
    ).toBe(true)
  })

  it.each(['tune', 'verify'])('out what it would fail is red, in mode %s', async (mode) => {
    propose(
      strict,
      spec
        .replace(/stages:[^]*/, 'stages: [lr-range]\n')
        .replace('[lr-range]', '[lr-range: { steps: 100, confirmSeeds: 2 }]'),
    )
    expect(ended(await step({ mode }))).toEqual([1, 'fail'])
  })

  it('out the column that its base groups by is red, and told why', async () => {
    const grouped = inData(spec, 'split: { groupBy: hue }')
    propose(grouped, spec, () => writeFileSync(join(checkout, 'wine.csv'), data.replace('hue', 'tone')))
    const ran = await step()
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(
      /inconclusive: this change gets no verdict under the rules of the base commit[^]*data\.split\.groupBy: hue in place of none/,
    )
    expect(ran.log).toMatch(/data\.split\.groupBy names a column that wine\.csv does not have/)
  })

  it('the task is red, and told why', async () => {
    propose(
      spec,
      spec
        .replace('classification', 'regression')
        .replace('target: class', 'target: hue')
        .replace('accuracy, min: 0.05', 'r2, min: -9')
        .replace('units: classes', 'units: 1'),
    )
    const ran = await step()
    expect(ended(ran)).toEqual([1, undefined])
    expect(ran.log).toMatch(/tuning\.yml:3:7: error\[rules\/other-task\] inconclusive/)
  })

  it('nothing is told nothing', async () => {
    propose(spec, spec.replace('0.01', '0.02'))
    const ran = await step()
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(reportOf().change).toBeUndefined()
    expect(`${ran.log}${ran.summary}${github.state.comments[0]?.body}`).not.toContain('his change')
  })
})

describe('attack 14: rows of the test and validation parts that a change edits', () => {
  it('are counted at the top, those with another label apart', async () => {
    const relabel = (line: string): string => line.replace(/class_(\d)$/, (__, n) => `class_${(Number(n) + 1) % 3}`)
    propose(spec, spec, () => {
      const test = [...splits.test]
      edit([...test.slice(0, 7), ...[...splits.validation].slice(0, 2)], anotherAlcohol)
      const lines = readFileSync(join(checkout, 'wine.csv'), 'utf8').split('\n')
      // One of each class gets the label of the next, so that the split stays as it is in size.
      const three = ['class_0', 'class_1', 'class_2'].map(
        (name) => test.slice(7).find((i) => lines[i + 1]?.endsWith(name)) ?? -1,
      )
      for (const i of three) lines[i + 1] = relabel(lines[i + 1] ?? '')
      writeFileSync(join(checkout, 'wine.csv'), lines.join('\n'))
    })
    const ran = await step()
    expectSaid(ran, /This change edits 10 of the 35 test rows \(3 relabeled\) and 2 of the 36 validation rows/)
    expect(ran.summary?.split('\n').slice(2, 4)).toEqual([
      '> [!WARNING]',
      expect.stringContaining('> This change edits 10 of the 35 test rows'),
    ])
    expect(github.state.comments[0]?.body.split('\n').slice(1, 5)).toEqual([
      expect.stringMatching(/^### /),
      '',
      '> [!WARNING]',
      expect.stringContaining('This change edits'),
    ])
  })

  it('are counted where the split draws others, since there are more rows', async () => {
    propose(spec, spec, () =>
      writeFileSync(
        join(checkout, 'wine.csv'),
        `${data.trimEnd()}\n${data.split('\n').slice(1, 12).map(anotherAlcohol).join('\n')}\n`,
      ),
    )
    expectSaid(
      await step(),
      /This change moves \d+ of the 35 test rows and \d+ of the 36 validation rows to another part of the split\. The change is measured on 38 test rows, 3 more/,
    )
  })

  it('are counted where the change names another file', async () => {
    propose(spec, spec.replace('wine.csv', 'other.csv'), () => {
      edit([...splits.test].slice(0, 4), anotherAlcohol)
      writeFileSync(join(checkout, 'other.csv'), readFileSync(join(checkout, 'wine.csv')))
      writeFileSync(join(checkout, 'wine.csv'), data)
    })
    expectSaid(await step(), /This change edits 4 of the 35 test rows/)
  })

  it('are not told where only training rows are edited; those are, apart from them', async () => {
    propose(spec, spec, () => edit([...splits.train].slice(0, 9), anotherAlcohol))
    const ran = await step()
    expect(ended(ran)).toEqual([0, 'pass'])
    expect(reportOf().change?.rows).toBeUndefined()
    expectSaid(ran, /This change edits 9 of the 107 training rows\./)
  })

  it('leave nothing to gate on where the base has a lock of the data that were', async () => {
    const gated = wineSpec({ gate: 'regression: { metric: accuracy, margin: 0.5, split: test }' })
    propose(gated, gated)
    const first = await step({ baseline: 'retrain', out: 'first' })
    expect(first.exitCode, first.log.slice(-1500)).toBe(0)
    copyFileSync(join(checkout, 'first/tuning.lock.json'), join(checkout, 'tuning.lock.json'))
    rmSync(join(checkout, 'first'), { recursive: true })
    propose(gated, gated, () => edit([...splits.test].slice(0, 5), anotherAlcohol))
    const ran = await step()
    expect(ended(ran)).toEqual([1, 'inconclusive'])
    expect(ran.log).toContain('was made from other data or another split')
    expectSaid(ran, /This change edits 5 of the 35 test rows/)
  })

  it('attack 8: do not open a gate that passes while inconclusive', async () => {
    const gated = wineSpec({ gate: 'regression: { metric: accuracy, margin: 0.1, split: test, onInconclusive: pass }' })
    propose(gated, gated)
    const first = await step({ baseline: 'retrain', out: 'first' })
    expect(first.exitCode, first.log.slice(-1500)).toBe(0)
    copyFileSync(join(checkout, 'first/tuning.lock.json'), join(checkout, 'tuning.lock.json'))
    rmSync(join(checkout, 'first'), { recursive: true })
    // A model that learns nothing, and one row so that the lock of the base does not fit.
    propose(gated, gated.replace('0.01', '0.0000001'), () => edit([...splits.train].slice(0, 1), anotherAlcohol))
    expect(ended(await step())).toEqual([1, 'inconclusive'])
  })

  it.each<[string, () => void, RegExp]>([
    [
      'lie in Git LFS',
      () => writeFileSync(join(checkout, 'wine.csv'), pointer),
      /wine\.csv of the base commit is in Git LFS/,
    ],
    ['are not part of the commit', () => rmSync(join(checkout, 'wine.csv')), /the base commit has no file wine\.csv/],
    ['are no table', () => writeFileSync(join(checkout, 'wine.csv'), 'x\n'), /the data of the base commit cannot be loaded/],
    [
      'have other columns',
      () => writeFileSync(join(checkout, 'wine.csv'), data.replace('alcohol', 'spirit')),
      /the data of the change has no column "spirit"/,
    ],
  ])('are told to be not compared where the data of the base %s', async (_, before, why) => {
    before()
    propose(spec, spec, () => writeFileSync(join(checkout, 'wine.csv'), data))
    const ran = await step()
    expect(ended(ran)).toEqual([0, 'pass'])
    expectSaid(
      ran,
      new RegExp(`The validation and test rows were not compared with those of the base commit: ${why.source}`),
    )
    expectSaid(ran, /The training rows were not compared either\./)
  })
})
