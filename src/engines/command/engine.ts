import { join } from 'node:path'
import { fingerprint } from '../../base/hash.ts'
import { unreachable } from '../../base/result.ts'
import type { TrainerWorkload } from '../../records/plan.ts'
import { crash, type RunRequest, type RunResult } from '../../records/run.ts'
import type { TrainerPlace } from '../../records/trainer.ts'
import type { RequestFor, RunBody } from '../../train/context.ts'
import type { AnyTrainer, OnStep } from '../../train/engine.ts'
import { rounded } from '../../train/round.ts'
import type { EngineDefinition } from '../definition.ts'
import { labelOf } from './describe.ts'
import { sameLabels } from './labels.ts'
import { probedBody } from './probe.ts'
import { TrainerFault } from './protocol/events.ts'
import { sweptBody } from './range.ts'
import { trainingAsked } from './request.ts'
import { trainedBody } from './results.ts'
import { runScript, type Script, type ScriptRun } from './run-script.ts'
import { RunFolders } from './scratch.ts'

/** Starts the engine for a worker: there is nothing to load. */
export const start: EngineDefinition['start'] = async () => (training) => {
  if (!('place' in training)) throw new Error('this engine trains scripts, and the workload is a model')
  return createScriptTrainer(training.workload, training.place)
}

/** Runs a script, one run at a time. Whatever the script does wrong is a crashed run that says what to do. */
export function createScriptTrainer(workload: TrainerWorkload, place: TrainerPlace): AnyTrainer {
  const engine = labelOf(place.description)
  const stopping = new AbortController()
  const folders = new RunFolders(join(place.scratch, 'runs'))
  let active: Promise<unknown> = Promise.resolve()
  const script: Script = {
    ...place,
    command: workload.program.command,
    seedName: workload.program.seed,
    signal: stopping.signal,
  }
  return {
    engine,
    async run(request, id, onStep) {
      const begun = performance.now()
      const work = folders.in(id, (folder) => bodyOf(request, id, folder, onStep))
      active = work.catch(() => {})
      const body = await work.catch(asCrash)
      const seconds = (performance.now() - begun) / 1000
      const timing = { seconds: rounded(seconds), stepsPerSecond: rounded(body.steps.loss.length / seconds) }
      return { id, request, engine, ...body, timing } as RunResult
    },
    async stop() {
      stopping.abort(new Error('the study was stopped'))
      await active
      folders.close()
    },
    dispose: () => folders.close(),
  }

  function bodyOf(request: RunRequest, id: string, folder: string, onStep?: OnStep): Promise<RunBody> {
    const { job } = request
    const judged = {
      workload,
      description: place.description,
      outputDir: folder,
      sameLabels: (split: string, digest: string) => sameLabels(place.scratch, fingerprint(workload), split, digest),
    }
    switch (job.kind) {
      case 'train':
        return trained(script, request as RequestFor<'train'>, { id, folder, onStep }, judged)
      case 'range-test':
        return sweptBody(script, request as RequestFor<'range-test'>, { workload, id, folder })
      case 'probe':
        return probedBody(script, request as RequestFor<'probe'>, { workload, id, folder })
      default:
        return unreachable(job, 'job')
    }
  }

  async function trained(
    of: Script,
    request: RequestFor<'train'>,
    run: Pick<ScriptRun, 'id' | 'folder' | 'onStep'>,
    judged: Parameters<typeof trainedBody>[2],
  ): Promise<RunBody> {
    const { levers, seed, job } = request
    const epochs = Math.max(1, Math.round(levers.scheduling.epochs * job.length))
    const stop = Math.max(1, Math.round(epochs * job.stopAfter))
    const asked = trainingAsked(workload.program, levers, seed, { epochs, stop, test: job.evaluateTest })
    const { collected } = await runScript(of, { ...run, asked })
    return await trainedBody(collected, request, judged)
  }
}

/** Only a script's own faults are results. Anything else is a defect of ours, which the worker reports as one. */
function asCrash(error: unknown): ReturnType<typeof crash> {
  if (error instanceof TrainerFault) return crash(error.message)
  throw error
}
