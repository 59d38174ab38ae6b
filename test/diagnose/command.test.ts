import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { diagnoseCommand, type DiagnoseOptions } from '../../src/cli/commands/diagnose.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import { buildReport } from '../../src/report/build.ts'
import { reportText } from '../../src/report/json.ts'
import { journalLine } from '../../src/run/journal-line.ts'
import { fakeStudy } from '../support/study.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose '))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function said(paths: readonly string[], options: DiagnoseOptions = {}): Promise<string> {
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  expect(await diagnoseCommand(paths, options)).toBe(0)
  vi.restoreAllMocks()
  return text
}

function keras(rise: number): string {
  const rows = Array.from({ length: 20 }, (_, i) => `${i},${2 * 0.8 ** i},${0.4 + 1.6 * 0.7 ** i + rise * i}`)
  return `epoch,loss,val_loss\n${rows.join('\n')}\n`
}

describe('tunegate diagnose', () => {
  it('prints symptom, evidence, cause, levers in order and the stage', async () => {
    const text = await said([file('sick.csv', keras(0.04))])
    expect(text).toMatch(/sick\.csv \(1 run\)\n {2}The model trains well but validates poorly \[overfit\]\n/)
    expect(text).toMatch(/\n {4}Seen: {2}From step \d+ on, the validation loss rose from/)
    expect(text).toMatch(/Cause: .*\n {4}Try: {3}1\. epochs: .*\n {11}2\. dropout: raise it\n/)
    expect(text).toMatch(/Stage: schedule would test the first one/)
  })
  it('says so where nothing is wrong', async () => {
    expect(await said([file('well.csv', keras(0))])).toMatch(/well\.csv \(1 run\): no rule found anything wrong\.\n$/)
  })
  it('prints JSON alone', async () => {
    const found = JSON.parse(
      await said([file('sick.csv', keras(0.04)), file('well.csv', keras(0))], { json: true }),
    ) as Finding[]
    expect(found.map((f) => [f.rule, f.seeds, f.stage])).toEqual([['overfit', { seen: 1, of: 1 }, 'schedule']])
  })
  it('takes files as seeds of one trial where it is told to', async () => {
    const files = [0.04, 0.05, 0].map((rise, i) => file(`seed ${i}.csv`, keras(rise)))
    expect(await said(files, { together: true })).toMatch(
      /^all files \(3 runs\)\n {2}The model trains well but validates poorly, in 2 of 3 seeds/,
    )
  })
  it('reads the folder of a study, its classes and rows from the report beside the journal', async () => {
    const { input, results } = fakeStudy()
    file('journal.jsonl', `{"journal":1}\n${results.map(journalLine).join('')}`)
    file('report.json', reportText(buildReport(input)))
    const text = await said([folder])
    expect(text).toMatch(/verify, .* \(5 runs\)/)
  })
  it('explains what it cannot read', async () => {
    await expect(diagnoseCommand([join(folder, 'nowhere.csv')], {})).rejects.toThrow(/curves cannot be read[\s\S]*ENOENT/)
    await expect(diagnoseCommand([file('none.jsonl', '{"journal":1}\n')], {})).rejects.toThrow(/no finished training runs/)
    await expect(diagnoseCommand([file('other.csv', 'a,b\n1,2\n')], {})).rejects.toThrow(/no column with a curve/)
  })
})
