// What a study trains with: its worker pool and its journal.
import { dirname, join } from 'node:path'
import type { Dataset } from '../data/types.ts'
import type { EngineChoice } from '../engines/choose.ts'
import type { Listener } from '../run/events.ts'
import { Interrupted } from '../run/execute.ts'
import { runIds } from '../run/id.ts'
import { Journal } from '../run/journal.ts'
import { journalHeader } from '../run/journal-line.ts'
import { WorkerPool } from '../run/pool.ts'
import type { EngineOrder } from '../run/protocol.ts'
import { thisMachine, workersFor } from '../run/worker-count.ts'
import type { Training } from '../train/engine.ts'
import type { TrainingData } from '../train/types.ts'
import { EngineBroke } from './engine.ts'
import { outFolder } from './out-folder.ts'
import { isScript, type Prepared } from './prepare.ts'
import { scriptPlace } from './prepare-script.ts'
import type { StudyOptions } from './options.ts'

/**
 * Shows a notice once the check has passed. If it fails, its problems are what counts, and the code that awaits it reports
 * them.
 */
export const noticeAfter =
  (checked: Promise<unknown>, listener: Listener) =>
  (message: string): void => {
    checked.then(
      () => listener({ type: 'notice', message }),
      () => {},
    )
  }

/** What starts processes; a script also needs to know where it runs. */
type PoolOptions = StudyOptions | Pick<StudyOptions, 'workerScript' | 'workers' | 'listener' | 'signal'>

/** Processes load their engine while the data are loaded and checked. Throws `EngineBroke` if no process starts. */
export function startPool(
  options: PoolOptions,
  checked: Promise<Prepared>,
  choice: EngineChoice,
  threads = 1,
): Promise<WorkerPool> {
  const { workerScript, listener, signal } = options
  const machine = thisMachine()
  const { workers, why } = workersFor(options.workers, machine)
  const notice = (message: string): void => listener({ type: 'notice', message })
  if (why !== null) noticeAfter(checked, listener)(why)
  const engine: EngineOrder = { engine: choice.engine, folder: choice.folder ?? dirname(workerScript), threads }
  const starting = WorkerPool.start({
    script: workerScript,
    workers,
    notice,
    engine,
    bound: (wanted, training) => workersFor(wanted, machine, 'data' in training ? bytesOf(training.data) : 0),
    init: checked.then(async (prepared) => ({ type: 'init', ...engine, ...(await trainingOf(prepared, options)) })),
  })
  return starting.catch(async (error: unknown) => {
    await checked
    // Ctrl-C in a terminal also ends the worker processes, before they are ready.
    throw signal?.aborted ? new Interrupted() : new EngineBroke(error)
  })
}

export async function openJournal(
  outDir: string,
  { plan }: Prepared,
  engine: string,
  { fresh = false, earlier: find, listener }: Pick<StudyOptions, 'fresh' | 'earlier' | 'listener'>,
): Promise<Journal> {
  const header = journalHeader(plan, engine)
  const path = join(outDir, 'journal.jsonl')
  const earlier = fresh ? null : ((await find?.({ path, plan: plan.fingerprint, engine })) ?? null)
  const journal = await Journal.open(path, header, { fresh, earlier, idOf: runIds(plan.workload, engine) })
  for (const message of journal.notices) listener({ type: 'notice', message })
  return journal
}

/** What a worker trains, and with what. */
async function trainingOf(prepared: Prepared, options: PoolOptions): Promise<Training> {
  if (isScript(prepared)) {
    const { workload } = prepared.plan
    if (!('specPath' in options)) throw new Error('a script runs in a study alone')
    return { workload, place: await scriptPlace(prepared.spec, options, prepared.facts, outFolder(options, prepared)) }
  }
  return { workload: prepared.plan.workload, data: trainingData(prepared.dataset) }
}

/** The inputs are nearly all of it. */
const bytesOf = ({ inputs, targets }: TrainingData): number => inputs.byteLength + targets.byteLength

/** What workers need of a data set, and nothing more, because each gets a copy. */
function trainingData(dataset: Dataset): TrainingData {
  const { inputs, inputShape, targets, weights, labelWeights, targetScale, splits, folds, rowsVary, keys, segments } =
    dataset
  const clusters = keys.find(({ declared }) => declared)?.codes
  return {
    inputs,
    inputShape,
    targets,
    ...(weights && { weights }),
    ...(labelWeights && { labelWeights }),
    targetScale,
    splits,
    folds,
    rowsVary,
    ...(clusters && { clusters }),
    ...(segments.length > 0 && { segments }),
  }
}
