import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { initCommand } from '../../src/cli/commands/init.ts'
import { configOf, dataFiles } from '../../src/study/data-files.ts'
import { prepare } from '../../src/study/prepare.ts'
import { fixture, problemsOf } from '../data/support.ts'
import { preparedModel } from '../support/models.ts'

const outside = mkdtempSync(join(tmpdir(), 'tunegate-files-'))
const folder = join(outside, 'workspace')
mkdirSync(folder)
afterAll(() => rmSync(outside, { recursive: true }))
copyFileSync(fixture('bpe.json'), join(folder, 'bpe.json'))
copyFileSync(fixture('bpe.json'), join(outside, 'bpe.json'))
const lines = Array.from({ length: 200 }, (_, i) => `it is ${i % 2 ? 'good' : 'bad'} and that is number ${i},${i % 2}`)
writeFileSync(join(folder, 'reviews.csv'), ['text,y', ...lines].join('\n'))

function source(tokenizer: string) {
  const specPath = join(folder, 'tuning.yml')
  writeFileSync(
    specPath,
    `version: 1
name: reviews
task: classification
data:
  source: reviews.csv
  target: y
  inputs: { text: text, tokenizer: ${tokenizer}, length: 16 }
model:
  layers:
    - embedding: { inputDim: vocabulary, outputDim: 4 }
    - globalAveragePooling1d
    - dense: { units: classes }
`,
  )
  return { specPath, workspace: folder, baseline: { kind: 'declared' } } as const
}

describe('texts that are split already', () => {
  const named = ['train', 'validation', 'test'].map((part, i) => {
    const path = join(folder, `${part}.csv`)
    const own = lines.filter((_, row) => (row % 10 < 6 ? 0 : row % 10 < 8 ? 1 : 2) === i)
    writeFileSync(path, ['text,y', ...own.map((line) => (i > 0 ? line.replace('number', `${part}word`) : line))].join('\n'))
    return path
  })

  it('get a spec from init that reads each file as its part, with the vocabulary of the training file', async () => {
    const specPath = join(folder, 'parts.yml')
    expect(await initCommand(named, { output: specPath })).toBe(0)
    const { spec, paths, dataset } = preparedModel(
      await prepare({ specPath, workspace: folder, baseline: { kind: 'declared' } }),
    )
    expect(spec.data.inputs).toMatchObject({ kind: 'text', column: 'text' })
    expect(paths).toEqual({ source: named[0], files: { validation: named[1], test: named[2] } })
    const { train, validation, test } = dataset.splits
    expect([train.length, validation.length, test.length]).toEqual([120, 40, 40])
    expect(dataset.vocabulary).toContain('number')
    expect(dataset.vocabulary).not.toContain('testword')
  })

  it('read with a tokenizer file, which belongs to the spec and not to a part', async () => {
    const { specPath, ...rest } = source('bpe.json')
    writeFileSync(
      specPath,
      readFileSync(specPath, 'utf8').replace('source: reviews.csv', 'train: train.csv\n  test: test.csv'),
    )
    const { spec, ...files } = preparedModel(await prepare({ specPath, ...rest }))
    const config = configOf(spec.data, files)
    expect(config).toMatchObject({ source: named[0], files: { test: named[2] } })
    expect(config.inputs).toMatchObject({ tokenizer: files.tokenizerFile?.path })
    expect(files.dataset.splits.test.length).toBe(40)
  })
})

describe('a tokenizer file', () => {
  it('is found beside the spec, and its vocabulary sizes the embedding', async () => {
    const prepared = preparedModel(await prepare(source('bpe.json')))
    expect(prepared.tokenizerFile?.named).toBe('bpe.json')
    expect(prepared.dataset.vocabulary?.length).toBeGreaterThan(10)
    const [first] = 'layers' in prepared.plan.workload ? prepared.plan.workload.layers : []
    expect(first).toEqual({
      kind: 'embedding',
      inputDim: prepared.dataset.vocabulary?.length,
      outputDim: 4,
      maskZero: true,
    })
  })

  it.each([
    ['other.json', 'data/unreadable', 'the tokenizer file does not exist'],
    ['../bpe.json', 'data/outside-workspace', 'the tokenizer file is outside of the workspace'],
  ])('%s is refused at its place in the spec', async (tokenizer, code, message) => {
    const problems = await problemsOf(prepare(source(tokenizer)))
    expect(problems).toEqual([expect.objectContaining({ code, message, found: tokenizer })])
    expect(problems[0]?.at).toMatchObject({ line: 7, column: 36 })
  })

  it('of a baseline must be that of the study', async () => {
    const { spec, ...files } = preparedModel(await prepare(source('bpe.json')))
    expect(configOf(spec.data, files).inputs).toMatchObject({ tokenizer: files.tokenizerFile?.path })
    if (spec.data.inputs.kind !== 'text') throw new Error('no text')
    const other = { ...spec.data, inputs: { ...spec.data.inputs, tokenizer: 'base.json' } }
    const refused = await problemsOf((async () => configOf(other, files))())
    expect(refused).toEqual([expect.objectContaining({ code: 'data/tokenizer', found: 'base.json' })])
    expect(
      await dataFiles(
        { ...other, inputs: { ...other.inputs, tokenizer: 'word' } },
        () => ({ file: '', line: 1, column: 1 }),
        source('word'),
      ),
    ).toEqual({ paths: files.paths })
  })
})
