import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { invocationOf } from '../../src/cli/invocation.ts'

/** An installed program below a new folder with a blank in its name. */
function installed(below = '') {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'a place ')))
  const root = join(top, below)
  const script = join(root, 'dist/cli/index.js')
  mkdirSync(dirname(script), { recursive: true })
  writeFileSync(script, '')
  return { top, root, script }
}

const link = (folder: string, to: string): string => {
  mkdirSync(folder, { recursive: true })
  symlinkSync(to, join(folder, 'tunegate'))
  return join(folder, 'tunegate')
}

describe('the words that start the program again', () => {
  it('are Node and the path of the script, from here, as words for a shell', () => {
    const { root, script } = installed('clone')
    expect(invocationOf({ script, folder: root, path: '', npx: false })).toBe('node dist/cli/index.js')
    expect(invocationOf({ script, folder: dirname(root), path: '', npx: false })).toBe('node clone/dist/cli/index.js')
    expect(invocationOf({ script, folder: '/', path: '', npx: false })).toBe(`node '${script.slice(1)}'`)
    const far = join(root, 'a/b/c/d/e')
    expect(invocationOf({ script, folder: far, path: '', npx: false })).toBe(`node '${script}'`)
  })

  it('are the name alone where the search path leads to this program, as after npm link', () => {
    const { top, root, script } = installed('clone')
    const bin = join(top, 'bin')
    const linked = link(bin, script)
    const path = ['/nowhere', bin].join(delimiter)
    expect(invocationOf({ script: linked, folder: root, path, npx: false })).toBe('tunegate')
    expect(invocationOf({ script, folder: root, path, npx: false })).toBe('tunegate')
  })

  it('are not the name where it leads to another copy, or only within npm', () => {
    const { top, root, script } = installed('clone')
    const bin = join(top, 'bin')
    link(bin, installed().script)
    expect(invocationOf({ script, folder: root, path: bin, npx: false })).toBe('node dist/cli/index.js')
    const inner = join(top, 'node_modules/.bin')
    link(inner, script)
    expect(invocationOf({ script, folder: root, path: inner, npx: false })).toBe('node dist/cli/index.js')
  })

  it('name the package where npx started it', () => {
    const { top, script } = installed('cache/_npx/0123/node_modules/tunegate')
    const cache = join(top, 'cache/_npx/0123')
    writeFileSync(join(top, 'tunegate-0.1.0.tgz'), '')
    const dependencies = { tunegate: 'file:../../../tunegate-0.1.0.tgz' }
    writeFileSync(join(cache, 'package.json'), JSON.stringify({ dependencies, _npx: { packages: [] } }))
    const bin = join(cache, 'node_modules/.bin')
    const of = (folder: string): string =>
      invocationOf({ script: link(bin + folder.length, script), folder, path: bin, npx: true })
    expect(of(top)).toBe('npx ./tunegate-0.1.0.tgz')
    expect(of(join(top, 'study'))).toBe('npx ../tunegate-0.1.0.tgz')
    expect(of(join(top, 'a/b/c/d'))).toBe(`npx 'file:${join(top, 'tunegate-0.1.0.tgz')}'`)
  })

  it('never name a package of a registry, which may be somebody else’s', () => {
    const { top, script } = installed('cache/_npx/0123/node_modules/tunegate')
    writeFileSync(join(top, 'cache/_npx/0123/package.json'), JSON.stringify({ dependencies: { tunegate: '^0.1.0' } }))
    expect(invocationOf({ script, folder: top, path: '', npx: true })).toMatch(/^node /)
  })
})
