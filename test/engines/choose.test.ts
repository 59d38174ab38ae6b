import { describe, expect, test } from 'vitest'
import { err, ok } from '../../src/base/result.ts'
import { chooseEngine } from '../../src/engines/choose.ts'
import type { Availability } from '../../src/engines/definition.ts'
import {
  autoEngineWords,
  downloadedEngine,
  engineNamed,
  engines,
  engineWishes,
  fallbackEngine,
  installableEngines,
} from '../../src/engines/index.ts'

const missing: Availability = err({
  why: 'it is not here',
  problems: [{ code: 'engine/none', severity: 'error', message: 'none' }],
})

/** What a study trains on where these engines are available. */
const choose = (wanted: (typeof engineWishes)[number], here: Readonly<Record<string, Availability>>, asked: string[] = []) =>
  chooseEngine(wanted, async ({ name }) => {
    asked.push(name)
    return here[name] ?? missing
  })

describe('the engine of a study', () => {
  test('is by auto the first that is available, and no other is asked', async () => {
    const asked: string[] = []
    const here = { cpu: ok('/engines/one'), tensorflow: ok('/engines/two'), wasm: ok(null) }
    expect(await choose('auto', here, asked)).toEqual({
      ok: true,
      value: { engine: 'cpu', folder: '/engines/one', why: "installed, and compiled for this machine's processor" },
    })
    expect(asked).toEqual(['cpu'])
  })

  test('is by auto the next one, with why it is not the first', async () => {
    const asked: string[] = []
    expect(await choose('auto', { tensorflow: ok('/engines/two'), wasm: ok(null) }, asked)).toEqual({
      ok: true,
      value: { engine: 'tensorflow', folder: '/engines/two', why: 'it is not here' },
    })
    expect(asked).toEqual(['cpu', 'tensorflow'])
    expect(await choose('auto', { wasm: ok(null) })).toEqual({
      ok: true,
      value: { engine: 'wasm', folder: null, why: 'it is not here; it is not here' },
    })
  })

  test('is the one that was asked for by name, or the error why not', async () => {
    const asked: string[] = []
    expect(await choose('wasm', { wasm: ok(null) }, asked)).toMatchObject({ value: { engine: 'wasm', why: 'asked for' } })
    expect(await choose('tensorflow', { wasm: ok(null) }, asked)).toEqual({
      ok: false,
      error: [expect.objectContaining({ code: 'engine/none' })],
    })
    expect(asked).toEqual(['wasm', 'tensorflow'])
  })
})

describe('the registry of engines', () => {
  test('gives help and inputs their words', () => {
    expect(engineWishes.slice(0, 2)).toEqual(['auto', 'cpu'])
    expect(engineWishes).toHaveLength(engines.length + 1)
    expect(autoEngineWords()).toBe(
      'the engine of the lock that gates compare with, and without a lock cpu where it is installed, else tensorflow where it is installed, else wasm',
    )
    expect(() => engineNamed('cuda')).toThrow('there is no engine cuda')
  })

  test('has one engine that is there on every machine, and those that can be installed', async () => {
    expect(await fallbackEngine().available('/nowhere')).toEqual(ok(null))
    expect(installableEngines().map(({ name }) => name)).toEqual(['cpu', 'tensorflow'])
    expect(downloadedEngine().name).toBe('tensorflow')
  })

  test('tells apart an engine whose bits depend on its threads, and reads them from the label', () => {
    expect(engineNamed('wasm').threadsOf).toBeUndefined()
    expect(engineNamed('tensorflow').threadsOf?.('tensorflow 1.0 compiled 4 threads')).toBe(4)
    expect(engineNamed('tensorflow').threadsOf?.('tensorflow 1.0 compiled')).toBe(1)
    expect(engineNamed('tensorflow').environment?.(3)).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '3',
      TF_NUM_INTEROP_THREADS: '1',
    })
  })
})
