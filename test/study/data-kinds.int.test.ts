import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initCommand } from '../../src/cli/commands/init.ts'
import { engineHere } from '../../src/study/engine.ts'
import { predictFile } from '../../src/study/predict.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { root } from '../support/architecture.ts'
import { preparedModel } from '../support/models.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-kinds-'))
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)
const digits = gunzipSync(readFileSync(join(root, 'examples/digits/digits.csv.gz')))
  .toString('utf8')
  .trim()
  .split('\n')
const [wineHeader = '', ...wine] = readFileSync(join(root, 'examples/wine/wine.csv'), 'utf8').trim().split('\n')

interface Kind {
  readonly name: string
  /** Writes the data into a folder, and returns what `init` and what `predict` is given. */
  readonly write: (folder: string) => { readonly files: readonly string[]; readonly predicted: string }
  /** What the spec of `init` must say. */
  readonly says: RegExp
  /** Test accuracy that a guess of the largest class does not reach. */
  readonly above: number
}

const copied = (name: string) => (into: string) => {
  const file = join(into, name)
  copyFileSync(fixture(name), file)
  return { files: [file], predicted: file }
}

/** The digits as PNG files, a folder for each. */
function images(into: string) {
  const pictures = join(into, 'pictures')
  digits.slice(0, 600).forEach((row, i) => {
    const values = row.split(',').map(Number)
    const own = join(pictures, `digit-${values.at(-1)}`)
    mkdirSync(own, { recursive: true })
    const data = Uint8Array.from(values.slice(0, 64), (value) => Math.min(255, 16 * value))
    writeFileSync(
      join(own, `${String(i).padStart(4, '0')}.png`),
      encode({ width: 8, height: 8, channels: 1, depth: 8, data }),
    )
  })
  return { files: [pictures], predicted: pictures }
}

/** Sentences of this repository's documentation, and the page that they are from. */
function sentences(into: string) {
  const rows = ['github', 'how-it-decides'].flatMap((page) =>
    readFileSync(join(root, `docs/${page}.md`), 'utf8')
      .replace(/```[\s\S]*?```/g, ' ')
      .replace(/^[|#<].*$/gm, ' ')
      .replace(/\s+/g, ' ')
      .split(/(?<=[.:]) /)
      .filter((sentence) => (sentence.match(/[A-Za-z]{2,}/g)?.length ?? 0) >= 6)
      .map((sentence) => `"${sentence.replaceAll('"', '""')}",${page}`),
  )
  const file = join(into, 'sentences.csv')
  writeFileSync(file, ['sentence,page', ...new Set(rows), ''].join('\n'))
  return { files: [file], predicted: file }
}

/** The wines in three files. Each class is in each of them. */
function threeFiles(into: string) {
  const parts = { train: [0, 1, 2], validation: [3], test: [4] }
  const files = Object.entries(parts).map(([part, rests]) => {
    const file = join(into, `${part}.csv`)
    writeFileSync(file, [wineHeader, ...wine.filter((_, i) => rests.includes(i % 5)), ''].join('\n'))
    return file
  })
  return { files, predicted: files[2] ?? '' }
}

const kinds: readonly Kind[] = [
  { name: 'a Parquet file', write: copied('wine.parquet'), says: /wine\.parquet/, above: 0.6 },
  { name: 'an image folder', write: images, says: /shape: \[8, 8, 1\]/, above: 0.5 },
  { name: 'a table of sentences', write: sentences, says: /text: sentence/, above: 0.6 },
  { name: 'a table with gaps', write: copied('penguins.csv'), says: /missing:/, above: 0.7 },
  { name: 'three files', write: threeFiles, says: /test: test\.csv/, above: 0.6 },
]

describe('init, validate, run and predict work on', () => {
  let bundle: WorkerBundle
  beforeAll(async () => {
    bundle = await bundleWorker()
  })
  afterAll(() => {
    bundle.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(kinds)('$name', { timeout: 240_000 }, async ({ name, write, says, above }) => {
    const own = join(folder, name.replaceAll(' ', '-'))
    mkdirSync(own)
    const { files, predicted } = write(own)
    const specPath = join(own, 'tuning.yml')
    expect(await initCommand([...files], { output: specPath, pilot: false })).toBe(0)
    expect(readFileSync(specPath, 'utf8')).toMatch(says)
    const study = await runStudy({
      specPath,
      workspace: own,
      outDir: join(own, 'out'),
      workers: 2,
      engine: engineHere('wasm', own),
      workerScript: bundle.script,
      stages: ['verify'],
      seeds: 2,
      saveModel: ['onnx', 'keras'],
      listener: () => {},
      startedAt: null,
      clock: () => performance.now(),
    })
    const [first] = study.report.verification?.seeds ?? []
    expect(first?.candidate.test?.accuracy).toBeGreaterThan(above)
    const engine = { engine: 'wasm', folder: null, why: '' } as const
    const model = join(own, 'out/models', `seed-${first?.seed}`)
    const { values, rows, head } = await predictFile({ model, data: predicted, engine, workerScript: bundle.script })
    const { splits, targets } = preparedModel(study.prepared).dataset
    const places = files.length > 1 ? splits.test.keys() : splits.test.values()
    expect(rows).toBe(files.length > 1 ? splits.test.length : targets.length)
    const width = head.task === 'classification' ? head.classes.length : 1
    const losses = [...places].map((place, i) => {
      const label = targets[splits.test[i] ?? -1] ?? NaN
      return -Math.log(values[place * width + label] ?? NaN)
    })
    const measured = first?.candidate.test?.nll ?? NaN
    expect(losses.reduce((a, b) => a + b, 0) / losses.length / measured).toBeCloseTo(1, 4)
  })
})
