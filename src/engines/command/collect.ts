import { rounded } from '../../train/round.ts'
import type { StepLog } from '../../records/run.ts'
import { quoted, TrainerFault, type Events, type TrainerEvent } from './protocol/events.ts'

/** What a script has reported in one run, over all of its starts. */
export interface Collected {
  readonly hello: Events['hello'] | null
  readonly steps: StepLog
  readonly evaluations: readonly Events['evaluation'][]
  readonly predictions: readonly Events['predictions'][]
  readonly checkpoint: Events['checkpoint'] | null
  readonly throughput: Events['throughput'] | null
  readonly peakMiB: number | null
  readonly end: Events['end'] | null
  /** The number of steps before the first loss that was not finite; null if all were finite. */
  readonly divergedAt: number | null
}

/** Gathers events in order. Throws a `TrainerFault` for an event that cannot stand where it stands. */
export class Collector implements Collected {
  hello: Events['hello'] | null = null
  evaluations: Events['evaluation'][] = []
  predictions: Events['predictions'][] = []
  checkpoint: Events['checkpoint'] | null = null
  throughput: Events['throughput'] | null = null
  peakMiB: number | null = null
  end: Events['end'] | null = null
  divergedAt: number | null = null
  private numbers: number[] = []
  private log = emptyLog()
  private greeted = false
  private readonly onStep: OnEvent

  /** @param onStep called after every step with a loss that is finite, with the number of steps so far */
  constructor(onStep: OnEvent = () => {}) {
    this.onStep = onStep
  }

  get steps(): StepLog {
    return this.log
  }

  /** Before the script is started again from its last checkpoint: what it reported after that is trained again. */
  restart(): void {
    const at = this.checkpoint?.step ?? 0
    const kept = this.numbers.filter((step) => step <= at).length
    this.numbers = this.numbers.slice(0, kept)
    const { loss, learningRate, gradientNorm, clipped } = this.log
    this.log = {
      loss: loss.slice(0, kept),
      learningRate: learningRate.slice(0, kept),
      gradientNorm: gradientNorm.slice(0, kept),
      clipped: clipped.slice(0, kept),
    }
    this.evaluations = this.evaluations.filter(({ step }) => step <= at)
    this.predictions = this.predictions.filter(({ step }) => step <= at)
    this.divergedAt = null
    this.end = null
    this.greeted = false
  }

  add(event: TrainerEvent): void {
    if (!this.greeted && event.type !== 'hello') {
      throw new TrainerFault('order', `the first line must be hello, and the script reported ${event.type}`)
    }
    if (this.end) throw new TrainerFault('order', `the script reported ${event.type} after end; ${ranks}`)
    switch (event.type) {
      case 'hello':
        if (this.greeted) throw new TrainerFault('order', `the script reported hello twice; ${ranks}`)
        this.greeted = true
        this.hello = event
        return
      case 'step':
        return this.addStep(event)
      case 'evaluation':
        this.evaluations.push(event)
        return
      case 'predictions':
        if (this.predictions.some(({ file }) => file === event.file)) {
          throw new TrainerFault(
            'predictions',
            `the file ${quoted(event.file)} was reported twice; write each report to its own file`,
          )
        }
        this.predictions.push(event)
        return
      case 'checkpoint':
        this.checkpoint = event
        return
      case 'throughput':
        this.throughput = event
        return
      case 'memory':
        this.peakMiB = Math.max(this.peakMiB ?? 0, event.peak_mib)
        return
      case 'end':
        this.end = event
        return
    }
  }

  private addStep({ step, loss, learning_rate: rate, grad_norm: norm, clipped }: Events['step']): void {
    const last = this.numbers.at(-1) ?? 0
    if (step <= last) {
      throw new TrainerFault(
        'order',
        `step ${step} was reported after step ${last}; steps count up from 1 in every run; ${ranks}`,
      )
    }
    if (this.divergedAt !== null) return
    if (loss === null) {
      this.divergedAt = this.numbers.length
      return
    }
    this.numbers.push(step)
    this.log.loss.push(rounded(loss))
    this.log.learningRate.push(rate === undefined ? Number.NaN : rounded(rate))
    this.log.gradientNorm.push(norm === undefined || norm === null ? Number.NaN : rounded(norm))
    this.log.clipped.push(clipped ?? false)
    this.onStep(this.numbers.length, { step, loss })
  }
}

type OnEvent = (steps: number, event: { readonly step: number; readonly loss: number }) => void

interface GrowingLog {
  loss: number[]
  learningRate: number[]
  gradientNorm: number[]
  clipped: boolean[]
}

/** A log of steps to add to. */
export const emptyLog = (): GrowingLog => ({ loss: [], learningRate: [], gradientNorm: [], clipped: [] })

const ranks = 'where several processes train together, only the first may report'
