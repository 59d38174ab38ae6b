import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { InputError, type Diagnostic } from '../../../../src/base/diagnostics.ts'
import { installKernels, type InstallOptions } from '../../../../src/engines/cpu/install/install.ts'
import { installing } from '../../../../src/engines/cpu/install/installing.ts'
import { targetOf, thisProcessor } from '../../../../src/engines/cpu/install/processor.ts'
import { kernelsFile, placeOf } from '../../../../src/engines/cpu/install/recipe.ts'
import { smokeTest } from '../../../../src/engines/cpu/install/smoke-test.ts'
import { availabilityOf, kernelsState } from '../../../../src/engines/cpu/install/status.ts'
import type { InstallEvent } from '../../../../src/engines/installer.ts'
import { needs } from '../../../support/tools.ts'

const top = mkdtempSync(join(tmpdir(), 'cpu-engine-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))
let count = 0
const freshFolder = (): string => join(top, `engines ${count++}`)

beforeEach((context) => {
  const target = targetOf(thisProcessor())
  if (!target.ok) context.skip(target.error.message)
  needs(context, 'c++')
})

const order = (root: string, over: Partial<InstallOptions> = {}): InstallOptions => ({
  root,
  force: false,
  env: { PATH: process.env['PATH'] },
  installedAt: '2026-12-01T00:00:00Z',
  listener: () => {},
  ...over,
})

/** Sources that compile in no time, or not at all. */
function sourcesOf(text: string): string {
  const folder = join(top, `sources ${count++}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'addon.cc'), text)
  return folder
}

const problemOf = (options: InstallOptions): Promise<Diagnostic | undefined> =>
  installKernels(options).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof InputError) return error.diagnostics[0]
      throw error
    },
  )

/** What lies in the folder of all engines besides locks. */
const left = (root: string): string[] =>
  existsSync(root) ? readdirSync(root).filter((name) => !name.endsWith('.lock')) : []

describe('an install of the kernels', () => {
  it('compiles, tests and records them, once for installs at the same time, and mends them', async () => {
    const root = freshFolder()
    const events: InstallEvent['type'][] = []
    const listener = ({ type }: InstallEvent): number => events.push(type)
    const both = await Promise.all([installKernels(order(root, { listener })), installKernels(order(root))])
    expect(both.map(({ fresh }) => fresh).sort()).toEqual([false, true])
    const { place, record } = await installKernels(order(root, { env: {} }))
    expect(record).toMatchObject({ installedAt: '2026-12-01T00:00:00Z', files: [{ path: kernelsFile }] })
    expect(left(root)).toEqual([place.key])
    expect(availabilityOf(await kernelsState(root))).toEqual({ ok: true, value: place.folder })

    const status = await installing.status(root)
    expect(status.loads).toMatchObject({ ok: true })
    expect(status.lines.join('\n')).toMatch(/cpu: +installed 2026-12-01T00:00:00Z[^]*loads: +yes/)

    truncateSync(join(place.folder, kernelsFile), 100)
    expect(await smokeTest(place.folder)).toMatchObject({ ok: false, error: { code: 'engine/smoke-test' } })
    expect(availabilityOf(await kernelsState(root))).toMatchObject({
      ok: false,
      error: { why: expect.stringMatching(/^the installed cpu engine is damaged: kernels\.node has 100 bytes/) as string },
    })
    mkdirSync(`${place.folder}.new-interrupted`)
    expect(await installKernels(order(root, { listener }))).toMatchObject({ fresh: true })
    expect(events.slice(-2)).toEqual(['compiling', 'testing'])
    expect(left(root)).toEqual([place.key])
    expect(await smokeTest(place.folder)).toMatchObject({ ok: true })
  })

  it('compiles with Clang, too', async (context) => {
    needs(context, 'clang++')
    const env = { PATH: process.env['PATH'], HOME: top, CXX: 'clang++' }
    const { place, record } = await installKernels(order(freshFolder(), { env }))
    expect(record.compiler).toMatch(/clang/i)
    expect(await smokeTest(place.folder)).toMatchObject({ ok: true })
  })

  it('says that there is no compiler, and leaves nothing', async () => {
    const root = freshFolder()
    expect(await problemOf(order(root, { env: { PATH: top } }))).toMatchObject({ code: 'engine/no-compiler' })
    expect(left(root)).toEqual([])
  })

  it('says why the sources do not compile, and leaves nothing', async () => {
    const root = freshFolder()
    const problem = await problemOf(order(root, { sources: sourcesOf('#error "not for this processor"\n') }))
    expect(problem).toMatchObject({
      code: 'engine/compile',
      found: expect.stringContaining('not for this processor') as string,
    })
    expect(left(root)).toEqual([])
  })

  it('does not accept kernels that do not load or that crash', async () => {
    const root = freshFolder()
    const options = order(root, { sources: sourcesOf('int nothing;\n') })
    expect(await problemOf(options)).toMatchObject({ code: 'engine/smoke-test' })
    const illegal = '__attribute__((constructor)) static void crash() { __builtin_trap(); }\n'
    expect(await problemOf(order(root, { sources: sourcesOf(illegal) }))).toMatchObject({
      code: 'engine/smoke-test',
      found: expect.stringMatching(/SIGILL|SIGTRAP/) as string,
    })
    expect(left(root)).toEqual([])
  })

  it('that is stopped leaves nothing', async () => {
    const root = freshFolder()
    const stop = new AbortController()
    const listener = ({ type }: InstallEvent): void => {
      if (type === 'compiling') stop.abort()
    }
    expect(await problemOf(order(root, { signal: stop.signal, listener }))).toMatchObject({ code: 'engine/interrupted' })
    expect(left(root)).toEqual([])
  })

  it('in a folder that cannot be made says so', async () => {
    const file = join(top, 'file')
    writeFileSync(file, '')
    expect(await problemOf(order(join(file, 'engines')))).toMatchObject({ code: 'engine/unwritable' })
  })

  it('finds folders for other processors and versions', async () => {
    const root = freshFolder()
    const other = 'cpu-kernels-linux-x64-0123456789ab'
    mkdirSync(join(root, other), { recursive: true })
    expect(await installing.status(root)).toMatchObject({ loads: null, others: [other], found: { state: 'absent' } })
    expect(placeOf(root)).toMatchObject({ ok: true })
  })
})
