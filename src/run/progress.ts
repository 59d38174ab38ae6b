import { gain, type MetricName } from '../records/metrics.ts'
import { isTrainer, type Plan, type StageJob } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import { rateSeries, sweepsRate } from '../records/trainer.ts'
import { confirmation } from '../stages/index.ts'
import type { Progress } from './events.ts'

/** Counts what is done, and estimates what is left from the plan's own estimates and the speed so far. */
export class ProgressMeter {
  private finished = 0
  private best: number | null = null
  private trainedSteps = 0
  private trainedSeconds = 0
  private jobRuns = 0
  private jobSteps = 0
  private later = { runs: 0, steps: 0 }
  private job: StageJob | undefined
  private readonly plan: Plan
  private readonly slots: number

  constructor(plan: Plan, slots: number) {
    this.plan = plan
    this.slots = slots
  }

  startStage(job: StageJob): void {
    const position = this.plan.jobs.indexOf(job)
    const after = this.plan.jobs.slice(position + 1)
    this.job = job
    this.jobRuns = 0
    this.jobSteps = 0
    this.later = { runs: sum(after.map((j) => j.estimate.runs)), steps: sum(after.map((j) => j.estimate.steps)) }
  }

  /** Updates the speed from a run. */
  time(result: RunResult): void {
    this.trainedSteps += this.stepsOf(result)
    this.trainedSeconds += result.timing.seconds
  }

  /** Counts a run that is in the journal. */
  finish(result: RunResult): Progress {
    this.finished += 1
    this.jobRuns += 1
    this.jobSteps += this.stepsOf(result)
    this.note(this.plan.workload.objective, result)
    const left = this.job?.estimate ?? { runs: 0, steps: 0 }
    return {
      finished: this.finished,
      best: this.best,
      expected: this.finished + Math.max(0, left.runs - this.jobRuns) + this.later.runs,
      secondsLeft: this.secondsFor(Math.max(0, left.steps - this.jobSteps) + this.later.steps),
    }
  }

  /** Steps that a run trained. The log of a series of rates has one entry for each short run, so the plan has to say. */
  private stepsOf({ request, steps, status }: RunResult): number {
    const logged = steps.loss.length
    const { workload, jobs } = this.plan
    if (request.job.kind !== 'range-test' || !isTrainer(workload) || sweepsRate(workload.program)) return logged
    const templates = jobs.flatMap((job) => job.templates)
    const whole = templates.find(({ job }) => job === 'range-test')?.stepsPerRun ?? logged
    // The run whose rate diverged was trained as well.
    const runs = Math.min(rateSeries.points, status === 'diverged' ? logged + 1 : logged)
    return Math.round((whole * runs) / rateSeries.points)
  }

  /** The time that verification is expected to take, in rounds of all slots; 0 before the speed is known. */
  verificationSeconds(): number {
    const { runs } = this.verification
    return Math.ceil(runs / this.slots) * this.fullRunSeconds()
  }

  /** The time that must be left before a run of another stage may start: verification's time, plus that of a full run. */
  heldBackSeconds(): number {
    return this.verificationSeconds() + this.fullRunSeconds()
  }

  private get verification(): { readonly runs: number; readonly steps: number } {
    return this.plan.jobs.find((j) => j.id === confirmation.name)?.estimate ?? { runs: 0, steps: 0 }
  }

  /** The time of one verification run; 0 if there is none. */
  private fullRunSeconds(): number {
    const { runs, steps } = this.verification
    return runs === 0 || this.trainedSteps === 0 ? 0 : (steps / runs) * (this.trainedSeconds / this.trainedSteps)
  }

  /** Wall-clock time of this many steps with all slots busy; null before the first step was trained. */
  private secondsFor(steps: number): number | null {
    return this.trainedSteps === 0 ? null : (steps * (this.trainedSeconds / this.trainedSteps)) / this.slots
  }

  private note(objective: MetricName, result: RunResult): void {
    const value = result.status === 'complete' ? result.best?.validation[objective] : undefined
    if (value !== undefined && (this.best === null || gain(objective, this.best, value) > 0)) this.best = value
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
