import { readFile, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isMap, jsonOrUndefined } from '../../base/json.ts'
import { fingerprint } from '../../base/hash.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { withLevers, type Levers } from '../../records/levers.ts'
import type { TrainerWorkload } from '../../records/plan.ts'
import { isDeterminism, type Determinism, type TrainerCheck, type TrainerPlace } from '../../records/trainer.ts'
import type { ScriptProblem } from '../definition.ts'
import { labelOf } from './describe.ts'
import { endStrays } from './processes.ts'
import { TrainerFault } from './protocol/events.ts'
import { trainingAsked } from './request.ts'
import { runScript, type Script } from './run-script.ts'
import { inFolder } from './scratch.ts'

/** Steps of each short run. */
const steps = 20
/** A learning rate that is this many times higher must change the losses. */
const factor = 10
/** The largest relative difference of two losses that rounding explains. */
const rounding = 1e-3

/**
 * Trains a few steps four times: twice the same, once with a higher rate, once under another seed. A rate that changes
 * nothing stops the study: no stage could find one.
 */
export async function checkScript(
  workload: TrainerWorkload,
  baseline: Levers,
  place: TrainerPlace,
  seed: number,
): Promise<Result<TrainerCheck, ScriptProblem>> {
  const file = join(
    place.scratch,
    `check-${fingerprint([workload, baseline, labelOf(place.description)]).slice(0, 16)}.json`,
  )
  const before = await earlier(file)
  if (before) return ok(before)
  // A study that was killed at this point left its short runs behind: no worker ends them.
  endStrays(`${place.scratch}${sep}`)
  const { learningRate } = baseline.optimization
  const higher = withLevers(baseline, { learningRate: learningRate * factor })
  try {
    const run = shortRuns(workload, place)
    const [first, second] = await Promise.all([run(baseline, seed), run(baseline, seed)])
    const takesRate = workload.program.levers.learningRate !== undefined
    const [faster, other] = await Promise.all([takesRate ? run(higher, seed) : [], run(baseline, seed + 1)])
    if (first.length >= 2 && takesRate && same(first, faster)) return err(ignoredRate(workload, first.length))
    if (first.length >= 2 && same(first, other)) return err(ignoredSeed(first.length))
    const check: TrainerCheck = { deterministic: first.length < 2 ? null : compared(first, second) }
    await writeFile(file, JSON.stringify(check))
    return ok(check)
  } catch (error) {
    if (!(error instanceof TrainerFault)) throw error
    return err({
      code: `trainer/${error.kind}`,
      path: ['command'],
      message: `the script fails in a short run: ${error.message}`,
    })
  }
}

type ShortRun = (levers: Levers, seed: number) => Promise<readonly number[]>

/** The losses of the first steps of a run. One that diverges has fewer. */
function shortRuns(workload: TrainerWorkload, place: TrainerPlace): ShortRun {
  const { command, seed: seedName } = workload.program
  const script: Script = { ...place, command, seedName, signal: new AbortController().signal }
  return (levers, seed) =>
    inFolder(place.scratch, 'check-', async (folder) => {
      const asked = trainingAsked(workload.program, levers, seed, { stop: 1 })
      const { collected } = await runScript(script, { id: 'check', folder, enoughSteps: steps, asked })
      return collected.steps.loss.slice(0, steps)
    })
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((loss, i) => loss === b[i])

function compared(a: readonly number[], b: readonly number[]): Determinism {
  if (same(a, b)) return 'bitwise'
  const near =
    a.length === b.length && a.every((loss, i) => Math.abs(loss - (b[i] ?? Number.NaN)) <= rounding * Math.abs(loss))
  return near ? 'close' : 'different'
}

const ignoredRate = ({ program }: TrainerWorkload, found: number): ScriptProblem => ({
  code: 'trainer/lever-ignored',
  path: ['levers', 'learningRate'],
  message: `the script ignores ${program.levers.learningRate ?? 'the rate'}: a rate ${factor} times higher gives the same losses`,
  found: `${found} equal losses`,
  hint: 'read the value from the request or from the arguments, and pass it to the optimizer',
})

const ignoredSeed = (found: number): ScriptProblem => ({
  code: 'trainer/seed-ignored',
  path: ['seed'],
  message: 'the script ignores the seed: two seeds give the same losses, so no noise of seeds can be seen',
  found: `${found} equal losses`,
  hint: 'seed the initial weights and the order of the rows from the seed of the request',
})

async function earlier(file: string): Promise<TrainerCheck | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const value = jsonOrUndefined(text, { bytes: 1000, depth: 2, values: 10 })
  if (!isMap(value)) return undefined
  const { deterministic } = value
  return isDeterminism(deterministic) ? { deterministic } : undefined
}
