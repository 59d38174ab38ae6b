import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unpackedDigest } from '../../../../src/engines/tensorflow/install/contents.ts'
import { downloadEngine } from '../../../../src/engines/tensorflow/install/fetch.ts'
import { files } from '../../../../src/engines/tensorflow/install/layout.ts'
import { downloadsOf, pins } from '../../../../src/engines/tensorflow/install/pins.ts'
import { platformOf, thisMachine } from '../../../../src/engines/tensorflow/install/platform.ts'
import { renewEngine } from '../../../../src/engines/tensorflow/install/renew.ts'
import { verifyFiles } from '../../../../src/engines/tensorflow/install/verify.ts'
import { engineState } from '../../../../src/engines/tensorflow/install/status.ts'
import { root as repository } from '../../../support/architecture.ts'

// The real engine: 320 MB from the registries, kept between runs, and 0.9 GB while the tests run. They run where they are
// asked for, or where the files have been fetched before.
const kept = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tunegate-ci', 'engine-downloads')
const asked = process.env['TUNEGATE_TEST_NATIVE'] === '1'
const platform = platformOf(thisMachine())
const there = platform.ok && downloadsOf(pins, platform.value).every((d) => existsSync(join(kept, d.file)))
const root = join(mkdtempSync(join(tmpdir(), 'native ')), 'engines')
const skipped = !platform.ok
  ? platform.error.message
  : asked || there
    ? null
    : 'it would download 320 MB: TUNEGATE_TEST_NATIVE=1 asks for it'

beforeAll(async () => {
  if (skipped !== null || !platform.ok) return
  await downloadEngine({ folder: kept, platform: platform.value, env: process.env, listener: () => {} })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Called {
  readonly child: ChildProcess
  readonly text: () => string
  readonly end: Promise<number | null>
}

/** The command line from its sources. */
function engine(...args: string[]): Called {
  const child = spawn(process.execPath, [join(repository, 'src/cli.ts'), 'engine', ...args, '--dir', root], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  return { child, text: () => text, end: new Promise((resolve) => child.on('close', resolve)) }
}

const until = async (called: Called, words: string): Promise<void> => {
  while (!called.text().includes(words) && called.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the real engine', () => {
  // A small engine is killed at every point, again and again, by test/engines/tensorflow/install/install.int.test.ts.
  it('is stopped while it compiles, and then installed', async (context) => {
    if (skipped !== null) context.skip(skipped)
    const called = engine('install', '--from', kept)
    await until(called, 'compiling')
    await new Promise((resolve) => setTimeout(resolve, 300))
    called.child.kill('SIGTERM')
    expect(await called.end).toBe(143)
    expect((await engineState(root)).state).toBe('absent')
    const healed = engine('install', '--from', kept)
    expect([await healed.end, healed.text()]).toEqual([0, expect.stringContaining('Installed in') as string])
    expect(readdirSync(root)).toHaveLength(1)
  })

  it('is whole, needs nothing from outside of its folder, and says that it loads', async (context) => {
    if (skipped !== null) context.skip(skipped)
    const state = await engineState(root)
    if (state.state !== 'installed') throw new Error(state.state)
    expect(await verifyFiles(state.folder, pins, state.record.platform)).toEqual({
      ok: true,
      value: expect.any(Array) as unknown[],
    })
    const status = engine('status')
    expect(await status.end).toBe(0)
    expect(status.text()).toMatch(/loads: +yes.*\n(.*\n)*auto takes: tensorflow/)
    expect(createRequire(join(state.folder, '/')).resolve('@tensorflow/tfjs-node')).toContain(state.folder)
    // The record names every file that a load reads: nothing comes from outside of the folder.
    const script = `require('${join(state.folder, files.load)}'); console.log(JSON.stringify(Object.keys(require.cache)))`
    const child = spawn(process.execPath, ['-e', script], { cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'ignore'] })
    let out = ''
    for await (const chunk of child.stdout) out += String(chunk)
    const known = new Set(state.record.files.map((f) => join(state.folder, f.path)))
    expect((JSON.parse(out) as string[]).filter((path) => !known.has(path) && !path.includes('[eval]'))).toEqual([])
  })

  it('gives the same addon when a job compiles it again, and what the pins say comes from the downloads', async (context) => {
    if (skipped !== null) context.skip(skipped)
    const before = await engineState(root)
    const renewed = await renewEngine({ root, env: process.env, installedAt: '2026-11-01T00:00:00Z', listener: () => {} })
    if (before.state !== 'installed' || !renewed.ok) throw new Error(JSON.stringify(renewed))
    expect(renewed.value.record.files).toEqual(before.record.files)
    for (const one of [...pins.packages, pins.headers])
      expect(await unpackedDigest(readFileSync(join(kept, one.file)), one), one.name).toBe(one.unpacked)
  })
})
