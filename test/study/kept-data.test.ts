import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isScript } from '../../src/study/prepare.ts'
import { preview, type Preview } from '../../src/study/preview.ts'
import { problemsOf } from '../data/support.ts'

let folder = ''
const at = (...path: string[]): string => join(folder, ...path)

/** 180 rows of two classes, with a column that is constant, which is a note, and 40 rows twice, which is a finding. */
const rows = (first = 0): string =>
  `a,b,constant,y\n${Array.from({ length: 180 }, (_, row) => row % 140)
    .map((i) => `${(i * 37 + first) % 41},${(i * 13) % 17},1,${i % 2 ? 'yes' : 'no'}`)
    .join('\n')}\n`

const spec = (data = 'data: { source: data.csv, target: y }', gate = 'threshold: { metric: accuracy, min: 0.5 }') =>
  `version: 1
name: kept
task: classification
${data}
model: { layers: [{ dense: { units: classes } }] }
stages: [verify: { seeds: 3 }]
gates: [${gate}]
`

const previewed = (text = spec()): Promise<Preview> =>
  preview({ specPath: at('tuning.yml'), specText: text, workspace: folder }, { folder: at('kept'), program: at('program') })

const keptFiles = (): string[] => readdirSync(at('kept'))
/** Every file says that it was used. */
function mark(): void {
  for (const name of keptFiles()) {
    const known = JSON.parse(readFileSync(at('kept', name), 'utf8')) as { readonly notes: readonly string[] }
    writeFileSync(at('kept', name), JSON.stringify({ ...known, notes: ['kept'] }))
  }
}
const isKept = async (text?: string): Promise<boolean> => (await previewed(text)).notes.includes('kept')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-data-'))
  for (const name of ['program', 'kept', 'parts']) mkdirSync(at(name))
  writeFileSync(at('program', 'index.js'), 'first build')
  writeFileSync(at('data.csv'), rows())
  writeFileSync(at('parts', 'one.csv'), rows())
  writeFileSync(at('parts', 'two.csv'), rows(3))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('what is known of data', () => {
  it('gives the same preview again, and the same study', async () => {
    const [first, second] = [await previewed(), await previewed()]
    expect(second.plan).toEqual(first.plan)
    expect(second.notes).toEqual(first.notes)
    expect(second.warnings).toEqual(first.warnings)
    expect(first.warnings.map(({ code }) => code)).toContain('data/duplicates')
    const [one, other] = [await first.prepared(), await second.prepared()]
    if (isScript(one) || isScript(other)) throw new Error('a script')
    expect(other.dataset).toEqual(one.dataset)
    expect(other.findings).toEqual(one.findings)
  })

  it('is kept while gates and levels of checks change', async () => {
    await previewed()
    mark()
    expect(await isKept(spec(undefined, 'threshold: { metric: f1, min: 0.4 }'))).toBe(true)
    const error = spec('data: { source: data.csv, target: y, checks: { duplicates: error } }')
    expect((await problemsOf(previewed(error))).map(({ code }) => code)).toEqual(['data/duplicates'])
  })

  it('is kept for a folder, whose files all count', async () => {
    const inFolder = spec('data: { source: parts, target: y }')
    await previewed(inFolder)
    mark()
    expect(await isKept(inFolder)).toBe(true)
    writeFileSync(at('parts', 'two.csv'), rows(4))
    expect(await isKept(inFolder)).toBe(false)
  })

  it('names the metrics that the rows do not define', async () => {
    const oneClass = spec(
      'data: { train: data.csv, test: test.csv, target: y }',
      'threshold: { metric: auroc, split: test, min: 0.5 }',
    )
    writeFileSync(at('test.csv'), `a,b,constant,y\n${'1,2,1,yes\n'.repeat(20)}`)
    const problems = async (): Promise<string[]> => (await problemsOf(previewed(oneClass))).map(({ message }) => message)
    const first = await problems()
    expect(first.join()).toContain('the metric auroc has no value on the test rows')
    mark()
    expect(keptFiles()).toHaveLength(1)
    expect(await problems()).toEqual(first)
  })

  it.each<[string, () => string | undefined]>([
    ['other bytes', () => void writeFileSync(at('data.csv'), rows(1))],
    ['another split', () => spec('data: { source: data.csv, target: y, split: { test: 0.3 } }')],
    ['other checks', () => spec('data: { source: data.csv, target: y, checks: { drift: off } }')],
    ['another build', () => void writeFileSync(at('program', 'index.js'), 'second build, longer')],
    ['a damaged file', () => void keptFiles().forEach((name) => writeFileSync(at('kept', name), '{"notes":["kept"]}'))],
    ['a file that is gone', () => void keptFiles().forEach((name) => rmSync(at('kept', name)))],
  ])('is found again for %s', async (_, change) => {
    await previewed()
    mark()
    expect(await isKept()).toBe(true)
    expect(await isKept(change())).toBe(false)
  })

  it('needs no folder that can be written', async () => {
    rmSync(at('kept'), { recursive: true })
    writeFileSync(at('kept'), 'a file')
    expect((await previewed()).plan).toEqual((await previewed()).plan)
  })
})
