import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Availability } from '../../src/engines/definition.ts'
import { engineFor } from '../../src/study/engine-for.ts'
import { namedBaseline } from '../../src/study/baseline.ts'
import { readSpec } from '../../src/study/read-spec.ts'
import type { EngineSource } from '../../src/study/engine.ts'
import type { Preparing } from '../../src/study/prepare.ts'
import { root } from '../support/architecture.ts'

const lock = readFileSync(join(root, 'examples/wine/tuning.lock.json'), 'utf8')
const spec = (gate: string): string => `version: 1
name: wine
task: classification
data: { source: rows.csv, target: y }
model: { layers: [{ dense: { units: classes } }] }
stages: [verify: { seeds: 3 }]
gates: [${gate}]
`
const compares = 'regression: { metric: accuracy, margin: 0.1 }'
const holds = 'threshold: { metric: accuracy, min: 0.5 }'
const here: Availability = { ok: true, value: null }
const absent: Availability = { ok: false, error: { why: 'absent', problems: [] } }

/** What is taken where `auto` would take the native engine. */
async function taken(
  gate: string,
  with_: {
    lock?: string
    baseline?: string
    /** Whether the engine of the lock can train here. */
    made?: Availability
    wanted?: 'auto' | 'tensorflow'
    choose?: EngineSource['choose']
  },
) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-for-'))
  const specPath = join(folder, 'tuning.yml')
  writeFileSync(specPath, spec(gate))
  if (with_.lock !== undefined) writeFileSync(join(folder, 'tuning.lock.json'), with_.lock)
  const read = readSpec({ specPath, workspace: folder })
  const source: EngineSource = {
    wanted: with_.wanted ?? ('auto' as const),
    choose:
      with_.choose ?? (() => Promise.resolve({ engine: 'tensorflow', folder: '/engine', why: 'installed, and faster' })),
    available: () => Promise.resolve(with_.made ?? here),
  }
  const preparing = { read, prepared: new Promise(() => undefined) } as unknown as Preparing
  return (await engineFor(source, preparing, { specPath, baseline: namedBaseline(with_.baseline) })).choice
}

describe('the engine of a study', () => {
  it('is that of the lock that gates compare with, and says why', async () => {
    expect(await taken(compares, { lock })).toEqual({
      engine: 'wasm',
      folder: null,
      why: 'tuning.lock.json was made on it, and gates do not compare engines (name an engine to train on another)',
    })
  })

  it('is that of the lock, though auto prefers another one that is installed', async () => {
    const made = { ok: true, value: '/tensorflow' } as const
    const [onTensorflow, onCpu] = ['"tensorflow 4.22.0"', '"cpu 1"'].map((label) =>
      lock.replace('"wasm 4.22.0 simd"', label),
    )
    const usual = { engine: 'cpu' as const, folder: '/cpu', why: 'installed' }
    const choose = () => Promise.resolve(usual)
    expect(await taken(compares, { lock: onTensorflow ?? '', made, choose })).toMatchObject({
      engine: 'tensorflow',
      folder: '/tensorflow',
    })
    expect(await taken(compares, { lock: onCpu ?? '', made, choose })).toEqual(usual)
  })

  it('is looked for alone, so that nothing is installed for another', async () => {
    const never = () => Promise.reject(new Error('looked for the usual engine'))
    expect(await taken(compares, { lock, choose: never })).toMatchObject({ engine: 'wasm' })
  })

  it('is the usual one, with what that means, where that of the lock cannot train here', async () => {
    expect((await taken(compares, { lock, made: absent })).why).toBe(
      'installed, and faster; gates cannot compare with tuning.lock.json, which was made on wasm',
    )
    const other = lock.replace('"wasm 4.22.0 simd"', '"tensorflow 4.22.0"')
    const onWasm = { engine: 'wasm' as const, folder: null, why: 'tensorflow is not installed' }
    expect(await taken(compares, { lock: other, made: absent, choose: () => Promise.resolve(onWasm) })).toEqual({
      ...onWasm,
      why: 'tensorflow is not installed; gates cannot compare with tuning.lock.json, which was made on tensorflow',
    })
  })

  it.each([
    ['there is no lock', compares, {}],
    ['no gate compares', holds, { lock }],
    ['the levers are retrained', compares, { lock, baseline: 'retrain' }],
    ['an engine is asked for', compares, { lock, wanted: 'tensorflow' as const }],
    ['the lock cannot be read', compares, { lock: '{}' }],
  ])('is the usual one where %s', async (_, gate, more) => {
    expect(await taken(gate, more)).toMatchObject({ engine: 'tensorflow', why: 'installed, and faster' })
  })
})
