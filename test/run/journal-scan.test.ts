import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Journal } from '../../src/run/journal.ts'
import { scanJournal } from '../../src/run/journal-scan.ts'
import { runsAt } from '../../src/run/read-runs.ts'
import { fakeStudy } from '../support/study.ts'

test('a journal that grew is read from where the last scan ended, to the last whole line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-scan-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'journal.jsonl')
  const header = { journal: 1, workload: 'w', spec: 's', data: 'd', engine: 'wasm' } as const
  const results = fakeStudy().results.slice(0, 3)
  const journal = await Journal.open(path, header)
  await journal.append(results[0]!)
  const first = await scanJournal(path)
  for (const run of results.slice(1)) await journal.append(run)
  await journal.close()
  const whole = await scanJournal(path)
  // A line that is being written.
  appendFileSync(path, '{"id":"')
  const more = await scanJournal(path, first?.end)
  expect([...(first?.places.keys() ?? [])]).toEqual([results[0]?.id])
  expect([...(more?.places.keys() ?? [])]).toEqual(results.slice(1).map(({ id }) => id))
  expect([more?.end, more?.torn]).toEqual([whole?.end, true])
  expect(more?.end).toBe(readFileSync(path).length - 7)
  const read = []
  for await (const run of runsAt(path, [...(more?.places.values() ?? [])])) read.push(run.id)
  expect(read).toEqual(results.slice(1).map(({ id }) => id))
  expect([...((await scanJournal(path, more?.end))?.places.keys() ?? [])]).toEqual([])
})
