import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { tunegate, workFolder } from '../support/cli.ts'
import { targetOf, thisProcessor } from '../../src/engines/cpu/install/processor.ts'
import { needs } from '../support/tools.ts'

/** What `engine status --json` says of one engine. */
interface Found {
  readonly state: string
  readonly folder: string
  readonly loads: { readonly ok: boolean } | null
}

describe('the engines on the command line', () => {
  let folder: string
  let dir: string
  beforeAll(() => {
    folder = workFolder()
    dir = join(folder, 'engines')
  })
  const status = async (): Promise<Found & { engines: Record<string, Found>; auto: { engine: string } }> => {
    const { code, out } = await tunegate(folder, ['engine', 'status', '--dir', dir, '--json'])
    expect(code).toBe(0)
    return JSON.parse(out) as Awaited<ReturnType<typeof status>>
  }
  const mayCompile = (context: TestContext): void => {
    const target = targetOf(thisProcessor())
    if (!target.ok) context.skip(target.error.message)
    needs(context, 'c++')
  }

  it('are listed before any is installed, with how to install them', async (context) => {
    mayCompile(context)
    const { out } = await tunegate(folder, ['engine', 'status', '--dir', dir])
    expect(out).toMatch(/^cpu: +not installed\nto do: +node dist\/cli\/index\.js engine install cpu$/m)
    expect(out).toMatch(/^auto takes: wasm \(the cpu engine is not installed \(`[^`]*engine install cpu`\); /m)
    expect(await status()).toMatchObject({ loads: null, engines: { cpu: { state: 'absent', loads: null } } })
  })

  it('are compiled from the files of the bundle, and then are what auto takes', async (context) => {
    mayCompile(context)
    const { code, out, err } = await tunegate(folder, ['engine', 'install', 'cpu', '--dir', dir])
    expect([code, out]).toEqual([0, expect.stringMatching(/^Installed in .* s: kernels for .*, \d+ KiB in .*cpu-kernels-/)])
    expect(err).toMatch(/compiling the addon .*\n.*testing it\n$/)
    const found = await status()
    // The fields on top are those of the engine that is downloaded, as they were before there was another.
    expect(found).toMatchObject({ state: expect.any(String) as string, loads: null, auto: { engine: 'cpu' } })
    expect(found.folder).toBe(found.engines['tensorflow']?.folder)
    expect(found.engines['cpu']).toMatchObject({ state: 'installed', loads: { ok: true } })
    expect(existsSync(join(found.engines['cpu']?.folder ?? '', 'kernels.node'))).toBe(true)
    const again = await tunegate(folder, ['engine', 'install', 'cpu', '--dir', dir])
    expect(again.out).toMatch(/^Already installed: kernels/)
    const doctor = await tunegate(folder, ['doctor'], process.execPath, { TUNEGATE_ENGINE_DIR: dir })
    expect(doctor.out).toMatch(/^ok +engine +cpu, which loads and trains$/m)
  })

  it('have downloads or not', async () => {
    const { code, err } = await tunegate(folder, ['engine', 'install', 'cpu', '--from', 'files', '--dir', dir])
    expect([code, err]).toEqual([2, expect.stringContaining('the cpu engine has no downloads')])
  })

  it('have names, and wasm is not to be installed', async () => {
    const { code, err } = await tunegate(folder, ['engine', 'install', 'wasm', '--dir', dir])
    expect([code, err]).toEqual([2, expect.stringMatching(/wasm.*cpu, tensorflow/)])
  })
})
