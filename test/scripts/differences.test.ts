import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differences } from '../../scripts/differences.ts'

function folder(files: Readonly<Record<string, string>>): string {
  const at = mkdtempSync(join(tmpdir(), 'dist-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), text)
  }
  return at
}

describe('the comparison of a fresh build with the committed one', () => {
  it('names what changed, what is missing and what is stale, in order', () => {
    const committed = folder({ 'cli/index.js': 'a', 'cli/12.index.js': 'b', 'same.js': 'c' })
    const fresh = folder({ 'cli/index.js': 'A', 'worker/index.js': 'd', 'same.js': 'c' })
    expect(differences(committed, fresh)).toEqual([
      'cli/12.index.js: stale, the build does not write it',
      'cli/index.js: changed',
      'worker/index.js: missing',
    ])
  })

  it('finds nothing between equal folders, and everything where none is committed', () => {
    const fresh = folder({ a: '1', 'b/c': '2' })
    expect(differences(fresh, folder({ 'b/c': '2', a: '1' }))).toEqual([])
    expect(differences(join(fresh, 'none'), fresh)).toEqual(['a: missing', 'b/c: missing'])
  })
})
