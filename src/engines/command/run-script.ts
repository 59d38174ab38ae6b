import type { TrainerPlace } from '../../records/trainer.ts'
import type { OnStep } from '../../train/engine.ts'
import { Collector, type Collected } from './collect.ts'
import { launch } from './launch.ts'
import { outputText, type ScriptExit } from './watched.ts'
import { insideOutput } from './npy.ts'
import { TrainerFault } from './protocol/events.ts'
import { argumentsOf, requestOf, type Asked } from './request.ts'

/** A script as a worker starts it. */
export interface Script extends Omit<TrainerPlace, 'scratch' | 'description'> {
  readonly command: readonly string[]
  /** The script's name of its seed on the command line; null if only the request has it. */
  readonly seedName: string | null
  /** Ends whatever runs. */
  readonly signal: AbortSignal
}

/** One run of the script. */
export interface ScriptRun {
  readonly id: string
  readonly asked: Asked
  /** The run's own folder, empty: what it writes lies in it until the run is over. */
  readonly folder: string
  /** Limit for all its processes, in MiB; null measures nothing. */
  readonly memoryMiB?: number
  /** A description is over with `hello`, whether `end` follows or not. */
  readonly describing?: true
  /** Ends the run, as if it were over, once it has reported this many steps. */
  readonly enoughSteps?: number
  readonly onStep?: OnStep | undefined
}

export interface ScriptOutcome {
  readonly collected: Collected
  readonly exit: ScriptExit | null
}

/** A script that checkpoints and exits is started again; this often, in case it never gets further. */
const mostStarts = 1000
/** The exit code that asks for it (EX_TEMPFAIL). */
const resumeCode = 75

/**
 * Runs the script until its run is over, through every restart that it asks for. Throws a `TrainerFault` if it crashes,
 * breaks the protocol, or says that it cannot do what was asked; the signal's reason if it is aborted.
 */
export async function runScript(script: Script, run: ScriptRun): Promise<ScriptOutcome> {
  const { id, asked, folder, memoryMiB = null, enoughSteps, onStep } = run
  const enough = new AbortController()
  const collector = new Collector((steps, { step, loss }) => {
    onStep?.(step, null, loss)
    if (enoughSteps !== undefined && steps >= enoughSteps) enough.abort(new Enough())
  })
  let resume: string | null = null
  for (let number = 1; number <= mostStarts; number++) {
    const exit: ScriptExit | null = await launch({
      ...script,
      values: argumentsOf({ seed: script.seedName }, asked),
      request: requestOf(id, asked, folder, resume),
      memoryMiB,
      onEvent: (event) => collector.add(event),
      signal: AbortSignal.any([script.signal, enough.signal]),
    }).catch((error: unknown) => {
      if (error instanceof Enough) return null
      throw error
    })
    if (exit === null) return { collected: collector, exit }
    if (exit.code !== resumeCode) {
      requireEnd(collector, exit, run.describing ?? false)
      return { collected: collector, exit }
    }
    resume = nextCheckpoint(collector, resume, folder)
    collector.restart()
  }
  throw new TrainerFault('resume', `the script asked ${mostStarts} times to be started again`)
}

/** Thrown when a run has reported as many steps as were wanted. */
class Enough extends Error {}

function nextCheckpoint({ checkpoint }: Collected, before: string | null, outputDir: string): string {
  if (checkpoint === null) {
    throw new TrainerFault(
      'resume',
      `the script exited with ${resumeCode}, which asks to continue, without a line checkpoint`,
    )
  }
  if (checkpoint.path === before) {
    throw new TrainerFault(
      'resume',
      `the script exited with ${resumeCode} again at the checkpoint of step ${checkpoint.step}`,
    )
  }
  insideOutput(outputDir, checkpoint.path)
  return checkpoint.path
}

function requireEnd({ end, hello }: Collected, { code, killedBy, output }: ScriptExit, describing: boolean): void {
  const said = outputText(output)
  if (killedBy === 'SIGKILL') {
    throw new TrainerFault('exit', `the script was killed, as the system does when it runs out of memory${said}`)
  }
  if (killedBy !== null) throw new TrainerFault('exit', `the script was ended by ${killedBy}${said}`)
  // What the script says about its end explains an exit code that is not 0, as that of an exception is.
  const reason = end?.reason ? `: ${end.reason}` : ''
  if (end?.status === 'out-of-memory')
    throw new TrainerFault('out-of-memory', `the script ran out of memory${reason}${said}`)
  if (end?.status === 'unsupported')
    throw new TrainerFault('unsupported', `the script cannot do what was asked${reason}${said}`)
  if (code !== 0) throw new TrainerFault('exit', `the script exited with code ${code}${said}`)
  if (hello === null) {
    const how = 'append JSON lines to the file in TUNEGATE_EVENTS, the first of them hello (docs/trainer.md)'
    throw new TrainerFault('no-report', `the script exited with code 0 and reported nothing; ${how}${said}`)
  }
  if (describing) return
  if (end === null) throw new TrainerFault('no-end', `the script exited with code 0 without a line end${said}`)
}
