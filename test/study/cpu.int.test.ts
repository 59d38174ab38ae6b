import { cpSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelsFile } from '../../src/engines/cpu/install/recipe.ts'
import type { Study } from '../../src/study/conclude.ts'
import { engineHere, type EngineSource } from '../../src/study/engine.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { smallSpec, twoStages } from '../support/cli.ts'
import { digitsCheckout, studyOptions } from '../support/fan-out.ts'
import { cpuFolder, cpuRoot, missingCpu } from '../support/tf-cpu.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

if (cpuFolder === null) test('a study on the cpu engine', ({ skip }) => skip(missingCpu))
else
  describe('a study on the cpu engine', () => {
    let bundle: WorkerBundle
    beforeAll(async () => {
      bundle = await bundleWorker()
    })
    afterAll(() => bundle.remove())

    const study = (engine: EngineSource, workers = 2): Promise<Study> =>
      runStudy({ ...studyOptions(digitsCheckout(spec), bundle), engine, workers })
    // Which batch is the largest that pays rests on the clock, which a busy machine disturbs: here there is one size.
    const spec = twoStages(smallSpec.replace('largest: 128', 'largest: 64'))

    /** A folder of engines with one that looks installed, and whose kernels do not load. */
    function broken(): string {
      const root = join(digitsCheckout(), 'engines')
      const folder = join(root, basename(cpuFolder as string))
      cpSync(cpuFolder as string, folder, { recursive: true })
      writeFileSync(join(folder, kernelsFile), Buffer.alloc(statSync(join(folder, kernelsFile)).size))
      return root
    }

    test('is what auto takes, and comes to the same lock with one worker or two', async () => {
      const [one, two] = [await study(engineHere('auto', cpuRoot), 1), await study(engineHere('cpu', cpuRoot))]
      expect(one.report.study.engine).toBe('cpu 2')
      expect(one.report.timing.machine?.whyEngine).toContain("compiled for this machine's processor")
      expect(two.lock).toEqual(one.lock)
    })

    test('whose kernels do not load is trained on wasm where auto chose it, and says so', async () => {
      const { report } = await study(engineHere('auto', broken()))
      expect(report.study.engine).toMatch(/^wasm /)
      expect(report.timing.machine?.whyEngine).toMatch(/the cpu engine is installed and broke: the cpu engine did not load/)
    })

    test('whose kernels do not load ends with the reason where it was asked for by name', async () => {
      await expect(study(engineHere('cpu', broken()))).rejects.toMatchObject({
        diagnostics: [expect.objectContaining({ code: 'engine/cpu-unusable' })],
      })
    })
  })
