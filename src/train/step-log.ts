import type { StepLog } from '../records/run.ts'
import { rounded } from './round.ts'

/** What one step reports. */
export interface StepReport {
  readonly loss: number
  /** Norm of the gradient before clipping. */
  readonly norm: number
}

/** The log of a run as it grows. */
export interface StepLogger {
  readonly steps: StepLog
  /** `clipNorm` is the limit that the step used, null for none. */
  push(rate: number, report: StepReport, clipNorm: number | null): void
}

export function stepLogger(): StepLogger {
  const [loss, learningRate, gradientNorm]: [number[], number[], number[]] = [[], [], []]
  const clipped: boolean[] = []
  return {
    steps: { loss, learningRate, gradientNorm, clipped },
    push(rate, report, clipNorm) {
      loss.push(rounded(report.loss))
      learningRate.push(rounded(rate))
      gradientNorm.push(rounded(report.norm))
      clipped.push(clipNorm !== null && report.norm > clipNorm)
    },
  }
}

/**
 * Why a step is no longer training, or null if it is. A gradient that overflows ruins the weights before the loss shows it.
 */
export function divergence({ loss, norm }: StepReport): string | null {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`
  return Number.isFinite(norm) ? null : `the gradient norm is ${norm}`
}
