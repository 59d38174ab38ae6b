import type { Levers } from '../../records/levers.ts'
import type { DataFacts } from '../../records/plan.ts'
import type { Report } from '../problem.ts'

/** Levers whose range depends on the number of rows. */
export function checkLevers({ batching, scheduling }: Levers, { rows }: DataFacts, runSteps: number, report: Report): void {
  const { batchSize, accumulate } = batching
  if (batchSize > rows.train) {
    report('batch-too-large', ['levers', 'batching', 'batchSize'], 'the batch is larger than the training split', {
      found: String(batchSize),
      allowed: `at most ${rows.train} rows`,
    })
  } else if (batchSize * accumulate > rows.train) {
    const [message, found] = ['the effective batch is larger than the training split', batchSize * accumulate]
    report('batch-too-large', ['levers', 'batching', 'accumulate'], message, {
      found: `${batchSize} × ${accumulate} = ${found}`,
      allowed: `at most ${rows.train} rows`,
    })
  }
  if (scheduling.warmupSteps > runSteps / 2) {
    report('warmup-too-long', ['levers', 'scheduling', 'warmupSteps'], 'warmup is longer than half a run', {
      found: `${scheduling.warmupSteps} steps`,
      allowed: `at most ${Math.floor(runSteps / 2)} of ${runSteps} steps`,
      hint: 'shorten it, train for more epochs, or set warmupSteps: auto',
    })
  }
}

/** Every part that a stage reads must contain rows. */
export function checkRows({ rows }: DataFacts, report: Report): void {
  if (rows.train === 0) report('no-rows', ['data', 'split'], 'the training split has no rows')
  if (rows.validation === 0) {
    const hint = 'raise data.split.validation'
    report('no-rows', ['data', 'split', 'validation'], 'the validation split has no rows', { hint })
  }
}
