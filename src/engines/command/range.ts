import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprint } from '../../base/hash.ts'
import { withLevers } from '../../records/levers.ts'
import type { StepLog } from '../../records/run.ts'
import { rateSeries, sweepsRate } from '../../records/trainer.ts'
import type { RequestFor, RunBody } from '../../train/context.ts'
import { sweepRate } from '../../train/range-test.ts'
import { rounded } from '../../train/round.ts'
import { emptyLog, type Collected } from './collect.ts'
import type { RunPlace } from './probe.ts'
import { TrainerFault } from './protocol/events.ts'
import { scriptLevers, trainingAsked } from './request.ts'
import { runScript, type Script } from './run-script.ts'

type Request = RequestFor<'range-test'>

/** The learning-rate range test: the script's own sweep, or a series of short runs with one rate each. */
export function sweptBody(script: Script, request: Request, place: RunPlace): Promise<RunBody> {
  return sweepsRate(place.workload.program) ? sweep(script, request, place) : series(script, request, place)
}

/** How far a reported rate may be from the one that was asked for. */
const tolerance = 0.02

async function sweep(script: Script, { levers, seed, job }: Request, { workload, id, folder }: RunPlace): Promise<RunBody> {
  const { from, to, steps } = job
  const { collected } = await runScript(script, {
    id,
    folder,
    asked: { mode: 'range', seed, levers: scriptLevers(workload.program, levers), range: { from, to, steps } },
  })
  return bodyOf(rated(collected, job), collected)
}

/** The log with the rate of every step: as reported, which must be as asked. */
function rated({ steps }: Collected, job: Request['job']): StepLog {
  const learningRate = steps.loss.map((_, i) => sweepRate(i, job))
  const wrong = learningRate.findIndex((rate, i) => Math.abs((steps.learningRate[i] ?? rate) / rate - 1) > tolerance)
  if (wrong >= 0) {
    throw new TrainerFault(
      'rates',
      `step ${wrong + 1} of the range test ran at the rate ${steps.learningRate[wrong]}, and ${learningRate[wrong]?.toPrecision(6)} ` +
        'was asked for; the mode range sets the rate of every step and leaves out schedule and warmup',
    )
  }
  return { ...steps, loss: steps.loss.slice(0, job.steps), learningRate: learningRate.map(rounded) }
}

function bodyOf(steps: StepLog, { divergedAt, end }: Pick<Collected, 'divergedAt' | 'end'>): RunBody {
  if (divergedAt !== null || end?.status === 'diverged') {
    const reason = end?.reason ?? 'the loss is not finite'
    return { status: 'diverged', atStep: steps.loss.length, reason, steps, evaluations: [] }
  }
  return { status: 'complete', best: null, probe: null, weights: fingerprint(steps.loss), steps, evaluations: [] }
}

/**
 * For a script that cannot set the rate of every step: runs of one epoch, each with another rate, and the mean loss of the
 * last quarter of its steps. It ends at the first rate that diverges.
 */
async function series(script: Script, { levers, seed, job }: Request, { workload, id, folder }: RunPlace): Promise<RunBody> {
  const { points, epochs } = rateSeries
  const grid = { ...job, steps: points }
  const log = emptyLog()
  for (let point = 0; point < points; point++) {
    const learningRate = rounded(sweepRate(point, grid))
    const own = join(folder, `point-${point + 1}`)
    await mkdir(own)
    const asked = trainingAsked(workload.program, withLevers(levers, { learningRate }), seed, { stop: epochs })
    const { collected } = await runScript(script, { id, folder: own, asked })
    const loss = lastLoss(collected)
    if (loss === null) return bodyOf(log, { divergedAt: log.loss.length, end: null })
    log.loss.push(loss)
    log.learningRate.push(learningRate)
    log.gradientNorm.push(Number.NaN)
    log.clipped.push(false)
  }
  return bodyOf(log, { divergedAt: null, end: null })
}

/** Null if the run diverged. */
function lastLoss({ steps, divergedAt, end }: Collected): number | null {
  if (divergedAt !== null || end?.status === 'diverged') return null
  if (steps.loss.length === 0) {
    throw new TrainerFault('no-report', 'a range test needs the training loss, and the script reported no step')
  }
  const last = steps.loss.slice(-Math.ceil(steps.loss.length / 4))
  return rounded(last.reduce((sum, loss) => sum + loss, 0) / last.length)
}
