import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { describeSection } from '../../../src/engines/command/section.ts'
import { scriptEnvironment } from '../../../src/engines/command/environment.ts'
import { insideOutput } from '../../../src/engines/command/npy.ts'
import { checkScript } from '../../../src/engines/command/check.ts'
import { createScriptTrainer } from '../../../src/engines/command/engine.ts'
import type { TrainerSpec } from '../../../src/compile/normalized.ts'
import { normalize } from '../../../src/compile/normalize.ts'
import { parseSpec } from '../../../src/dsl/parse.ts'
import type { RunJob } from '../../../src/records/plan.ts'
import type { RunResult } from '../../../src/records/run.ts'
import { must } from '../../compile/support.ts'
import { folder, full, reason, removeFolder, text, timeless, trained, world } from './support.ts'

describe('a training script', () => {
  it('takes part with its own defaults, and is measured by its predictions', async () => {
    const { plan } = await world()
    expect(plan.baseline).toMatchObject({
      optimization: { learningRate: 0.05 },
      batching: { batchSize: 20 },
      scheduling: { epochs: 4 },
    })
    const result = await trained()
    expect(result).toMatchObject({ status: 'complete', engine: 'command fake 1.0 cpu' })
    if (result.status !== 'complete') return
    expect(result.best?.validation.accuracy).toBeGreaterThan(0.8)
    expect(Object.keys(result.best?.test ?? {})).toHaveLength(6)
    expect(result.best?.calibration?.split).toBe('test')
    expect(result.evaluations.map(({ step }) => step)).toEqual([10, 20, 30, 40])
    expect(result.steps.loss).toHaveLength(40)
  })

  it('predicts several labels of each of its rows', async () => {
    // Their probabilities have no reliability diagram, so no stage asks for one.
    const job: RunJob = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true }
    const ofLabels = (env = {}) => trained({ LABELS: '1', ...env }, job)
    const result = await ofLabels()
    expect(reason(result)).toBe('complete')
    expect(result.status === 'complete' && result.best?.validation.subsetAccuracy).toBeGreaterThan(0.8)
    expect(reason(await ofLabels({ FAULT: 'fewer-rows' }))).toContain('predicted 99 rows')
    expect(reason(await ofLabels({ FAULT: 'turned' }))).toContain('labels of the shape (2, 100)')
  })

  it('gives equal results for equal requests, and others for another seed', async () => {
    const [one, two, other] = [await trained(), await trained(), await trained({}, full, 2)]
    expect(timeless(one)).toEqual(timeless(two))
    expect(timeless(one)).not.toEqual(timeless(other))
  })

  it('reports its own metrics where it has no predictions', async () => {
    const result = await trained({ SELF_REPORTED: '1' })
    expect(result.status === 'complete' && Object.keys(result.best?.validation ?? {})).toEqual(['accuracy', 'nll'])
    expect(result.status === 'complete' && result.best?.calibration).toBeUndefined()
  })

  it('sweeps the rate itself, or is started once for each of a series of rates', async () => {
    const job: RunJob = { kind: 'range-test', from: 1e-3, to: 10, steps: 30 }
    const own = await trained({}, job)
    expect(own.steps.learningRate.slice(0, 2)).toEqual([0.001, 0.00137382])
    const series = await trained({ PER_STEP: '0' }, job)
    expect(series.steps.learningRate).toHaveLength(24)
    expect(series.steps.loss.every(Number.isFinite)).toBe(true)
  })

  it('says how fast it is', async () => {
    const result = await trained({}, { kind: 'probe', steps: 200, memoryMiB: 2000 })
    expect(result.status === 'complete' && result.probe?.examplesPerSecond).toBeGreaterThan(0)
  })

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['crashes', { FAULT: 'crash' }, /exited with code 1; its last output: .*ValueError: \\u001b\[31mno such layer/],
    ['runs out of memory and exits with 1', { FAULT: 'memory' }, /ran out of memory: Unable to allocate 9 GiB/],
    ['says nothing', { FAULT: 'nothing' }, /without a line end/],
    ['ends without a word', { FAULT: 'no-end' }, /exited with code 0 without a line end/],
    [
      'writes a line that is no event',
      { FAULT: 'malformed' },
      /line 2 of the events is not a JSON object: "step 1 loss 0\.5"/,
    ],
    ['has a loss that is no number', { FAULT: 'nan-loss' }, /the loss is not finite/],
    ['predicts fewer rows', { FAULT: 'fewer-rows' }, /predicted 99 rows of the split validation, .* there are 100/],
    [
      'renames its metrics',
      { FAULT: 'metric-names', SELF_REPORTED: '1' },
      /has no "val_acc", .* as accuracy; it has "loss"/,
    ],
    ['has a metric that is no number', { FAULT: 'nan-metric', SELF_REPORTED: '1' }, /nll is NaN in an evaluation/],
  ])('that %s is a run that says so', async (_, env, expected) => expect(reason(await trained(env))).toMatch(expected))

  it('whose labels move with the seed is a run that says so', async () => {
    const { plan, workload, place } = await world({ FAULT: 'labels-move' })
    const trainer = createScriptTrainer(workload, place)
    const of = (seed: number): Promise<RunResult> | RunResult =>
      trainer.run({ stage: 'verify', label: 'run', levers: plan.baseline, seed, job: full }, `s${seed}`)
    expect(reason(await of(1))).toBe('complete')
    expect(reason(await of(2))).toMatch(/the labels of the split validation are not those of the study's first run/)
  })

  it('whose labels are known only in part, as after a power cut, is not held to them', async () => {
    const { plan, workload, place } = await world()
    const trainer = createScriptTrainer(workload, place)
    const of = (seed: number): Promise<RunResult> | RunResult =>
      trainer.run({ stage: 'verify', label: 'run', levers: plan.baseline, seed, job: full }, `s${seed}`)
    expect(reason(await of(1))).toBe('complete')
    const kept = join(place.scratch, 'labels')
    for (const name of readdirSync(kept)) writeFileSync(join(kept, name), '')
    expect(reason(await of(2))).toBe('complete')
    expect(readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8').length)).toEqual([64, 64])
  })

  it('that hangs is ended, with what it has started', async () => {
    const { plan, workload, place } = await world({ FAULT: 'hang' })
    const trainer = createScriptTrainer(workload, { ...place, timeout: { ...place.timeout, silence: 1 } })
    const result = await trainer.run({ stage: 'verify', label: 'run', levers: plan.baseline, seed: 1, job: full }, 'abc')
    expect(reason(result)).toMatch(/reported nothing for 1 seconds \(trainer\.timeout\.silence\); it may hang/)
  })

  it('attack 24: gets its own environment and no other', async () => {
    const runner = { GITHUB_TOKEN: 'a', ACTIONS_RUNTIME_TOKEN: 'b', GITHUB_ENV: 'c', HOME_TOKEN: 'd', FAULT: 'none' }
    const { place } = await world(runner)
    expect(Object.keys(place.environment).sort()).toEqual(['FAULT', 'OMP_NUM_THREADS', 'PATH', 'PYTHONPATH'])
    expect(scriptEnvironment(runner, ['GITHUB_ENV', 'ACTIONS_RUNTIME_TOKEN', 'HOME_TOKEN'])).toEqual({
      HOME_TOKEN: 'd',
      OMP_NUM_THREADS: '1',
    })
  })
})

describe('a file that a script reports', () => {
  test.each(['../labels.npy', '/etc/passwd', 'a/../../b', 'a\0b'])(
    'attack 24: is not read outside of its folder: %j',
    (path) => {
      expect(() => insideOutput('/runs/1/output', path)).toThrow(/outside of output_dir/)
    },
  )
  it('may lie in a folder of it', () => expect(insideOutput('/runs/1/output', 'a/b.npy')).toBe('/runs/1/output/a/b.npy'))
})

describe('a look at a script before its study', () => {
  const looked = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const { plan, workload, place } = await world(env)
    const found = await checkScript(workload, plan.baseline, place, 3)
    return found.ok ? String(found.value.deterministic) : found.error.message
  }
  it('finds equal runs equal', async () => expect(await looked({})).toBe('bitwise'))
  it('finds a rate that is ignored', async () =>
    expect(await looked({ FAULT: 'ignores-rate' })).toMatch(/the script ignores lr: a rate 10 times higher gives the same/))
})

describe('a script that cannot describe itself', () => {
  const described = async (command: string): Promise<string> => {
    const parsed = must(parseSpec(text().replace(/command: .*/, `command: ${command}`), 'tuning.yml'))
    const { trainer } = must(normalize(parsed)) as TrainerSpec
    const found = await describeSection(trainer, { folder, env: { PATH: process.env['PATH'] } })
    return found.ok ? 'described' : found.error.message
  }
  const file = (name: string, content: string, mode = 0o755): string => {
    writeFileSync(join(folder, name), content)
    chmodSync(join(folder, name), mode)
    return name
  }
  test.each<[string, string, RegExp]>([
    ['is missing', '[./nowhere.sh]', /could not be started: there is no program "\.\/nowhere\.sh"/],
    ['is not executable', `[./${file('plain.sh', 'echo', 0o644)}]`, /not executable; run chmod \+x/],
    [
      'prints instead of reporting',
      `[sh, ${file('prints.sh', 'echo "accuracy 0.9"')}]`,
      /reported nothing; .*accuracy 0\.9/,
    ],
    [
      'has no mode train',
      `[sh, ${file('odd.sh', 'echo \'{"type": "hello", "protocol": 1, "supports": {"levers": {}, "modes": []}}\' > "$TUNEGATE_EVENTS"')}]`,
      /does not answer the mode train/,
    ],
  ])('that %s', async (_, command, expected) => expect(await described(command)).toMatch(expected))
})

afterAll(removeFolder)
