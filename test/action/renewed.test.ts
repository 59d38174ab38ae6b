import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renewed } from '../../src/action/renewed.ts'
import { buildReport } from '../../src/report/build.ts'
import { buildLock, lockText, parseLock } from '../../src/report/lock.ts'
import type { Study } from '../../src/study/run-study.ts'
import { fakeStudy } from '../support/study.ts'

it('a lock that time cut short stays one where only its seeds are verified again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'renewed-'))
  const { input } = fakeStudy()
  const report = buildReport(input)
  const lock = buildLock(report)
  const lockPath = join(folder, 'out.json')
  writeFileSync(join(folder, 'tuning.lock.json'), lockText({ ...lock, cutShort: 'minutes' }))
  const files = { folder, page: '', markdown: '', lockPath, lock, all: [] }
  // Of a study only its lock and files are looked at.
  const study = { report, lock, files } as unknown as Study
  const after = await renewed(study, join(folder, 'tuning.yml'))
  expect(after.lock.cutShort).toBe('minutes')
  expect(parseLock(readFileSync(lockPath, 'utf8'), lockPath).cutShort).toBe('minutes')
})
