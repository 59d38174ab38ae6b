import { printable } from '../base/printable.ts'
import { plannedRuns } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { unreachable } from '../base/result.ts'
import { duration } from '../report/numbers.ts'
import { stageText, type Listener, type RunEvent } from '../run/events.ts'
import { shown } from '../stats/outcome.ts'
import { LiveArea } from './live-area.ts'
import { LiveView } from './live-view.ts'
import { fitting, sparkline } from './text.ts'

export interface Output {
  readonly write: (text: string) => void
  /** Whether lines can be rewritten in place. */
  readonly isTerminal: boolean
  /** Read for every frame, since people resize terminals. */
  readonly columns: number
  /** Of a terminal; 24 if omitted. */
  readonly rows?: number
  /** The characters of small curves: blocks, or letters that every terminal has. */
  readonly letters: 'unicode' | 'plain'
  /** Milliseconds; only determines how often a line is printed. */
  readonly now: () => number
}

/** Where progress is shown. */
interface Shown {
  /** Hears every event before it is told in words. */
  readonly take: (event: RunEvent) => void
  readonly finished: (event: Finished) => void
  /** A line of text with its line break. */
  readonly print: (text: string) => void
  readonly end: () => void
}

type Finished = Extract<RunEvent, { type: 'run-finished' }>

export interface ProgressLogger {
  readonly listener: Listener
  /** Clears what is rewritten in place. To be called when the study ends in any way. */
  readonly end: () => void
}

/**
 * Renders events for the user: on a terminal, a view of a few lines that are rewritten; in a log, plain lines at most every
 * two seconds.
 */
export function progressLogger(output: Output): ProgressLogger {
  const status = output.isTerminal ? terminalView(output) : logLines(output)
  const tell = teller(status.print, status.finished, output)
  return {
    listener: (event) => {
      status.take(event)
      tell(event)
      if (event.type === 'study-finished') status.end()
    },
    end: status.end,
  }
}

function teller(print: Shown['print'], finished: Shown['finished'], output: Output): Listener {
  const line = (text: string): void => print(`${printable(text, 2000)}\n`)
  const lines = (text: string | null): void => {
    if (text !== null) line(text)
  }
  let stage = ''
  let warnOfCut: (secondsLeft: number | null, finished: number) => string | null = () => null
  return (event: RunEvent) => {
    switch (event.type) {
      case 'study-started': {
        warnOfCut = cutWarning(event.plan.budget.minutes, output.now)
        const runs = plannedRuns(event.plan)
        line(
          `${event.plan.name}: ${plural(event.plan.jobs.length, 'stage')}, about ${plural(runs, 'run')} on ${event.engine} with ${plural(event.workers, 'worker')}` +
            (event.resumedRuns > 0 ? `; continuing after ${plural(event.resumedRuns, 'finished run')}` : ''),
        )
        return
      }
      case 'stage-started':
        stage = stageText(event)
        line(`${stage}: about ${plural(event.job.estimate.runs, 'run')}`)
        return
      case 'run-started':
      case 'run-progress':
        return
      case 'run-finished':
        finished(event)
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

/** A line of a log. The curve is the training loss of the run. */
function runLine(stage: string, { result, cached, progress }: Finished, objective: string, output: Output): string {
  const { columns, letters } = output
  const curve = sparkline(result.steps.loss, 12, letters)
  const parts = [
    `${stage} ${progress.finished}/${Math.max(progress.expected, progress.finished)}`,
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

/** What changes the picture; a clock redraws it anyway. */
const drawnAfter: ReadonlySet<RunEvent['type']> = new Set(['stage-started', 'run-started', 'run-progress', 'run-finished'])

function terminalView(output: Output): Shown {
  const view = new LiveView(output.now)
  // Some terminals, such as those of containers, say that they have no columns and no rows.
  const screen = {
    write: output.write,
    get columns() {
      return output.columns || 80
    },
    get rows() {
      return output.rows || 24
    },
  }
  const area = new LiveArea(screen, () =>
    view.lines({ columns: screen.columns, rows: screen.rows, letters: output.letters }),
  )
  return {
    take: (event) => {
      view.take(event)
      if (drawnAfter.has(event.type)) area.refresh()
    },
    finished: () => {},
    print: (text) => area.print(text),
    end: () => area.end(),
  }
}

function logLines(output: Output): Shown {
  let last = -Infinity
  let [stage, objective] = ['', '']
  return {
    take: (event) => {
      if (event.type === 'study-started') objective = event.plan.workload.objective
      if (event.type === 'stage-started') stage = stageText(event)
    },
    finished: (event) => {
      if (output.now() - last < 2000) return
      last = output.now()
      output.write(`${runLine(stage, event, objective, output)}\n`)
    },
    print: output.write,
    end: () => {},
  }
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
