import { leverValue, type LeverName, type LeverPatch } from '../../records/levers.ts'
import { takes } from '../../records/plan.ts'
import { highestRate, rateFactors } from '../configurations.ts'
import type { StageRecorder } from '../recorder.ts'
import type { Axis } from './settings.ts'

/** Levers that hold the model back. Smoothing changes what it is asked for, and costs likelihood where nothing overfits. */
const restraints: readonly LeverName[] = ['weightDecay', 'dropout', 'augmentation']

/**
 * The strongest end of the grid, at the incumbent's rate and at the highest rate that is explored. These levers act against
 * the same fault, so where a model overfits, all of them together are the best guess, and the more they hold it back, the
 * higher a rate it bears. Configurations that are spread evenly rarely have all of them at once. None for a single lever:
 * the others then contain it.
 */
export function corners(recorder: StageRecorder, grid: readonly Axis[]): LeverPatch[] {
  const { incumbent, context } = recorder
  const strongest: LeverPatch = Object.fromEntries(
    grid.flatMap(({ lever, values }) => {
      if (!restraints.includes(lever) || !takes(context.workload, lever)) return []
      const most = Math.max(...values.filter((value) => typeof value === 'number'))
      return most === leverValue(incumbent, lever) ? [] : [[lever, most]]
    }),
  )
  if (Object.keys(strongest).length < 2) return []
  const { learningRate } = incumbent.optimization
  const highest = Math.min(highestRate(recorder), learningRate * Math.max(...rateFactors))
  const faster = Number(highest.toPrecision(3))
  const bears = faster > learningRate && takes(context.workload, 'learningRate')
  return [strongest, ...(bears ? [{ ...strongest, learningRate: faster }] : [])]
}
