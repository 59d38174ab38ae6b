import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { initCommand } from '../../src/cli/commands/init.ts'
import type { RunRequest } from '../../src/records/run.ts'
import { runIds } from '../../src/run/id.ts'
import { confirmation } from '../../src/stages/index.ts'
import { prepare } from '../../src/study/prepare.ts'
import type { Engine } from '../../src/train/engine.ts'
import { createTrainer } from '../../src/train/trainer.ts'
import { root } from '../support/architecture.ts'
import { modelWorkload, preparedModel } from '../support/models.ts'
import { cpuEngine, cpuFolder, missingCpu } from '../support/tf-cpu.ts'
import { missingNative, nativeEngine, nativeFolder } from '../support/tf-native.ts'
import { wasmEngine } from '../support/tf-wasm.ts'

const folder = mkdtempSync(join(tmpdir(), 'tunegate-text-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The sentences of this repository's documentation, and what they are about. */
const topics = {
  github: ['docs/github.md', 'docs/action.md', 'docs/trust.md', 'SECURITY.md'],
  training: ['docs/trainer.md', 'docs/own-script.md', 'docs/how-it-decides.md', 'docs/spec.md'],
} as const

function sentencesOf(path: string): string[] {
  const prose = readFileSync(join(root, path), 'utf8')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/^[|#<].*$/gm, ' ')
    .replace(/\s+/g, ' ')
  return prose.split(/(?<=[.:]) /).filter((sentence) => (sentence.match(/[A-Za-z]{2,}/g)?.length ?? 0) >= 6)
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const data = join(folder, 'sentences.csv')
const rows = Object.entries(topics).flatMap(([topic, paths]) =>
  [...new Set(paths.flatMap(sentencesOf))].map((sentence) => `${quoted(sentence)},${topic}`),
)
writeFileSync(data, ['sentence,topic', ...rows, ''].join('\n'))
const specPath = join(folder, 'tuning.yml')

/** The best checkpoint on the engine: its weights, and its metrics on rows that it did not see. */
async function trainedOn(engine: Engine) {
  const { plan, dataset } = preparedModel(await prepare({ specPath, workspace: folder }))
  const trainer = createTrainer(engine, modelWorkload(plan.workload), dataset)
  const request: RunRequest = {
    stage: confirmation.name,
    label: 'text',
    levers: plan.baseline,
    seed: 3,
    job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true },
  }
  const run = trainer.run(request, runIds(plan.workload, engine.label)(request))
  trainer.dispose()
  if (run.status !== 'complete' || !run.best?.test) throw new Error('the run did not complete')
  return { plan, test: run.best.test }
}

test('init reads sentences as a text, and its model learns what they are about, alike on every engine', async ({ skip }) => {
  expect(await initCommand([data], { output: specPath })).toBe(0)
  const spec = readFileSync(specPath, 'utf8')
  expect(spec).toMatch(/^preset: text$/m)
  expect(spec).toMatch(/inputs: \{ text: sentence, tokenizer: word, vocabulary: 10000, length: \d+ \}/)
  const { plan, test: found } = await trainedOn(await wasmEngine())
  expect(modelWorkload(plan.workload).data.vocabulary).toBeGreaterThan(500)
  expect(found.accuracy).toBeGreaterThan(0.75)
  const alike = async (engine: Engine): Promise<void> => {
    const { test: other } = await trainedOn(engine)
    expect(other.nll).toBeCloseTo(found.nll ?? NaN, 3)
    expect(other.accuracy).toBeCloseTo(found.accuracy ?? NaN, 2)
  }
  if (cpuFolder !== null) await alike(await cpuEngine())
  if (nativeFolder !== null) await alike(await nativeEngine(true))
  const missing = [...(cpuFolder === null ? [missingCpu] : []), ...(nativeFolder === null ? [missingNative] : [])]
  if (missing.length > 0) skip(missing.join('; '))
})
