import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { patchOf } from '../../src/action/renewed.ts'
import { git } from '../support/act.ts'
import { breakingName, breakingNames, harmIn, hidingName } from '../support/hostile.ts'

describe('attack 16: the patch of a lock whose path draws and commands', () => {
  it.each([breakingName, hidingName, ...breakingNames, 'models/wine'].map((name) => [JSON.stringify(name).slice(0, 40), name]))('is one that git applies to that very file: %s', (_, name) => {
    const checkout = mkdtempSync(join(tmpdir(), 'patch-'))
    git(checkout, 'init', '--quiet')
    const path = `${name}/tuning.lock.json`
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    for (const [before, after] of [[null, 'a\nb\n'], ['a\nb\n', 'a\nc\n']] as const) {
      const patch = patchOf(path, before, after)
      expect(harmIn(patch)).toEqual([])
      writeFileSync(join(checkout, 'x.patch'), patch)
      git(checkout, 'apply', 'x.patch')
      expect(readFileSync(join(checkout, path), 'utf8')).toBe(after)
    }
  })
})
