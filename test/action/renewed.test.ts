import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { patchOf, renewed } from '../../src/action/renewed.ts'
import { buildReport } from '../../src/report/build.ts'
import { buildLock, lockText, parseLock } from '../../src/report/lock.ts'
import type { Study } from '../../src/study/conclude.ts'
import { git } from '../support/act.ts'
import { breakingName, breakingNames, harmIn, hidingName } from '../support/hostile.ts'
import { fakeStudy } from '../support/study.ts'

describe('attack 16: the patch of a lock whose path draws and commands', () => {
  it.each(
    [breakingName, hidingName, ...breakingNames, 'models/wine'].map((name) => [JSON.stringify(name).slice(0, 40), name]),
  )('is one that git applies to that very file: %s', (_, name) => {
    const checkout = mkdtempSync(join(tmpdir(), 'patch-'))
    git(checkout, 'init', '--quiet')
    const path = `${name}/tuning.lock.json`
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    for (const [before, after] of [
      [null, 'a\nb\n'],
      ['a\nb\n', 'a\nc\n'],
    ] as const) {
      const patch = patchOf(path, before, after)
      expect(harmIn(patch)).toEqual([])
      writeFileSync(join(checkout, 'x.patch'), patch)
      git(checkout, 'apply', 'x.patch')
      expect(readFileSync(join(checkout, path), 'utf8')).toBe(after)
    }
  })
})

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
