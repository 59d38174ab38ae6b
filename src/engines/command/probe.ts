import type { TrainerWorkload } from '../../records/plan.ts'
import type { RequestFor, RunBody } from '../../train/context.ts'
import { rounded } from '../../train/round.ts'
import { TrainerFault } from './protocol/events.ts'
import { scriptLevers } from './request.ts'
import { runScript, type Script } from './run-script.ts'

/** What a run of a script belongs to. */
export interface RunPlace {
  readonly workload: TrainerWorkload
  readonly id: string
  readonly folder: string
}

/** Speed and memory at the levers' batch size. The script measures the first; the second is that of its processes, too. */
export async function probedBody(
  script: Script,
  { levers, seed, job }: RequestFor<'probe'>,
  { workload, id, folder }: RunPlace,
): Promise<RunBody> {
  const { collected, exit } = await runScript(script, {
    id,
    folder,
    memoryMiB: job.memoryMiB,
    asked: { mode: 'probe', seed, levers: scriptLevers(workload.program, levers), probe: { steps: job.steps } },
  })
  const { throughput, peakMiB, steps, divergedAt, end } = collected
  if (divergedAt !== null || end?.status === 'diverged') {
    return {
      status: 'diverged',
      atStep: divergedAt ?? steps.loss.length,
      reason: 'the loss is not finite',
      steps,
      evaluations: [],
    }
  }
  if (throughput === null) throw new TrainerFault('no-report', 'the script ended a probe without a line throughput')
  const peak = Math.max(peakMiB ?? 0, exit?.peakMiB ?? 0)
  if (peak > job.memoryMiB) {
    const message = `needs more memory than the limit: ${Math.ceil(peak)} MiB of ${job.memoryMiB} MiB`
    throw new TrainerFault('out-of-memory', message)
  }
  return {
    status: 'complete',
    best: null,
    probe: {
      examplesPerSecond: rounded(throughput.examples / throughput.seconds),
      peakMemoryMiB: Math.ceil(peak),
      noiseScale: null,
    },
    weights: end?.weights_sha256 ?? '0',
    steps,
    evaluations: [],
  }
}
