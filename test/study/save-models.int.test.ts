import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { journalLine, runOfLine } from '../../src/run/journal-line.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { lockText, parseLock } from '../../src/report/lock.ts'
import { modelFormatNames } from '../../src/saved-model/formats/index.ts'
import { parseManifest } from '../../src/saved-model/manifest.ts'
import type { Study } from '../../src/study/conclude.ts'
import { predictFile } from '../../src/study/predict.ts'
import { prepare } from '../../src/study/prepare.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { problemsOf } from '../data/support.ts'
import { digitsCheckout, studyOptions } from '../support/fan-out.ts'
import { preparedModel } from '../support/models.ts'
import { digitsSpec } from '../support/specs.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let bundle: WorkerBundle
let checkout: string
let whole: Study
const events: RunEvent[] = []
const spec = digitsSpec({ seeds: 2, hidden: 8 }).replace(
  'stages: [',
  'stages: [regularize: { grid: { weightDecay: [0, 0.1] } }, ',
)

beforeAll(async () => {
  bundle = await bundleWorker()
  checkout = digitsCheckout(spec)
  whole = await study()
})
afterAll(() => bundle.remove())

function study(saveModel: typeof modelFormatNames | null = modelFormatNames): Promise<Study> {
  events.length = 0
  return runStudy({ ...studyOptions(checkout, bundle, events), saveModel: saveModel ?? undefined })
}

const out = (...path: string[]): string => join(checkout, 'out', ...path)
const trained = (): number => events.filter((event) => event.type === 'run-finished' && !event.cached).length

/** Every file of every model with its digest. */
const saved = (): string[] =>
  readdirSync(out('models'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path.slice(out().length)} ${sha256(readFileSync(path))}`)
    .sort()

const predict = (model: string, data = join(checkout, 'digits.csv.gz')) =>
  predictFile({ model, data, engine: { engine: 'wasm', folder: null, why: '' }, workerScript: bundle.script })

describe('a study that saves its models', () => {
  it('has one folder a seed, whose digest the lock has, and changes nothing else', async () => {
    const { models } = whole.report.verification ?? {}
    expect(models?.map(({ seed, path }) => path === `models/seed-${seed}`)).toEqual([true, true])
    for (const { path, sha256: digest } of models ?? []) {
      const text = readFileSync(out(path, 'model.json'))
      expect(sha256(text)).toBe(digest)
      const manifest = parseManifest(text.toString('utf8'), 'model.json')
      expect(Object.keys(manifest.files)).toEqual(['model.onnx', 'model.keras'])
      for (const [name, own] of Object.entries(manifest.files)) expect(sha256(readFileSync(out(path, name)))).toBe(own)
    }
    expect(whole.lock.seeds.map((seed) => seed.model)).toEqual(models?.map((model) => model.sha256))
    expect(parseLock(lockText(whole.lock), 'tuning.lock.json')).toEqual(whole.lock)
    for (const name of ['model.onnx', 'model.keras', 'model.json'])
      expect(whole.files.all.filter((path) => path.endsWith(name))).toHaveLength(2)
  })

  it('predicts the rows that it was measured on as they were measured', async () => {
    const { dataset } = preparedModel(await prepare({ specPath: join(checkout, 'tuning.yml'), workspace: checkout }))
    for (const { seed, path } of whole.report.verification?.models ?? []) {
      const { rows, values, head } = await predict(out(path))
      expect([rows, head.task === 'classification' && head.classes.length]).toEqual([1797, 10])
      const probability = [...dataset.splits.test].map((row) => values[10 * row + (dataset.targets[row] ?? NaN)] ?? NaN)
      const nll = probability.reduce((sum, p) => sum - Math.log(p), 0) / probability.length
      const measured = whole.report.verification?.seeds.find((one) => one.seed === seed)?.candidate.test?.nll
      expect(nll).toBeCloseTo(measured ?? NaN, 5)
    }
  })

  it('predicts with several models by the mean of their probabilities', async () => {
    const paths = whole.report.verification?.models?.map(({ path }) => out(path)) ?? []
    const [first, second] = [await predict(paths[0] ?? ''), await predict(paths[1] ?? '')]
    const together = await predict(out())
    expect(together.models).toBe(2)
    expect(together.values[7]).toBeCloseTo(((first.values[7] ?? NaN) + (second.values[7] ?? NaN)) / 2, 12)
  })

  it('saves the same bytes if it is continued after a kill', async () => {
    const before = saved()
    const journal = readFileSync(out('journal.jsonl'), 'utf8').split('\n')
    expect(before).toHaveLength(6)
    writeFileSync(out('journal.jsonl'), `${journal.slice(0, -2).join('\n')}\n${journal.at(-2)?.slice(0, 5000)}`)
    const lock = lockText(whole.lock)
    const again = await study()
    expect(trained()).toBe(1)
    expect(saved()).toEqual(before)
    expect(lockText(again.lock)).toBe(lock)
  })

  it('trains the verification again, and nothing else, if its runs kept no weights; a study without the option does not', async () => {
    const before = saved()
    const withoutWeights = (line: string): string => {
      const run = runOfLine(line)
      if (run.status !== 'complete' || !run.best?.weights) return line
      const { weights: _, ...best } = run.best
      return journalLine({ ...run, best }).trimEnd()
    }
    const lines = readFileSync(out('journal.jsonl'), 'utf8').split('\n')
    writeFileSync(
      out('journal.jsonl'),
      lines.map((line) => (line.startsWith('{"id"') ? withoutWeights(line) : line)).join('\n'),
    )
    const plain = await study(null)
    expect(trained()).toBe(0)
    // The models of an earlier study are gone: they are not of this one.
    expect(saved()).toEqual([])
    expect(plain.lock.seeds.map((seed) => seed.model)).toEqual([undefined, undefined])
    expect(plain.lock.seeds.map((seed) => seed.weights)).toEqual(whole.lock.seeds.map((seed) => seed.weights))
    await study()
    expect(trained()).toBe(2)
    expect(saved()).toEqual(before)
  })
})

describe('a saved model is refused', () => {
  /** A copy of a model with one file changed. */
  function changed(name: string, change: (content: Buffer) => Buffer | string): string {
    const [{ path } = { path: '' }] = whole.report.verification?.models ?? []
    const folder = join(checkout, `changed-${Math.random().toString(36).slice(2)}`)
    mkdirSync(folder)
    for (const file of readdirSync(out(path))) {
      const content = readFileSync(out(path, file))
      writeFileSync(join(folder, file), file === name ? change(content) : content)
    }
    return folder
  }
  const json = (change: (manifest: Record<string, unknown>) => void) => (content: Buffer) => {
    const manifest = JSON.parse(content.toString('utf8')) as Record<string, unknown>
    change(manifest)
    return JSON.stringify(manifest)
  }

  it('if a file is not the one that it was saved with', async () => {
    const folder = changed('model.onnx', (content) => Buffer.concat([content, Buffer.from([0])]))
    expect(await problemsOf(predict(folder))).toMatchObject([{ code: 'model/changed' }])
  })

  it('if its file has other tensors, or is none', async () => {
    const nothing = Buffer.from('no protocol buffer')
    for (const [content, code] of [
      [nothing, /^model\/(format|tensor)$/],
      [Buffer.alloc(0), /^model\/tensor$/],
    ] as const) {
      const folder = changed('model.onnx', () => content)
      const manifest = json((m) => Object.assign(m['files'] as object, { 'model.onnx': sha256(content) }))
      writeFileSync(join(folder, 'model.json'), manifest(readFileSync(join(folder, 'model.json'))))
      expect((await problemsOf(predict(folder)))[0]?.code).toMatch(code)
    }
  })

  it.each([
    ['layers that do not exist', (m: Record<string, unknown>) => Object.assign(m, { layers: [{ magic: {} }] }), 'model/'],
    [
      'layers that do not fit',
      (m: Record<string, unknown>) => Object.assign(m, { layers: ['globalAveragePooling2d'] }),
      'model/layers',
    ],
    [
      'other outputs',
      (m: Record<string, unknown>) => Object.assign(m, { layers: [{ dense: { units: 3 } }] }),
      'model/layers',
    ],
    ['a newer version', (m: Record<string, unknown>) => Object.assign(m, { version: 2 }), 'model/version'],
    ['no files', (m: Record<string, unknown>) => Object.assign(m, { files: {} }), 'model/'],
  ])('if model.json has %s', async (_, change, code) => {
    const problems = await problemsOf(predict(changed('model.json', json(change))))
    expect(problems[0]?.code.startsWith(code)).toBe(true)
  })

  it('if its process dies, with what it said last', async () => {
    const model = out(whole.report.verification?.models?.[0]?.path ?? '')
    const dead = join(checkout, 'dead.mjs')
    writeFileSync(
      dead,
      `process.on('message', ({ type, version }) => type === 'init'
        ? process.send({ type: 'ready', version, engine: 'dead' })
        : (console.error('no memory left'), process.exit(9)))`,
    )
    const engine = { engine: 'wasm', folder: null, why: '' } as const
    const call = predictFile({ model, data: join(checkout, 'digits.csv.gz'), engine, workerScript: dead })
    expect(await problemsOf(call)).toMatchObject([
      { code: 'predict/failed', found: expect.stringContaining('no memory left') },
    ])
  })

  it('if there is none', async () => {
    expect(await problemsOf(predict(join(checkout, 'nothing')))).toMatchObject([{ code: 'model/none' }])
  })
})

describe('before it trains, a study that cannot save its models says so', () => {
  const problems = (text: string) => {
    const folder = digitsCheckout(text)
    return problemsOf(prepare({ specPath: join(folder, 'tuning.yml'), workspace: folder, saveModel: modelFormatNames }))
  }

  it('without a verification', async () => {
    expect(await problems(spec.replace(/, verify:.*\]\n/, ']\n').replace(/^gates:.*\n/m, ''))).toMatchObject([
      { code: 'model/cannot-save' },
    ])
  })

  it('with a layer that a format cannot hold', async () => {
    const layers = '{ embedding: { inputDim: 20, outputDim: 4, maskZero: true } }, flatten, '
    const text = spec.replace('layers: [', `layers: [${layers}`).replace('scale: 0.0625', 'scale: 1')
    const [problem] = await problems(text)
    expect(problem?.message).toMatch(/^the model cannot be saved as keras: /)
    expect([problem?.found, problem?.hint]).toEqual(['flatten', 'name the other formats, --save-model onnx'])
    expect(existsSync(out('nothing'))).toBe(false)
  })
})
