import { unreachable } from '../base/result.ts'
import type { ScheduleName } from '../records/levers.ts'

/** What determines the learning rate of every step of a run before it starts. */
export interface ScheduleOptions {
  readonly schedule: ScheduleName
  /** Steps of the run, at least 1. */
  readonly total: number
  /** Steps of warmup; more than half of the run counts as half. */
  readonly warmup: number
  /** Highest learning rate. */
  readonly peak: number
  /** Rate of the last step as a share of the peak, in [0, 1]; `constant` has no decay and ignores it. */
  readonly finalFraction: number
}

/** One-cycle starts at a 25th of the peak and, if no warmup is set, rises for 30 % of the run (Smith and Topin, 2017). */
const oneCycleStart = 1 / 25
const oneCycleRise = 0.3
/** No geometric decay reaches 0, so 0 counts as 1 %. For `step`, that means the customary two drops by a factor of 10. */
const geometricFinal = 0.01

/**
 * The learning rate of a step, counted from 0: linear warmup, then a decay that reaches `peak × finalFraction` at the last
 * step.
 *
 * In terms of torch.optim.lr_scheduler, with W = warmup and D = total − W (`SequentialLR` with its milestone at W joins the
 * two): warmup is `LinearLR(start_factor=1/(W+1), total_iters=W)`, so step W is the first at the peak; constant
 * `ConstantLR(factor=1)`; cosine `CosineAnnealingLR(T_max=D-1, eta_min=peak*f)`; linear `LinearLR(1, f, total_iters=D-1)`;
 * exponential `ExponentialLR(f ** (1/(D-1)))`; step `MultiStepLR([⌈D/2⌉, ⌈3D/4⌉], gamma=√f)`, the milestones that He et al.
 * (2016) used on CIFAR; one-cycle `OneCycleLR(pct_start=(W+1)/total, div_factor=25, final_div_factor=1/(25 f))`, whose
 * rising part is the warmup.
 */
export function learningRate(step: number, { schedule, total, warmup, peak, finalFraction }: ScheduleOptions): number {
  const rising = warmupOf(schedule, total, warmup)
  // 1. Rising, from just above 0 (one-cycle: from a 25th) to the peak.
  if (step < rising) {
    return schedule === 'one-cycle' ? between(peak * oneCycleStart, peak, step / rising) : (peak * (step + 1)) / (rising + 1)
  }
  // 2. Decay: `position` is 0 at the first step at the peak and 1 at the last step of the run.
  const length = total - rising
  const position = length > 1 ? Math.min(1, (step - rising) / (length - 1)) : 0
  switch (schedule) {
    case 'constant':
      return peak
    case 'cosine':
    case 'one-cycle':
      return between(peak, peak * finalFraction, position)
    case 'linear':
      return peak * (1 - position * (1 - finalFraction))
    case 'exponential':
      return peak * (finalFraction || geometricFinal) ** position
    case 'step': {
      const drops = [length / 2, (3 * length) / 4].filter((at) => step - rising >= at).length
      return peak * Math.sqrt(finalFraction || geometricFinal) ** drops
    }
    default:
      return unreachable(schedule, 'schedule')
  }
}

/** Half a cosine wave from one rate to another; `position` in [0, 1]. */
function between(from: number, to: number, position: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * position))) / 2
}

function warmupOf(schedule: ScheduleName, total: number, warmup: number): number {
  const wanted = schedule === 'one-cycle' && warmup === 0 ? Math.floor(total * oneCycleRise) : warmup
  return Math.min(wanted, Math.floor(total / 2))
}
