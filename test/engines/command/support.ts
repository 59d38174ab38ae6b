import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createScriptTrainer } from '../../../src/engines/command/engine.ts'
import { describeSection, placeOf } from '../../../src/engines/command/section.ts'
import { compileScript } from '../../../src/compile/script.ts'
import type { TrainerSpec } from '../../../src/compile/normalized.ts'
import { normalize } from '../../../src/compile/normalize.ts'
import { parseSpec } from '../../../src/dsl/parse.ts'
import type { Plan, RunJob, TrainerWorkload } from '../../../src/records/plan.ts'
import type { Task } from '../../../src/records/metrics.ts'
import type { RunResult } from '../../../src/records/run.ts'
import type { TrainerPlace } from '../../../src/records/trainer.ts'
import { must } from '../../compile/support.ts'
import { root } from '../../support/architecture.ts'

/** The scripts of `test/support/trainers` in a folder of their own, which is also that of the spec. */
export const folder = mkdtempSync(join(tmpdir(), 'tunegate-script-'))
for (const name of ['fake.mjs', 'tiny.py']) copyFileSync(join(root, 'test/support/trainers', name), join(folder, name))
export const removeFolder = (): void => rmSync(folder, { recursive: true, force: true })

const fake = `command: [${process.execPath}, fake.mjs]
  levers: { learningRate: lr, batchSize: batch-size, weightDecay: wd }`
/** The script in Python, which speaks the protocol through the package. */
export const tiny = `command: [python3, tiny.py]
  levers: { learningRate: lr, batchSize: batch_size, weightDecay: wd }`

export const text = (script = fake, task: Task = 'classification'): string => `version: 1
name: fake
task: ${task}
trainer:
  ${script}
  metrics: { ${task === 'classification' ? 'accuracy: val_acc, ' : ''}nll: val_loss }
  env: [FAULT, LABELS, SELF_REPORTED, PER_STEP, PYTHONPATH]
  timeout: { start: 60s, silence: 60s, run: 120s }
stages: [verify]
`

export interface World {
  readonly plan: Plan
  readonly workload: TrainerWorkload
  readonly place: TrainerPlace
}

type Environment = Readonly<Record<string, string>>

/** A script with a variable of the environment, as a study sees it when its runs begin. */
export async function world(env: Environment = {}, script = fake): Promise<World> {
  const task = env['LABELS'] === '1' ? 'multi-label' : 'classification'
  const parsed = must(parseSpec(text(script, task), 'tuning.yml'))
  const spec = must(normalize(parsed)) as TrainerSpec
  const own = { PATH: process.env['PATH'], PYTHONPATH: join(root, 'python/src') }
  const facts = await describeSection(spec.trainer, { folder, env: { ...own, ...quiet(env) } })
  if (!facts.ok) throw new Error(facts.error.message)
  const plan = must(compileScript(spec, facts.value, parsed.locate))
  const scratch = mkdtempSync(join(folder, 'scratch-'))
  const place = await placeOf(spec.trainer, { folder, env: { ...own, ...env } }, facts.value.description, scratch)
  return { plan, workload: plan.workload, place: { ...place, grace: 1 } }
}

/** A fault shows in a run and not in the description. */
const quiet = ({ FAULT: _, ...env }: Environment): Environment => env

export const full: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true, calibration: true }

/** One run of a script that leaves no file and no process behind. */
export async function trained(env: Environment = {}, job = full, seed = 1, script = fake): Promise<RunResult> {
  const { plan, workload, place } = await world(env, script)
  const trainer = createScriptTrainer(workload, place)
  const result = await trainer.run({ stage: 'verify', label: 'run', levers: plan.baseline, seed, job }, 'abc')
  trainer.dispose()
  expect(readdirSync(join(place.scratch, 'runs'))).toEqual([])
  expect(alive(place.scratch)).toEqual([])
  return result
}

export const reason = (result: RunResult): string => (result.status === 'complete' ? 'complete' : result.reason)

/** A result without what a clock decides. */
export const timeless = ({ timing: _, ...rest }: RunResult): unknown => rest

/** Ids of processes that belong to a run in the folder; none where the system does not say. */
export function alive(within: string): string[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TUNEGATE_RUN_FILE=${within}/`)
    } catch {
      return false
    }
  })
}
