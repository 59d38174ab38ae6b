import { printable } from '../base/printable.ts'
import { leverDifferences, type Levers } from '../records/levers.ts'
import { plannedRuns, type Plan } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { duration, stepsText } from '../report/numbers.ts'
import { leverText } from '../report/phrases.ts'
import { stageText, type Progress, type RunEvent } from '../run/events.ts'
import { RunsInTraining } from '../run/in-training.ts'
import { shown } from '../stats/outcome.ts'
import { bar, fitting, sparkline } from './text.ts'

/** What a view may take. */
export interface Room {
  readonly columns: number
  readonly rows: number
  /** The characters of small curves: blocks, or letters that every terminal has. */
  readonly letters: 'unicode' | 'plain'
}

/** What a study looks like right now, in a few lines, from its events. `now` is in milliseconds. */
export class LiveView {
  private readonly now: () => number
  private plan: Plan | undefined
  private begin = 0
  private stage = ''
  private progress: Progress = { finished: 0, expected: 0, best: null, secondsLeft: null }
  private leading: Levers | undefined
  private readonly training: RunsInTraining
  private last: RunResult | undefined

  constructor(now: () => number) {
    this.now = now
    this.training = new RunsInTraining(now)
  }

  take(event: RunEvent): void {
    this.training.take(event)
    switch (event.type) {
      case 'study-started':
        this.plan = event.plan
        this.begin = this.now()
        this.leading = event.plan.baseline
        this.progress = { finished: 0, expected: plannedRuns(event.plan), best: null, secondsLeft: null }
        this.last = undefined
        return
      case 'stage-started':
        this.stage = stageText(event)
        return
      case 'run-finished':
        this.progress = event.progress
        this.last = event.result
        return
      case 'stage-decided':
        this.leading = event.decision.levers
        return
      default:
        return
    }
  }

  /** The most important first: a low terminal shows only those. Each is narrower than the terminal. */
  lines({ columns, rows, letters }: Room): string[] {
    const width = Math.max(10, columns - 1)
    const lines = [
      this.how(width, letters),
      this.time(),
      this.lead(),
      ...this.runs(width, letters),
      ...this.curve(width, letters),
    ]
    return lines.slice(0, Math.max(1, rows - 1)).map((line) => fitting(line, width))
  }

  private how(width: number, letters: Room['letters']): string {
    const { finished, expected } = this.progress
    const all = Math.max(expected, finished)
    const [head, tail] = [`${this.stage} `, ` ${finished}/${all} runs`]
    const room = Math.min(40, width - head.length - tail.length)
    return `${head}${room < 6 ? '' : bar(finished / Math.max(1, all), room, letters)}${tail}`
  }

  private time(): string {
    const { secondsLeft } = this.progress
    const minutes = this.plan?.budget.minutes ?? null
    const left = secondsLeft === null ? [] : [`about ${seconds(secondsLeft)} left`]
    const budget = minutes === null ? [] : [`budget ${minutes} min`]
    return [`${seconds((this.now() - this.begin) / 1000)} used`, ...left, ...budget].join(' · ')
  }

  /** The best value so far, and what the incumbent is beside the declared levers. */
  private lead(): string {
    const { plan, leading, progress } = this
    const best = progress.best === null ? [] : [`best ${plan?.workload.objective ?? ''} ${shown(progress.best)}`]
    const moved = plan && leading ? leverDifferences(plan.baseline, leading) : []
    const levers = moved.map(({ lever, to }) => `${lever} ${leverText(to)}`).join(', ')
    return [...best, levers === '' ? 'the declared levers lead' : `leads: ${printable(levers, 200)}`].join(' · ')
  }

  private runs(width: number, letters: Room['letters']): string[] {
    return this.training.all.map(({ request, since, soFar, losses }) => {
      const took = seconds((this.now() - since) / 1000)
      const steps = soFar === null ? '' : ` · ${stepsText(soFar)}`
      const line = sparkline(losses, Math.max(8, Math.min(20, Math.floor(width / 4))), letters)
      const loss = soFar === null || line === '' ? '' : ` · loss ${line} ${shown(soFar.loss)}`
      return `> ${took.padEnd(6)} ${printable(request.label, 60)}, seed ${request.seed}${steps}${loss}`
    })
  }

  private curve(width: number, letters: Room['letters']): string[] {
    if (!this.last) return []
    const { steps, request, status } = this.last
    const line = sparkline(steps.loss, Math.max(8, Math.min(30, Math.floor(width / 3))), letters)
    const label = printable(request.label, 60)
    if (line === '') return [`last: ${label}${status === 'complete' ? '' : ` (${status})`}`]
    const end = steps.loss.at(-1) ?? Number.NaN
    const value = Number.isFinite(end) ? ` ${shown(end)}` : ''
    return [`last loss ${line}${value} · ${label}${status === 'complete' ? '' : ` (${status})`}`]
  }
}

const seconds = (value: number): string => duration(Math.max(0, Math.round(value)))
