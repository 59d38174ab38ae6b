import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { InputError, type Diagnostic } from '../../../../src/base/diagnostics.ts'
import { err, ok } from '../../../../src/base/result.ts'
import type { EngineWish } from '../../../../src/engines/index.ts'
import { takeLock } from '../../../../src/base/lock-file.ts'
import { downloadEngine } from '../../../../src/engines/tensorflow/install/fetch.ts'
import { chooseEngine } from '../../../../src/engines/choose.ts'
import type { InstallEvent } from '../../../../src/engines/installer.ts'
import { installEngine, type InstallOptions } from '../../../../src/engines/tensorflow/install/install.ts'
import { placeOf } from '../../../../src/engines/tensorflow/install/place.ts'
import {
  availabilityOf,
  engineLoads,
  engineState,
  otherEngines,
  type EngineState,
} from '../../../../src/engines/tensorflow/install/status.ts'
import { needs } from '../../../support/tools.ts'
import { impatient, makeTiny, platform, serve, sha256, tree, type Registries, type Tiny } from './tiny.ts'
import { patiently } from '../../../support/slowness.ts'

let tiny: Tiny
let registries: Registries
beforeAll(async () => {
  if (platform === null) return
  try {
    tiny = await makeTiny()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return
  }
  registries = await serve(tiny)
})
afterAll(async () => await registries?.close())
beforeEach((context) => {
  if (platform === null) context.skip('no native engine for this machine')
  needs(context, 'c++')
  needs(context, 'tar')
})

const script = fileURLToPath(new URL('./install-tiny.ts', import.meta.url))
const newRoot = (): string => join(mkdtempSync(join(tmpdir(), 'engines ')), 'root')
/** Skips a test that needs the real pip (and npm, which is wherever these tests run). */
function pip(context: TestContext): void {
  const found = spawnSync(needs(context, 'python3'), ['-m', 'pip', '--version'])
  if (found.status !== 0) context.skip('python3 has no pip here')
}

const options = (root: string, over: Partial<InstallOptions> = {}): InstallOptions => ({
  root,
  from: tiny.folder,
  force: false,
  pins: tiny.pins,
  env: process.env,
  installedAt: '2026-11-01T00:00:00Z',
  listener: () => {},
  ...over,
})

/** What a study trains on where this is the state of the native engine. */
const choose = (wanted: EngineWish, state: EngineState): ReturnType<typeof chooseEngine> =>
  chooseEngine(wanted, async ({ name }) => {
    if (name === 'cpu') return err({ why: 'no cpu engine', problems: [] })
    return name === 'tensorflow' ? availabilityOf(state) : ok(null)
  })

/** The diagnostics that a promise rejects with. */
async function problems(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (e: unknown) => e,
  )
  if (error instanceof InputError) return error.diagnostics
  throw error
}

/** A PATH with these programs of this machine and nothing else. */
function only(context: TestContext, ...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'path-'))
  for (const name of names) {
    writeFileSync(join(folder, name), `#!/bin/sh\nPATH='${process.env['PATH'] ?? ''}' exec '${needs(context, name)}' "$@"\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

describe('an install', () => {
  it("fetches by the user's npm and pip from the registries they are set to, and leaves one folder", async (context) => {
    pip(context)
    const root = newRoot()
    const seen: InstallEvent['type'][] = []
    const env = { ...process.env, ...registries.env }
    const { folder, fresh, record } = await installEngine(
      options(root, { from: null, env, listener: (e) => seen.push(e.type) }),
    )
    expect(fresh).toBe(true)
    expect(seen).toEqual(['fetching', 'unpacking', 'compiling', 'testing'])
    expect(registries.requests.filter((r) => r.startsWith('/files/')).length).toBeGreaterThanOrEqual(4)
    expect(readdirSync(root)).toEqual([record.key])
    const long = `dist/${'a-rather-long-folder/'.repeat(7)}deep.js`
    const library = (name: string): string =>
      `deps/lib/libtensorflow_${name}${process.platform === 'darwin' ? '.2.dylib' : '.so.2'}`
    const ours = [
      'binding/one.cc',
      library('cc'),
      library('framework'),
      long,
      'dist/index.js',
      'lib/napi-v8/tfjs_binding.node',
      'package.json',
    ]
    expect(tree(folder)).toEqual(
      [
        'engine.json',
        'headers/node/include/node_api.h',
        'headers/tensorflow/include/tensorflow/c/c_api.h',
        'load.cjs',
        'node_modules/@tensorflow/tfjs-core/LICENSE',
        'node_modules/@tensorflow/tfjs-core/dist/one.node.js',
        'node_modules/@tensorflow/tfjs-core/package.json',
        ...ours.map((p) => `node_modules/@tensorflow/tfjs-node/${p}`),
        'smoke-test.cjs',
      ].sort(),
    )
    expect(record.versions).toEqual({ tfjsNode: '4.22.0', tensorflow: '2.21.0' })
    expect(JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8'))).toEqual(record)
    for (const { path, sha256: digest } of record.files) expect(sha256(readFileSync(join(folder, path)))).toBe(digest)
  })

  it('is loaded by createRequire in the folder, and is what auto takes', async () => {
    const root = newRoot()
    const { folder } = await installEngine(options(root))
    const engine = createRequire(join(folder, '/'))('./load.cjs') as { backend: () => { binding: { TF_Version: string } } }
    expect(engine.backend().binding.TF_Version).toBe('2.21.0')
    const state = await engineState(root, { pins: tiny.pins })
    expect(await choose('auto', state)).toEqual({
      ok: true,
      value: { engine: 'tensorflow', folder, why: 'no cpu engine' },
    })
    expect(await choose('wasm', state)).toMatchObject({ value: { engine: 'wasm' } })
    expect(await engineLoads(folder)).toMatchObject({ ok: true, value: { tensorflow: '2.21.0', tfjsNode: '4.22.0' } })
  })

  it('is not repeated, unless by force, and lies beside engines of other pins', async () => {
    const root = newRoot()
    const first = await installEngine(options(root))
    const again = await installEngine(options(root, { from: null, env: { PATH: '' }, installedAt: 'later' }))
    expect(again).toEqual({ ...first, fresh: false })
    const forced = await installEngine(options(root, { force: true, installedAt: 'later' }))
    expect(forced).toMatchObject({ fresh: true, folder: first.folder, record: { installedAt: 'later' } })
    const other = await makeTiny({
      source: `${readFileSync(join(first.folder, 'node_modules/@tensorflow/tfjs-node/binding/one.cc'), 'utf8')}// other`,
    })
    const second = await installEngine(options(root, { from: other.folder, pins: other.pins }))
    expect(second.folder).not.toBe(first.folder)
    expect(await otherEngines(root, second.record.key)).toEqual([first.record.key])
  })

  it('that was damaged counts for nothing and is mended by the next', async () => {
    const root = newRoot()
    const { folder, record } = await installEngine(options(root))
    const library = record.files.find((f) => f.path.includes('libtensorflow_cc'))?.path ?? ''
    truncateSync(join(folder, library), 100)
    const state = await engineState(root, { pins: tiny.pins })
    expect(state).toMatchObject({ state: 'damaged', why: expect.stringContaining('has 100 bytes') as string })
    expect(await choose('auto', state)).toMatchObject({
      value: { engine: 'wasm', why: expect.stringContaining('damaged') as string },
    })
    expect(await choose('tensorflow', state)).toMatchObject({ ok: false, error: [{ code: 'engine/damaged' }] })
    expect(await installEngine(options(root))).toMatchObject({ fresh: true })
    expect((await engineState(root, { pins: tiny.pins })).state).toBe('installed')
  })
})

describe('files from elsewhere', () => {
  it('are fetched once into a folder, from which a machine without npm, pip and network installs', async (context) => {
    pip(context)
    const folder = join(mkdtempSync(join(tmpdir(), 'usb ')), 'files')
    const env = { ...process.env, ...registries.env }
    const get = async (): Promise<void> =>
      await downloadEngine({ folder, platform: platform ?? 'linux-x64', pins: tiny.pins, env, listener: () => {} })
    await get()
    expect(tree(folder)).toEqual(tree(tiny.folder))
    registries.requests.length = 0
    await get()
    expect(registries.requests).toEqual([])
    const { fresh } = await installEngine(options(newRoot(), { from: folder, env: { PATH: only(context, 'c++') } }))
    expect(fresh).toBe(true)
  })

  it('are named where they are missing or damaged, all of them, and nothing is installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usb '))
    cpSync(tiny.folder, folder, { recursive: true })
    const [one, other] = [tiny.pins.headers.file, tiny.pins.packages[0]?.file ?? '']
    writeFileSync(join(folder, one), 'x'.repeat(tiny.pins.headers.bytes))
    truncateSync(join(folder, other), 10)
    const wheel = tiny.pins.wheels['linux-x64'].file
    cpSync(join(folder, wheel), join(folder, 'elsewhere'))
    writeFileSync(join(folder, wheel), '')
    const root = newRoot()
    const found = await problems(installEngine(options(root, { from: folder })))
    expect(found.map((d) => d.code)).toEqual(['engine/checksum', 'engine/checksum', 'engine/checksum'])
    expect(found[0]).toMatchObject({
      found: expect.stringMatching(/bytes instead of|sha256/) as string,
      hint: expect.any(String) as string,
    })
    const empty = mkdtempSync(join(tmpdir(), 'empty-'))
    expect(await problems(installEngine(options(root, { from: empty })))).toMatchObject([
      { code: 'engine/missing-file', message: expect.stringContaining('4 of 4') as string },
    ])
    expect(readdirSync(root)).toEqual([])
  })
})

describe('what a registry serves in place of the pinned content', () => {
  it('is refused though npm is content with it, and what pip fetched is kept', async (context) => {
    pip(context)
    const first = tiny.pins.packages[0]
    if (!first) throw new Error('no package')
    const evil = await serve(tiny, { [first.file]: readFileSync(join(tiny.folder, tiny.pins.headers.file)) })
    const root = newRoot()
    const found = await problems(installEngine(options(root, { from: null, env: { ...process.env, ...evil.env } })))
    expect(found).toMatchObject([{ code: 'engine/checksum', message: expect.stringContaining(first.file) as string }])
    const [left = '', ...more] = readdirSync(root)
    expect(more).toEqual([])
    expect(left).toMatch(/\.downloads$/)
    expect(readdirSync(join(root, left)).filter((f) => f.endsWith('.whl'))).toHaveLength(1)
    await evil.close()
    // The next install fetches the rest alone.
    registries.requests.length = 0
    expect(await installEngine(options(root, { from: null, env: { ...process.env, ...registries.env } }))).toMatchObject({
      fresh: true,
    })
    expect(registries.requests.filter((r) => r.endsWith('.whl'))).toEqual([])
    expect(readdirSync(root)).toHaveLength(1)
  })

  it('is refused by pip already, and said to be another content', async (context) => {
    pip(context)
    const { file } = tiny.pins.wheels['linux-x64']
    const evil = await serve(tiny, { [file]: Buffer.concat([readFileSync(join(tiny.folder, file)), Buffer.of(0)]) })
    const found = await problems(installEngine(options(newRoot(), { from: null, env: { ...process.env, ...evil.env } })))
    expect(found).toMatchObject([{ code: 'engine/checksum', message: expect.stringContaining(file) as string }])
    await evil.close()
  })
})

describe('a failure', () => {
  it('names all programs that are missing at once', async () => {
    const found = await problems(installEngine(options(newRoot(), { from: null, env: { PATH: '/nonexistent' } })))
    expect(found.map((d) => d.code)).toEqual(['engine/no-compiler', 'engine/no-npm', 'engine/no-pip'])
    for (const { hint } of found) expect(hint).toMatch(/install/)
  })

  it('of the network names the client and what it said', async (context) => {
    pip(context)
    const closed = { npm_config_registry: 'http://127.0.0.1:9/', PIP_INDEX_URL: 'http://127.0.0.1:9/' }
    const found = await problems(
      installEngine(options(newRoot(), { from: null, env: { ...process.env, ...impatient, ...closed } })),
    )
    expect(found.map((d) => [d.code, d.message.split(' ')[0]])).toEqual([
      ['engine/download', 'npm'],
      ['engine/download', 'pip'],
    ])
    expect(found[0]?.found).toMatch(/ECONNREFUSED/)
    expect(found[0]?.hint).toMatch(/engine download DIR/)
  })

  it('of the compiler shows its words', async () => {
    const found = await problems(installEngine(options(newRoot(), { env: { ...process.env, CXX: 'c++ --no-such-option' } })))
    expect(found[0]?.code).toMatch(/engine\/(no-compiler|compile)/)
    const broken = await makeTiny({ source: '#error this cannot be compiled\n' })
    expect(await problems(installEngine(options(newRoot(), { from: broken.folder, pins: broken.pins })))).toMatchObject([
      { code: 'engine/compile', found: expect.stringContaining('this cannot be compiled') as string },
    ])
  })

  it('of the training step leaves no engine', async () => {
    const wrong = await makeTiny({ loss: 2 })
    const root = newRoot()
    expect(await problems(installEngine(options(root, { from: wrong.folder, pins: wrong.pins })))).toMatchObject([
      { code: 'engine/smoke-test' },
    ])
    expect(readdirSync(root)).toEqual([])
  })

  it('of the processor is told apart', async () => {
    const crash = await makeTiny({
      source: 'extern "C" void* napi_register_module_v1(void*, void* e) { __builtin_trap(); return e; }\n',
    })
    const [found] = await problems(installEngine(options(newRoot(), { from: crash.folder, pins: crash.pins })))
    expect(found?.code).toBe('engine/smoke-test')
    if (process.arch === 'x64') expect(found?.hint).toMatch(/AVX/)
  })

  it('of the folder names it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'file-')), 'file')
    writeFileSync(file, '')
    expect(await problems(installEngine(options(join(file, 'root'))))).toMatchObject([
      { code: 'engine/unwritable', found: expect.stringContaining(file) as string },
    ])
  })
})

describe('two installs at once', () => {
  it('wait for each other, and the second finds what the first made', async () => {
    const root = newRoot()
    const place = placeOf(root, { pins: tiny.pins })
    if (!place.ok) throw new Error('no place')
    mkdirSync(root)
    const lock = await takeLock(place.value.lock)
    if (!lock.ok) throw new Error('the lock is taken')
    const both = [start(root), start(root)]
    await until(() => both.every((p) => p.out() === 'waiting\n'))
    lock.value.release()
    await Promise.all(both.map((p) => p.end))
    expect(both.map((p) => p.out().trim().split('\n').at(-1)).sort()).toEqual(['fresh', 'there'])
    expect(readdirSync(root)).toHaveLength(1)
  })
})

describe('an interrupted install', () => {
  it.each(['fetching', 'unpacking', 'compiling', 'testing'])('killed while %s is mended by the next', async (at) => {
    const root = newRoot()
    const install = (): Installing => (at === 'fetching' ? start(root, '', registries.env) : start(root))
    for (const delay of [0, 40]) {
      const killed = install()
      await until(() => killed.out().includes(at))
      await sleep(delay)
      killed.kill()
      await killed.end
      expect((await engineState(root, { pins: tiny.pins })).state).toMatch(/absent|installed/)
    }
    const healed = install()
    await healed.end
    expect(healed.out()).toMatch(/(fresh|there)\n$/)
    // npm and pip of a killed install may outlive it for a moment; what they still write is swept up by the next.
    if (at === 'fetching') await sleep(1500)
    await install().end
    expect(readdirSync(root)).toHaveLength(1)
    expect((await engineState(root, { pins: tiny.pins })).state).toBe('installed')
  })

  it('with the old engine moved away and the new one not yet in its place is mended', async () => {
    const root = newRoot()
    const { folder, record } = await installEngine(options(root))
    const scratch = `${folder}.new-abc`
    mkdirSync(scratch)
    cpSync(folder, join(scratch, 'replaced'), { recursive: true })
    writeFileSync(`${folder}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, started: null }))
    expect(await installEngine(options(root, { force: true }))).toMatchObject({ fresh: true })
    expect(readdirSync(root)).toEqual([record.key])
  })

  it('that was asked to stop says so, ends what it started and leaves nothing', async () => {
    for (const at of ['unpacking', 'compiling', 'testing']) {
      const root = newRoot()
      const stop = new AbortController()
      const install = installEngine(
        options(root, {
          signal: stop.signal,
          listener: ({ type }) => {
            if (type === at) stop.abort()
          },
        }),
      )
      expect(await problems(install)).toMatchObject([{ code: 'engine/interrupted' }])
      expect(readdirSync(root)).toEqual([])
    }
  })

  it('stops waiting as well', async () => {
    const root = newRoot()
    const { record } = await installEngine(options(root))
    writeFileSync(join(root, `${record.key}.lock`), JSON.stringify({ pid: process.pid, started: null }))
    const stop = new AbortController()
    const waiting = installEngine(options(root, { force: true, signal: stop.signal, listener: () => stop.abort() }))
    expect(await problems(waiting)).toMatchObject([{ code: 'engine/interrupted' }])
  })
})

interface Installing {
  readonly out: () => string
  readonly kill: () => void
  readonly end: Promise<void>
}

function start(root: string, from = tiny.folder, env: Readonly<Record<string, string>> = {}): Installing {
  const pins = join(mkdtempSync(join(tmpdir(), 'pins-')), 'pins.json')
  writeFileSync(pins, JSON.stringify(tiny.pins))
  const child = spawn(process.execPath, [script, root, from, pins], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  return {
    out: () => out,
    kill: () => void child.kill('SIGKILL'),
    end: new Promise((resolve) => child.on('close', () => resolve())),
  }
}

async function until(what: () => boolean): Promise<void> {
  for (const end = performance.now() + patiently(15); !what() && performance.now() < end; ) await sleep(10)
  if (!what()) throw new Error('it never came to that')
}
