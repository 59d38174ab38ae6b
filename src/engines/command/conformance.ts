import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LeverValue } from '../../records/levers.ts'
import type { TrainerDescription } from '../../records/trainer.ts'
import { sweepRate } from '../../train/range-test.ts'
import type { ConformanceFinding, ScriptSource } from '../definition.ts'
import type { Collected } from './collect.ts'
import { describe } from './describe.ts'
import { scriptEnvironment } from './environment.ts'
import { TrainerFault } from './protocol/events.ts'
import type { Asked } from './request.ts'
import { runScript, type Script, type ScriptOutcome } from './run-script.ts'
import { readPredictions } from './scores.ts'

const timeout = { start: 300, silence: 600, run: 3600 }
const seed = 1

/**
 * Runs a script in every mode that it supports, for two epochs each, and yields what passes and what does not, as it is
 * found. A client in any language can be developed against it.
 */
export async function* conformance(
  command: readonly string[],
  { folder, env, signal = new AbortController().signal }: ScriptSource,
  environment: readonly string[],
): AsyncGenerator<ConformanceFinding> {
  const script: Script = {
    command,
    seedName: null,
    folder,
    environment: scriptEnvironment(env, environment),
    timeout,
    grace: 30,
    signal,
  }
  const described = await describe(script)
  if (!described.ok) {
    yield { what: 'describe: hello and exit code 0', status: 'fails', why: described.error.message }
    return
  }
  const { value: of } = described
  yield {
    what: 'describe: hello and exit code 0',
    status: 'passes',
    why: [of.framework, of.device].filter(Boolean).join(', '),
  }
  const scratch = await mkdtemp(join(tmpdir(), 'tunegate-check-'))
  try {
    yield* modesOf(new Runs(script, scratch, of), of)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Starts the script, each time in a folder of its own. */
class Runs {
  readonly levers: Readonly<Record<string, LeverValue>>
  private readonly script: Script
  private readonly scratch: string
  private count = 0

  constructor(script: Script, scratch: string, { levers }: TrainerDescription) {
    this.script = script
    this.scratch = scratch
    this.levers = levers
  }

  async run(
    asked: Omit<Asked, 'levers'> & Partial<Pick<Asked, 'levers'>>,
  ): Promise<ScriptOutcome & { readonly outputDir: string }> {
    const folder = join(this.scratch, String(++this.count))
    await mkdir(folder)
    const outcome = await runScript(this.script, { id: 'check', folder, asked: { levers: this.levers, ...asked } })
    return { ...outcome, outputDir: folder }
  }

  train(more: Partial<Asked> = {}): ReturnType<Runs['run']> {
    return this.run({ mode: 'train', seed, epochs: 2, stop_after: null, test: false, ...more })
  }
}

async function* modesOf(runs: Runs, of: TrainerDescription): AsyncGenerator<ConformanceFinding> {
  let first: Collected | undefined
  const finding = yield* tried('train: two epochs, a validation result, end', async () => {
    const { collected, exit, outputDir } = await runs.train()
    first = collected
    await validated(collected, of, outputDir)
    if (exit?.strays) return 'processes were left behind; end them before the script exits'
    return undefined
  })
  if (!finding || first === undefined) return
  const full = first
  const losses = ({ steps }: Collected): string => JSON.stringify(steps.loss)
  yield* tried('train: steps are reported', async () =>
    full.steps.loss.length > 0 ? undefined : 'no step was reported; curves, the range test and diagnostics need them',
  )
  yield* tried('train: equal requests give equal losses', async () =>
    losses((await runs.train()).collected) === losses(full) ? undefined : 'the losses differ; paired comparisons are off',
  )
  yield* tried('train: another seed gives other losses', async () =>
    losses((await runs.train({ seed: seed + 1 })).collected) === losses(full) ? 'the losses are the same' : undefined,
  )
  const rate = Object.entries(runs.levers).find(([name, value]) => /rate|^lr$/i.test(name) && typeof value === 'number')
  yield* tried('levers: the learning rate changes the losses', async () => {
    if (!rate) return null
    const levers = { ...runs.levers, [rate[0]]: Number(rate[1]) * 10 }
    return losses((await runs.train({ levers })).collected) === losses(full)
      ? `${rate[0]} × 10 gives the same losses`
      : undefined
  })
  yield* tried('train: stop_after ends early', async () => {
    const { steps } = (await runs.train({ stop_after: 1 })).collected
    return steps.loss.length < full.steps.loss.length ? undefined : `${steps.loss.length} steps, as without it`
  })
  yield* tried('train: test is reported when it is asked for, and not otherwise', async () => {
    if (!of.test) return null
    const tested = ({ evaluations, predictions }: Collected): boolean =>
      [...evaluations, ...predictions].some(({ split }) => split === 'test')
    if (tested(full)) return 'it was reported though nobody asked'
    return tested((await runs.train({ test: true })).collected) ? undefined : 'it was not reported'
  })
  yield* tried('range: every step runs at the rate that was asked for', async () => {
    if (!of.perStepRate || !of.modes.includes('range')) return null
    const range = { from: 1e-4, to: 1, steps: 40 }
    const { steps } = (await runs.run({ mode: 'range', seed, range })).collected
    const job = { kind: 'range-test', ...range } as const
    const wrong = steps.learningRate.findIndex((found, i) => Math.abs(found / sweepRate(i, job) - 1) > 0.02)
    if (steps.loss.length < 20) return `only ${steps.loss.length} steps were reported`
    return wrong < 0 ? undefined : `step ${wrong + 1} ran at ${steps.learningRate[wrong]}`
  })
  yield* tried('probe: throughput is reported', async () => {
    if (!of.modes.includes('probe')) return null
    const { throughput } = (await runs.run({ mode: 'probe', seed, probe: { steps: 20 } })).collected
    return throughput === null ? 'there is no line throughput' : undefined
  })
}

/** A validation result that a study could use. */
async function validated({ predictions, evaluations }: Collected, of: TrainerDescription, outputDir: string): Promise<void> {
  const report = predictions.findLast(({ split }) => split === 'validation')
  if (report) await readPredictions(outputDir, report, report.kind === 'values' ? 'regression' : 'classification', undefined)
  else if (of.predictions)
    throw new TrainerFault('no-report', 'hello promises predictions, and none of validation were reported')
  else if (!evaluations.some(({ split }) => split === 'validation')) {
    throw new TrainerFault('no-report', 'neither predictions nor an evaluation of the split validation were reported')
  }
}

/** One finding; whether it passed. `attempt` gives undefined for a pass, null for what the script does not support. */
async function* tried(
  what: string,
  attempt: () => Promise<string | null | undefined>,
): AsyncGenerator<ConformanceFinding, boolean> {
  try {
    const why = await attempt()
    if (why === null) yield { what, status: 'skipped', why: 'the script does not claim it' }
    else yield why === undefined ? { what, status: 'passes', why: '' } : { what, status: 'fails', why }
    return why === undefined
  } catch (error) {
    if (!(error instanceof TrainerFault)) throw error
    yield { what, status: 'fails', why: error.message }
    return false
  }
}
