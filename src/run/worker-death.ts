// Explains how a worker process ended, and what the user can do if it could not even start.
import { InputError } from '../base/diagnostics.ts'
import { explainFileError } from '../base/files.ts'

/** What ended a process, as far as its parent can tell. */
export interface Death {
  readonly text: string
  /** `memory`: none was left; `killed`: by the system or a person; `limit`: no more processes or threads. */
  readonly cause: 'memory' | 'killed' | 'limit' | 'incomplete' | 'other'
}

const memoryWords = /heap out of memory|process out of memory|Cannot allocate memory|bad_alloc|allocation failed/i
const limitWords = /thread_create|Resource temporarily unavailable|\bEAGAIN\b/
const incompleteWords = /Cannot find (module|package)|ERR_MODULE_NOT_FOUND/
/** Signals by which a process ends itself because of a defect. Any other signal came from outside. */
const ownSignals: readonly NodeJS.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']

/** @param errors the end of the process's standard error */
export function deathOf(code: number | null, signal: NodeJS.Signals | null, errors: string): Death {
  if (signal === 'SIGKILL')
    return { text: 'the worker process was killed, as the system does when it runs out of memory', cause: 'killed' }
  const said = wordsOf(errors)
  if (memoryWords.test(errors))
    return { text: `the worker process ran out of memory${said === '' ? '' : `: ${said}`}`, cause: 'memory' }
  const cause = limitWords.test(errors)
    ? 'limit'
    : incompleteWords.test(errors)
      ? 'incomplete'
      : signal !== null && !ownSignals.includes(signal)
        ? 'killed'
        : 'other'
  return {
    text: `the worker process ${signal ? `was ended by ${signal}` : `exited with code ${code}`}${said === '' ? '' : `: ${said}`}`,
    cause,
  }
}

/** The line that names the cause, or the last lines. A native backtrace does not help the user. */
function wordsOf(errors: string): string {
  const lines = errors
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^\d+: (0x|\S+:\d+:\d+|\S+ \()/.test(line))
  return lines.find((line) => /^(\w*Error|#? ?fatal)\b|Assertion|^what\(\):/i.test(line)) ?? lines.slice(-3).join(' | ')
}

const advice: Readonly<Record<Exclude<Death['cause'], 'other'>, string>> = {
  memory: 'use fewer --workers, close other programs, or use a machine with more memory',
  killed: 'use fewer --workers, close other programs, or use a machine with more memory, if the system killed it',
  limit: 'raise the limit on processes and threads (`ulimit -u`), or use fewer --workers',
  incomplete: 'reinstall tunegate',
}

/** Why no worker could start: something that the user can fix, or a defect of tunegate. */
export function startError({ text, cause }: Death): Error {
  if (cause === 'other') return new Error(text)
  return new InputError([
    { code: 'worker/not-started', severity: 'error', message: notStarted, found: text, hint: advice[cause] },
  ])
}

const notStarted = 'a worker process for training cannot be started'

/** Why the system did not start a process. */
export function spawnError(error: unknown): Error {
  const known = explainFileError(error, 'worker/not-started', notStarted)
  return known instanceof Error ? known : new Error(String(known))
}

/** A worker that said nothing for this long. */
export const lateError = (seconds: number): Error =>
  new InputError([
    {
      code: 'worker/late',
      severity: 'error',
      message: notStarted,
      found: `it was not ready after ${seconds} seconds`,
      hint: 'use fewer --workers, or try again when the machine is less busy',
    },
  ])
