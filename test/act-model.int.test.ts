import { unzipSync } from 'fflate'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { sha256 } from '../src/base/hash.ts'
import type { Lock } from '../src/records/lock.ts'
import { act, onDefaultBranch, runNode, wineRepository } from './support/act.ts'
import { startArtifactService } from './support/artifact-service.ts'
import { needs } from './support/tools.ts'
import { accuracyOf, wineSpec } from './support/specs.ts'

const workflow = `on: push
jobs:
  tune:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: ./
        with: { engine: wasm, mode: tune, save-model: onnx }
`

it('the artifact of a workflow holds the models that the lock names, and predict reads them there', async (context) => {
  const program = needs(context, 'act')
  const service = await startArtifactService()
  try {
    const folder = wineRepository(workflow, wineSpec({ gate: accuracyOf(0.05) }))
    const { status, log } = await act(program, folder, ['push', ...onDefaultBranch()], service.env)
    expect([status, log]).toEqual([0, expect.stringContaining('Job succeeded')])

    const uploaded = service.artifacts().find(({ name }) => name === 'tunegate-wine')
    const files = Object.entries(unzipSync(uploaded?.content ?? new Uint8Array()))
    const downloaded = join(folder, 'downloaded')
    for (const [name, content] of files) {
      mkdirSync(dirname(join(downloaded, name)), { recursive: true })
      writeFileSync(join(downloaded, name), content)
    }
    const { seeds } = JSON.parse(readFileSync(join(downloaded, 'tuning.lock.json'), 'utf8')) as Lock
    expect(seeds).toHaveLength(3)
    for (const { seed, model } of seeds) {
      const path = `models/seed-${seed}`
      const manifest = readFileSync(join(downloaded, path, 'model.json'))
      expect(sha256(manifest)).toBe(model)
      const { files: named } = JSON.parse(manifest.toString()) as { files: Record<string, string> }
      expect(Object.keys(named)).toContain('model.onnx')
      for (const [name, own] of Object.entries(named)) expect(sha256(readFileSync(join(downloaded, path, name)))).toBe(own)
    }
    const predicted = runNode(folder, 'dist/cli/index.js', 'predict', 'downloaded', 'wine.csv', '-o', 'out.csv')
    expect([predicted.status, predicted.stderr]).toEqual([
      0,
      expect.stringContaining('178 rows predicted by the mean of 3 models'),
    ])
    expect(readFileSync(join(folder, 'out.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 178)
  } finally {
    await service.close()
  }
})
