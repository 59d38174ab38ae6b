import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journalLine, runOfLine } from '../../src/run/journal-line.ts'
import { parseLock, lockText } from '../../src/report/lock.ts'
import type { Study } from '../../src/study/conclude.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { digitsCheckout, studyOptions } from '../support/fan-out.ts'
import { digitsSpec } from '../support/specs.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let bundle: WorkerBundle
let checkout: string
let whole: Study
const spec = digitsSpec({ seeds: 3, hidden: 8 })

beforeAll(async () => {
  bundle = await bundleWorker()
  checkout = digitsCheckout(spec)
  whole = await runStudy(studyOptions(checkout, bundle))
})
afterAll(() => bundle.remove())

const journal = (): string => join(checkout, 'out/journal.jsonl')
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const isRunLine = (line: string): boolean => line.startsWith('{"id"')

/** The study again, with its journal rewritten. */
async function again(rewrite: (lines: readonly string[]) => readonly string[]): Promise<Study> {
  const before = readFileSync(journal(), 'utf8')
  writeFileSync(journal(), `${rewrite(linesOf(before)).join('\n')}\n`)
  try {
    return await runStudy(studyOptions(checkout, bundle))
  } finally {
    writeFileSync(journal(), before)
  }
}

describe('the verified seeds together', () => {
  it('are scored beside the single model, whose scores are the mean over the seeds', () => {
    const { verification } = whole.report
    const { members, rows, models, notes } = verification?.ensemble ?? { members: 0, rows: 0, models: [], notes: [] }
    expect([members, rows, notes]).toEqual([3, 359, []])
    expect(models.map((m) => [m.model, m.temperature !== null])).toEqual([
      ['single', false],
      ['single', true],
      ['ensemble', false],
      ['ensemble', true],
    ])
    const tests = verification?.seeds.map((s) => s.candidate.test?.nll ?? NaN) ?? []
    expect(models[0]?.test.nll).toBeCloseTo(tests.reduce((a, b) => a + b) / 3, 5)
    expect(models[2]?.test.nll).toBeLessThan(models[0]?.test.nll ?? NaN)
    // One temperature each, fitted on the same rows as the seeds' own.
    const own = verification?.seeds.map((s) => s.candidate.calibration?.temperature ?? NaN) ?? []
    expect(models[1]?.temperature).toBeCloseTo(Math.exp(own.reduce((sum, t) => sum + Math.log(t), 0) / 3), 4)
  })

  it('are scored class by class, and the classes together give the metrics of the seeds', () => {
    const { byClass, seeds } = whole.report.verification ?? {}
    expect(byClass).toMatchObject({ split: 'test', seeds: 3, rows: 359 })
    expect(byClass?.classes.map(({ name }) => name)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const meanOf = (metric: 'accuracy' | 'nll'): number =>
      (seeds ?? []).reduce((sum, seed) => sum + (seed.candidate.test?.[metric] ?? NaN), 0) / 3
    const weighted = (valueOf: (one: NonNullable<typeof byClass>['classes'][number]) => number): number =>
      (byClass?.classes ?? []).reduce((sum, one) => sum + one.rows * valueOf(one), 0) / 359
    expect(weighted(({ recall }) => recall.mean)).toBeCloseTo(meanOf('accuracy'), 4)
    expect(weighted(({ nll }) => nll.mean)).toBeCloseTo(meanOf('nll'), 4)
    expect(whole.files.markdown).toMatch(/## Class by class\n\n\| Class \| test rows \| Precision \| Recall \| nll \|/)
    expect(readFileSync(whole.files.page, 'utf8')).toContain('<h3>Class by class</h3>')
  })

  it('are in summary, page and lock', () => {
    expect(whole.files.markdown).toMatch(/## What else these seeds give\n\n\| On test rows \| accuracy \| nll/)
    expect(whole.files.markdown).toContain('ensemble of 3, temperature-scaled')
    expect(readFileSync(whole.files.page, 'utf8')).toContain('What else these seeds give')
    expect(whole.lock.ensemble).toEqual(whole.report.verification?.ensemble)
    expect(parseLock(lockText(whole.lock), 'tuning.lock.json')).toEqual(whole.lock)
    const { ensemble: _, ...old } = whole.lock
    expect(parseLock(lockText(old), 'tuning.lock.json')).toEqual(old)
  })

  it('give the same bits if the study is continued after a kill', async () => {
    const continued = await again((lines) => lines.slice(0, lines.filter((line) => !isRunLine(line)).length + 1))
    expect(lockText(continued.lock)).toBe(lockText(whole.lock))
  })

  it('have no scores if their runs are those of a version that kept no predictions, and the report says so', async () => {
    const withoutPredictions = (line: string): string => {
      const run = runOfLine(line)
      if (run.status !== 'complete' || run.best === null) return line
      const { predictions: _, ...best } = run.best
      return journalLine({ ...run, best }).trimEnd()
    }
    const old = await again((lines) => lines.map((line) => (isRunLine(line) ? withoutPredictions(line) : line)))
    expect(old.report.verification).not.toHaveProperty('ensemble')
    expect(old.lock).not.toHaveProperty('ensemble')
    expect(old.report.omissions).toEqual([
      { stage: null, what: 'scores of an ensemble', why: expect.stringContaining('3 of 3 runs kept no predictions') },
    ])
  })
})
