import { modelSpec } from '../support/models.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import type { PartName } from '../../src/data/parts.ts'
import type { ChangeSection } from '../../src/report/model.ts'
import type { BaseFile } from '../../src/study/base-file.ts'
import { changeOf } from '../../src/study/evaluation-rows.ts'
import { prepare } from '../../src/study/prepare.ts'
import { readSpec } from '../../src/study/read-spec.ts'
import { rulesOf } from '../../src/study/rules.ts'
import { config, file } from '../data/support.ts'

const rows = Array.from({ length: 300 }, (_, i) => `${i + 1000},${((i * i) % 53) + 3},${i % 2 === 0 ? 'yes' : 'no'}`)
const table = (lines: readonly string[], head = ['a,b,y']): string => `${[...head, ...lines].join('\n')}\n`
const spec = (data: string): string => `version: 1
name: net
task: classification
data: { source: own.csv, target: -1, ${data} }
model: { layers: [{ dense: { units: classes } }] }
stages: [verify: { seeds: 2 }]
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rows-'))
})

interface Other {
  readonly base?: string
  readonly own?: string
  readonly head?: string[]
  readonly lines?: readonly string[]
}

/** The change has the plain table; `found` is what the base commit has. */
async function changed(found: BaseFile, { base, own, head, lines = rows }: Other = {}): Promise<ChangeSection | undefined> {
  const specPath = join(folder, 'tuning.yml')
  writeFileSync(join(folder, 'own.csv'), table(lines, head))
  writeFileSync(specPath, spec(own ?? base ?? 'header: true'))
  const { spec: before } = await readSpec({ specPath, workspace: folder, specText: spec(base ?? 'header: true') })
  const prepared = await prepare({ specPath, workspace: folder, rules: rulesOf(before) })
  return changeOf(prepared, { data: modelSpec(before).data, file: async () => found })
}

const other = (lines: readonly string[]): BaseFile => ({ kind: 'other', name: 'base.csv', bytes: Buffer.from(table(lines)) })
/** The change and the base both have a file for each part; `base` gives what the base commit has of each. */
async function changedParts(base: (part: PartName) => BaseFile): Promise<ChangeSection | undefined> {
  const specPath = join(folder, 'tuning.yml')
  const text = spec('header: true').replace('source: own.csv', 'train: train.csv, validation: val.csv, test: test.csv')
  writeFileSync(specPath, text)
  writeFileSync(join(folder, 'train.csv'), table(rows.slice(0, 200)))
  writeFileSync(join(folder, 'val.csv'), table(rows.slice(200, 250)))
  writeFileSync(join(folder, 'test.csv'), table(rows.slice(250)))
  const prepared = await prepare({ specPath, workspace: folder })
  const { spec: before } = await readSpec({ specPath, workspace: folder, specText: text })
  return changeOf(prepared, { data: modelSpec(before).data, file: async (_, part) => base(part) })
}

describe('a change of data that are split already', () => {
  const same: BaseFile = { kind: 'same' }
  const edited: BaseFile = {
    kind: 'other',
    name: 'test.csv',
    bytes: Buffer.from(table(rows.slice(250).map((row, i) => (i < 4 ? `9${row}` : row)))),
  }

  it('is nothing where every file is the same, and the part whose file differs', async () => {
    expect(await changedParts(() => same)).toBeUndefined()
    expect(await changedParts((part) => (part === 'test' ? edited : same))).toMatchObject({
      rows: { parts: [{ part: 'test', rows: 50, edited: 4, moved: 0, growth: 0 }] },
    })
  })

  it('is not compared where one file cannot be had, or where a workflow chose only one of them', async () => {
    const unknown: BaseFile = { kind: 'unknown', why: 'the base commit has no file test.csv' }
    expect(await changedParts((part) => (part === 'test' ? unknown : same))).toEqual(cannot(unknown.why))
    const chosen: BaseFile = { kind: 'uncommitted', why: 'no commit has test.csv' }
    expect(await changedParts((part) => (part === 'test' ? chosen : same))).toEqual(cannot(chosen.why))
  })
})

const cannot = (why: string): ChangeSection => ({ rules: [], rows: { notCompared: why } })

describe('attack 14: what a change alters of the rows that are measured', () => {
  it('is nothing where file and settings are the same, or only the bytes differ', async () => {
    expect(await changed({ kind: 'same' })).toBeUndefined()
    expect(await changed(other(rows.map((row) => row.replace(/^(\d+)/, '$1.0'))))).toBeUndefined()
  })

  it('is each part of the split that differs', async () => {
    expect(await changed(other(rows.map((row) => `9${row}`)))).toEqual({
      rules: [],
      rows: {
        parts: [
          { part: 'validation', rows: 60, edited: 60, relabelled: 0, moved: 0, growth: 0 },
          { part: 'test', rows: 60, edited: 60, relabelled: 0, moved: 0, growth: 0 },
        ],
      },
      training: { rows: 180, edited: 180, relabelled: 0, moved: 0, growth: 0, added: 180 },
    })
  })

  it('attack 23: is each training row that differs, where nothing that is measured does', async () => {
    const { train } = (await loadDataset(config(file('split.csv', table(rows)), { header: true }))).splits
    const chosen = new Set(train.slice(0, 9))
    const edited = rows.map((row, i) => (chosen.has(i) ? `9${row}` : row))
    expect(await changed(other(edited))).toEqual({
      rules: [],
      training: { rows: 180, edited: 9, relabelled: 0, moved: 0, growth: 0, added: 9 },
    })
  })

  it('attack 23: is each column that is added, removed, or holds something else, by its name', async () => {
    const base = table(
      rows.map((row, i) => `${i},${i % 3},${row}`),
      ['gone,unused,a,b,y'],
    )
    const found: BaseFile = { kind: 'other', name: 'base.csv', bytes: Buffer.from(base) }
    const own = rows.map((row, i) => `w${i % 3},${(i * 7) % 5},${row}`)
    const inputs = { base: 'header: true, inputs: { numeric: [a, b] }', own: 'header: true, inputs: auto' }
    expect(await changed(found, { ...inputs, head: ['unused,leak,a,b,y'], lines: own })).toEqual({
      rules: [],
      columns: {
        added: ['leak'],
        removed: ['gone'],
        retyped: [{ name: 'unused', base: 'numbers', change: 'texts' }],
        unlisted: 0,
      },
    })
  })

  it('is not known where the same file is read in another way, or its content cannot be had', async () => {
    expect(await changed({ kind: 'same' }, { base: 'header: false', own: 'header: true', head: [] })).toMatchObject(
      cannot('the data of the change has no column "0"'),
    )
    expect(await changed({ kind: 'unknown', why: 'no file' })).toEqual(cannot('no file'))
    expect(await changed(other(['1,2,yes']))).toEqual(
      cannot('the data of the base commit cannot be loaded: the target has only one class, so there is nothing to learn'),
    )
  })

  it('is told beside the rules that it alters', async () => {
    expect(await changed({ kind: 'same' }, { own: 'header: true, split: { test: 0.5 }' })).toEqual({
      rules: [{ setting: 'data.split.test', base: '0.2', change: '0.5' }],
    })
  })
})
