import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { commandLine } from './protocol/macros.ts'
import { Watched, type Launch, type ScriptExit } from './watched.ts'

/**
 * Starts the script and resolves when it has ended, with every process that it started. Rejects with a `TrainerFault` if it
 * breaks the protocol or a limit, after it was ended; with the signal's reason if it is aborted.
 */
export async function launch(options: Launch): Promise<ScriptExit> {
  const { request, signal } = options
  const [runFile, eventsFile] = filesOf(request.output_dir)
  writeFileSync(runFile, `${JSON.stringify(request)}\n`)
  const events = openSync(eventsFile, 'wx+')
  try {
    const child = start(options, runFile, eventsFile)
    const watched = new Watched(options, child, events)
    const stop = (): void => watched.fail(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) stop()
      return await watched.ended
    } finally {
      signal.removeEventListener('abort', stop)
    }
  } finally {
    closeSync(events)
    for (const file of [runFile, eventsFile]) discard(file)
  }
}

/** Request and events of a start. They lie beside the folder of the run, which belongs to the script and begins empty. */
const filesOf = (folder: string): readonly [string, string] => [`${folder}.request.json`, `${folder}.events.jsonl`]

function discard(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // The script has removed it, or put something else in its place, which is gone with the study's folder.
  }
}

function start(
  { command, values, folder, environment, request }: Launch,
  runFile: string,
  eventsFile: string,
): ChildProcess {
  const [program = '', ...args] = commandLine(command, values, runFile)
  return spawn(program, args, {
    cwd: folder,
    // Its own group, so that whatever it starts ends with it, and a terminal's Ctrl-C does not reach it.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    env: {
      PYTHONUNBUFFERED: '1',
      PYTHONHASHSEED: String(request.seed),
      ...environment,
      TUNEGATE_RUN_FILE: runFile,
      TUNEGATE_EVENTS: eventsFile,
      TUNEGATE_OUTPUT_DIR: request.output_dir,
    },
  })
}
