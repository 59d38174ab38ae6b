import { printable } from '../base/printable.ts'
import { plannedRuns } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { unreachable } from '../base/result.ts'
import { duration } from '../report/numbers.ts'
import type { RunEvent, Listener } from '../run/events.ts'
import { shown } from '../stats/outcome.ts'
import { bar, fitting, sparkline } from './text.ts'

export interface Output {
  readonly write: (text: string) => void
  /** Whether the line can be rewritten in place. */
  readonly isTerminal: boolean
  readonly columns: number
  /** The characters of small curves: blocks, or letters that every terminal has. */
  readonly letters: 'unicode' | 'plain'
  /** Milliseconds; only determines how often a line is printed. */
  readonly now: () => number
}

/**
 * Renders events for the user: on a terminal, a status line that is rewritten; in a log, plain lines at most every two
 * seconds.
 */
export function progressLogger(output: Output): Listener {
  const status = output.isTerminal ? terminalStatus(output) : logStatus(output)
  const line = (text: string): void => {
    status.clear()
    output.write(`${printable(text, 2000)}\n`)
  }
  const lines = (text: string | null): void => {
    if (text !== null) line(text)
  }
  let stage = ''
  let objective = ''
  let warnOfCut: (secondsLeft: number | null, finished: number) => string | null = () => null
  return (event: RunEvent) => {
    switch (event.type) {
      case 'study-started': {
        objective = event.plan.workload.objective
        warnOfCut = cutWarning(event.plan.budget.minutes, output.now)
        const runs = plannedRuns(event.plan)
        line(
          `${event.plan.name}: ${plural(event.plan.jobs.length, 'stage')}, about ${plural(runs, 'run')} on ${event.engine} with ${plural(event.workers, 'worker')}` +
            (event.resumedRuns > 0 ? `; continuing after ${plural(event.resumedRuns, 'finished run')}` : ''),
        )
        return
      }
      case 'stage-started':
        stage = `[${event.position}/${event.of}] ${event.job.id}`
        line(`${stage}: about ${plural(event.job.estimate.runs, 'run')}`)
        return
      case 'run-started':
        return
      case 'run-finished':
        status.show(runLine(stage, event, objective, output))
        if (!event.cached) lines(warnOfCut(event.progress.secondsLeft, event.progress.finished))
        if (event.result.status === 'crashed' && !event.cached) line(crashLine(event.result))
        return
      case 'stage-decided':
        line(`${stage}: ${event.decision.conclusion} in ${event.seconds.toFixed(1)} s. ${event.decision.summary}`)
        return
      case 'budget-exhausted':
        line(`${stage}: the budget of ${event.what} is used up; the report lists what was skipped`)
        return
      case 'notice':
        line(`note: ${event.message}`)
        return
      case 'study-finished':
        line(`trained in ${event.seconds.toFixed(1)} s`)
        return
      default:
        unreachable(event, 'event')
    }
  }
}

/** Runs after which the speed is known well enough. */
const runsForSpeed = 8

/**
 * Warns once if the rest of the study does not fit into the budget of minutes. Time of an earlier process is not known here.
 */
function cutWarning(minutes: number | null, now: () => number): (left: number | null, finished: number) => string | null {
  const begin = now()
  let said = minutes === null
  return (left, finished) => {
    if (said || left === null || finished < runsForSpeed || minutes === null) return null
    const whole = (now() - begin) / 1000 + left
    if (whole <= minutes * 60) return null
    said = true
    return (
      `note: at this speed, the whole study takes up to ${duration(Math.round(whole))}, and the budget of ${minutes} minutes ends it ` +
      'first; time for the verification is reserved, and the report lists what was skipped'
    )
  }
}

const outcome = (status: string, cached: boolean): string =>
  (status === 'complete' ? '' : ` (${status})`) + (cached ? ' (already trained)' : '')

/**
 * The most important part comes first, because a narrow terminal truncates the end. The curve is the training loss of the
 * last run.
 */
function runLine(
  stage: string,
  { result, cached, progress }: Extract<RunEvent, { type: 'run-finished' }>,
  objective: string,
  { columns, letters, isTerminal }: Output,
): string {
  const curve = sparkline(result.steps.loss, 12, letters)
  const expected = Math.max(progress.expected, progress.finished)
  // A log has a line for each step already.
  const done = isTerminal && columns >= 60 ? ` ${bar(progress.finished / Math.max(1, expected), 10, letters)}` : ''
  const parts = [
    `${stage}${done} ${progress.finished}/${expected}`,
    ...(curve === '' ? [] : [curve]),
    ...(progress.best === null ? [] : [`best ${objective} ${shown(progress.best)}`]),
    ...(progress.secondsLeft === null ? [] : [`${duration(Math.max(1, Math.round(progress.secondsLeft)))} left`]),
    `${printable(result.request.label, 60)}${outcome(result.status, cached)}`,
  ]
  return fitting(parts.join(' · '), Math.max(20, columns - 1))
}

/** Shown here and not only in the report, so that the user can stop the study and fix the problem. */
const crashLine = ({ request, reason }: Extract<RunResult, { status: 'crashed' }>): string =>
  `note: ${request.label} (seed ${request.seed}) crashed: ${reason}`

interface StatusLine {
  readonly show: (text: string) => void
  readonly clear: () => void
}

function terminalStatus({ write }: Output): StatusLine {
  let shownNow = false
  return {
    show: (text) => {
      // Erase, then write. The text is no wider than the terminal, because wrapped text could not be erased.
      write(`\r\u001b[K${text}`)
      shownNow = true
    },
    clear: () => {
      if (shownNow) write('\r\u001b[K')
      shownNow = false
    },
  }
}

function logStatus({ write, now }: Output): StatusLine {
  let last = -Infinity
  return {
    show: (text) => {
      if (now() - last < 2000) return
      last = now()
      write(`${text}\n`)
    },
    clear: () => {},
  }
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
