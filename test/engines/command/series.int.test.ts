import { afterAll, expect, it } from 'vitest'
import { parseSpec } from '../../../src/dsl/parse.ts'
import { normalize } from '../../../src/compile/normalize.ts'
import type { TrainerSpec } from '../../../src/compile/normalized.ts'
import { compileScript } from '../../../src/compile/script.ts'
import { createScriptTrainer } from '../../../src/engines/command/engine.ts'
import type { StageJob } from '../../../src/records/plan.ts'
import { ProgressMeter } from '../../../src/run/progress.ts'
import { describeSection } from '../../../src/engines/command/section.ts'
import { must } from '../../compile/support.ts'
import { folder, removeFolder, text, world } from './support.ts'

afterAll(removeFolder)

/** Minutes of the first stage where a script sweeps the rate itself, and where it is started once for each rate. */
it('the forecast of a series of rates counts the steps of all its runs', async () => {
  const written = text().replace('stages: [verify]', 'stages: [lr-range, verify]')
  const parsed = must(parseSpec(written, 'tuning.yml'))
  const spec = must(normalize(parsed)) as TrainerSpec
  const env = { PATH: process.env['PATH'], PER_STEP: '0' }
  const facts = await describeSection(spec.trainer, { folder, env })
  if (!facts.ok) throw new Error(facts.error.message)
  const plan = must(compileScript(spec, facts.value, parsed.locate))
  const [job] = plan.jobs as readonly [StageJob]
  // 24 runs of one epoch of 10 steps.
  expect(job.templates[0]).toMatchObject({ job: 'range-test', stepsPerRun: 240 })

  const { place } = await world({ PER_STEP: '0' })
  const trainer = createScriptTrainer(plan.workload, place)
  const request = { stage: 'lr-range', label: 'range test', levers: plan.baseline, seed: 1 }
  const swept = await trainer.run({ ...request, job: { kind: 'range-test', from: 1e-4, to: 1, steps: 300 } }, 'a')
  expect(swept.steps.loss).toHaveLength(24)
  const meter = new ProgressMeter(plan, 1)
  meter.startStage(job)
  const timed = { ...swept, timing: { ...swept.timing, seconds: 24 } }
  meter.time(timed)
  const { secondsLeft } = meter.finish(timed)
  // 240 steps took 24 seconds, and the plan has 0.1 seconds for each of the others.
  const steps = plan.jobs.reduce((sum, { estimate }) => sum + estimate.steps, 0) - 240
  expect(secondsLeft).toBeCloseTo(0.1 * steps)
})
