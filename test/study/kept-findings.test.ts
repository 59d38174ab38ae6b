import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DataFinding } from '../../src/data/checks/definition.ts'
import { loadDataset } from '../../src/data/load.ts'
import { findingsOf } from '../../src/study/kept-findings.ts'
import { digitImages } from '../support/digits.ts'

const found: readonly DataFinding[] = [
  { check: 'constant', message: '3 inputs with the same value' },
  { check: 'duplicates', message: '2 rows', rows: [4, 7] },
]
const dataset = await loadDataset(digitImages)
let [folder, program] = ['', '']
let times = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'findings-'))
  program = mkdtempSync(join(tmpdir(), 'program-'))
  writeFileSync(join(program, 'index.js'), 'first build')
  times = 0
})
afterEach(() => [folder, program].forEach((path) => rmSync(path, { recursive: true })))

const asked = (amount = 0.1, checks = ['constant', 'duplicates'] as const, data = dataset) =>
  findingsOf({ folder, program }, data, checks, [{ name: 'noise', amount, apply: () => {} }], () => {
    times += 1
    return found
  })

it('finds once, and gives the same again', async () => {
  expect(await asked()).toEqual(found)
  expect(await asked()).toEqual(found)
  expect(times).toBe(1)
})

it.each([
  ['other data', () => asked(0.1, ['constant', 'duplicates'], { ...dataset, fingerprint: 'other' })],
  ['another augmentation', () => asked(0.2)],
  [
    'another build',
    () => {
      writeFileSync(join(program, 'index.js'), 'second build, longer')
      return asked()
    },
  ],
  [
    'a damaged file',
    () => {
      for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '[{"check":"constant"}]')
      return asked()
    },
  ],
  [
    'a finding of a check that does not exist',
    () => {
      for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '[{"check":"none","message":"fine"}]')
      return asked()
    },
  ],
])('finds again for %s', async (_, again) => {
  await asked()
  expect(await again()).toEqual(found)
  expect(times).toBe(2)
})

it('keeps nothing without a folder, and needs none that can be written', async () => {
  const find = (): readonly DataFinding[] => found
  expect(await findingsOf(undefined, dataset, ['constant'], [], find)).toBe(found)
  const nowhere = { folder: join(program, 'index.js', 'below-a-file'), program }
  expect(await findingsOf(nowhere, dataset, ['constant'], [], find)).toBe(found)
})
