import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cacheFolder, isThere, keptData } from '../../src/cli/cache-folder.ts'

it('is below the cache that the environment names, if that is a whole path', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/somewhere' })).toBe(join('/somewhere', 'tunegate'))
  expect(cacheFolder({ XDG_CACHE_HOME: 'somewhere' })).not.toContain('somewhere')
})

it('is made with its parents, and not below a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const deep = join(folder, 'a', 'b', 'c')
  expect([isThere(deep), existsSync(deep), isThere(deep)]).toEqual([true, true, true])
  expect(isThere(join(folder, 'no-home', 'a', 'b', 'c'))).toBe(false)
  expect(existsSync(join(folder, 'no-home'))).toBe(false)
  writeFileSync(join(folder, 'file'), '')
  expect(isThere(join(folder, 'file', 'a', 'b'))).toBe(false)
  expect(isThere(join(folder, 'file'))).toBe(false)
})

it('keeps findings for a build, and none for sources, which an edit changes', () => {
  const home = mkdtempSync(join(tmpdir(), 'cache-'))
  const before = process.env['XDG_CACHE_HOME']
  onTestFinished(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before
    rmSync(home, { recursive: true })
  })
  process.env['XDG_CACHE_HOME'] = home
  for (const name of ['index.js', 'cli.ts']) writeFileSync(join(home, name), '')
  expect(keptData(join(home, 'index.js'))?.folder).toBe(join(home, 'tunegate', 'data'))
  expect(keptData(join(home, 'cli.ts'))).toBeUndefined()
})

/** Node's recursive call never comes back from there. */
it.skipIf(process.platform !== 'linux')('is found missing on a file system that takes no folders', () => {
  expect(isThere('/proc/.cache/tunegate/compiled')).toBe(false)
})
