import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { root } from '../support/architecture.ts'
import { platform } from '../provision/tiny.ts'
import { plantEngine } from '../support/planted-engine.ts'
import { runStep, type StepResult } from '../support/runner.ts'
import { wineSpec } from '../support/specs.ts'

beforeEach((context) => { if (platform === null) context.skip('no native engine for this machine') })

interface Place { readonly folder: string; readonly workspace: string; readonly tools: string; readonly temp: string; readonly empty: string }

function machine(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'))
  const place = { folder, workspace: join(folder, 'checkout'), tools: join(folder, 'tools'), temp: join(folder, 'temp'), empty: join(folder, 'empty') }
  for (const path of [place.workspace, place.tools, place.temp, place.empty]) mkdirSync(path)
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(place.workspace, 'wine.csv'))
  writeFileSync(join(place.workspace, 'tuning.yml'), wineSpec({ epochs: 5 }))
  return place
}

/** A step of the bundled action on a machine without npm, pip and compiler. */
const step = ({ workspace, tools, temp, empty }: Place, env: Readonly<Record<string, string>> = {}): Promise<StepResult> => runStep({
  script: join(root, 'dist/action/index.js'), workspace, with: { engine: 'tensorflow', workers: '1', artifact: 'false' },
  env: { PATH: empty, RUNNER_TOOL_CACHE: tools, RUNNER_TEMP: temp, ACTIONS_RUNTIME_TOKEN: 'runtime-secret', ...env },
})

describe('attack 13: an engine that somebody planted', () => {
  it('in the tool cache is never run, though its record fits', async () => {
    const here = machine()
    const { seen } = await plantEngine(join(here.tools, 'tunegate-engine'), join(here.folder, 'dump'))
    const done = await step(here)
    expect(seen()).toBeNull()
    expect(done.log).toContain('is not used: ')
    expect(done.exitCode).toBe(1)
  })

  it('in the folder that TUNEGATE_ENGINE_DIR names is never run', async () => {
    const here = machine()
    const { seen } = await plantEngine(join(here.folder, 'mine'), join(here.folder, 'dump'))
    const done = await step(here, { TUNEGATE_ENGINE_DIR: join(here.folder, 'mine') })
    expect(seen()).toBeNull()
    expect(done.exitCode).toBe(1)
  })
})
