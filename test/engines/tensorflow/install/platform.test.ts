import { describe, expect, it } from 'vitest'
import { requireSpace } from '../../../../src/engines/tensorflow/install/fetch.ts'
import { downloadsOf, engineKey, pins, versionsOf } from '../../../../src/engines/tensorflow/install/pins.ts'
import { platformOf, platforms, thisMachine, type Machine } from '../../../../src/engines/tensorflow/install/platform.ts'
import { doesNotRun } from '../../../../src/engines/tensorflow/install/problems.ts'
import type { Ended } from '../../../../src/engines/install/process.ts'
import { availabilityOf } from '../../../../src/engines/tensorflow/install/status.ts'
import { engineFolder } from '../../../../src/cli/engine-folder.ts'

const machine = (over: Partial<Machine>): Machine => ({ os: 'linux', arch: 'x64', glibc: '2.36', release: '6.1.0', ...over })
const mac = { os: 'darwin', arch: 'arm64', glibc: null }

describe('the platform', () => {
  it.each([
    [machine({}), 'linux-x64'],
    [machine({ arch: 'arm64', glibc: '2.27' }), 'linux-arm64'],
    [machine({ ...mac, release: '21.0.0' }), 'darwin-arm64'],
    [machine({ glibc: '3.0' }), 'linux-x64'],
  ])('of %o is %s', (given, expected) => expect(platformOf(given)).toEqual({ ok: true, value: expected }))

  it.each([
    [machine({ os: 'win32', glibc: null }), 'Windows'],
    [machine({ glibc: null }), 'Alpine'],
    [machine({ glibc: '2.17' }), 'glibc older than 2.27'],
    [machine({ glibc: '2.9' }), 'glibc older than 2.27'],
    [machine({ ...mac, arch: 'x64' }), 'darwin on x64'],
    [machine({ ...mac, release: '20.6.0' }), 'macOS older than 12'],
    [machine({ arch: 'riscv64' }), 'riscv64'],
  ])('of %o is none, and wasm is named', (given, words) => {
    const found = platformOf(given)
    expect(found).toMatchObject({
      ok: false,
      error: { code: 'engine/unsupported-platform', message: expect.stringContaining(words) as string },
    })
    if (found.ok) throw new Error('it has one')
    expect(found.error.hint).toContain('WebAssembly')
    const state = { state: 'unsupported', why: found.error } as const
    expect(availabilityOf(state)).toEqual({ ok: false, error: { why: found.error.message, problems: [found.error] } })
  })

  it('of this machine is known to Node', () => expect(thisMachine().os).toBe(process.platform))
})

describe('the pins', () => {
  it.each(platforms)('for %s name every download by file, size and SHA-256', (platform) => {
    const downloads = downloadsOf(pins, platform)
    expect(new Set(downloads.map((d) => d.file)).size).toBe(downloads.length)
    for (const { file, bytes, sha256 } of [
      ...downloads,
      ...pins.wheels[platform].libraries.map((m) => ({ ...m, file: m.path })),
    ]) {
      expect([file, bytes > 0, /^[0-9a-f]{64}$/.test(sha256)]).toEqual([file, true, true])
    }
    expect(versionsOf(pins, platform)).toEqual({ tfjsNode: '4.22.0', tensorflow: '2.21.0' })
    const { libraries, headers, file, python, tag } = pins.wheels[platform]
    expect(libraries.map((m) => m.path.replace(/.*_/, '')).sort()).toEqual(
      platform === 'darwin-arm64' ? ['cc.2.dylib', 'framework.2.dylib'] : ['cc.so.2', 'framework.so.2'],
    )
    expect(headers.map((m) => m.path)).toContain('tensorflow/include/tensorflow/c/eager/c_api.h')
    expect(file.endsWith(`-${python}-${python}-${tag}.whl`)).toBe(true)
  })

  it('have exact versions, and nothing that only install scripts use', () => {
    for (const { version } of pins.packages) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(pins.packages.map((p) => p.name)).not.toContain('tar')
  })

  it('give one key a content, platform and recipe', () => {
    const key = engineKey(pins, 'linux-x64', 1)
    expect(key).toMatch(/^tfjs-node-4\.22\.0-tensorflow-2\.21\.0-linux-x64-[0-9a-f]{12}$/)
    const changed = { ...pins, packages: pins.packages.map((p, i) => (i === 3 ? { ...p, sha256: '0'.repeat(64) } : p)) }
    const other = [engineKey(changed, 'linux-x64', 1), engineKey(pins, 'linux-arm64', 1), engineKey(pins, 'linux-x64', 2)]
    expect(new Set([key, ...other]).size).toBe(4)
    expect(engineKey(pins, 'linux-x64', 1)).toBe(key)
  })
})

describe('what went wrong is put in words', () => {
  const ended = (over: Partial<Ended>): Ended => ({
    how: 'started',
    ok: false,
    code: 1,
    killedBy: null,
    out: '',
    said: '',
    ...over,
  })

  it('for a disk that is too full', async () => {
    await expect(requireSpace('/nowhere/at/all', 2 ** 60)).rejects.toThrow(
      /engine\/no-space.*\n.*MiB free in \/nowhere\/at\/all/,
    )
    await requireSpace('/', 1)
  })

  it('for a machine that is too old', () => {
    expect(doesNotRun(ended({ killedBy: 'SIGILL', code: null })).hint).toContain('AVX')
    expect(doesNotRun(ended({ said: "/lib/libc.so.6: version `GLIBC_2.27' not found" })).hint).toContain('older')
  })
})

describe('the folder of the engines', () => {
  it('is the one named, else the one of the environment, else below the cache', () => {
    expect(engineFolder('/a', { TUNEGATE_ENGINE_DIR: '/b' })).toBe('/a')
    expect(engineFolder(undefined, { TUNEGATE_ENGINE_DIR: '/b', XDG_CACHE_HOME: '/c' })).toBe('/b')
    expect(engineFolder(undefined, { XDG_CACHE_HOME: '/c' })).toBe('/c/tunegate/engine')
    expect(engineFolder(undefined, { XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/tunegate\/engine$/)
  })
})
