import type { Task } from '../../records/metrics.ts'
import type { AugmentationPolicy, RegularizeSettings } from '../../records/plan.ts'
import type { Grid } from '../../dsl/tuning.gen.ts'
import { hasDropoutLever, type NormalizedLayer } from '../../layers/layer.ts'
import type { NormalizedLevers } from '../normalized.ts'
import type { GridLever, Preset } from '../presets/definition.ts'
import { canAugment } from './levers.ts'

export interface GridContext {
  readonly task: Task
  readonly levers: NormalizedLevers
  readonly layers: readonly NormalizedLayer[]
  readonly augmentation: AugmentationPolicy
}

export const gridLevers: readonly GridLever[] = ['weightDecay', 'dropout', 'labelSmoothing', 'augmentation']

/**
 * The values to cross, ascending, the baseline's own among them. The spec's values are all kept; of the preset's, the
 * nearest gives way to the baseline's own, so that the grid does not outgrow the preset. Levers that move nothing are left
 * out of the preset's grid; in the spec's they are an error that is found elsewhere.
 */
export function normalizeGrid(grid: Grid, preset: Preset, context: GridContext): RegularizeSettings['grid'] {
  const written = Object.keys(grid).length > 0
  return gridLevers.flatMap((lever) => {
    const own = context.levers.regularization[lever]
    const values = written ? grid[lever] : movesNothing(lever, context) === undefined ? preset.grid[lever] : undefined
    if (values === undefined || values.length === 0) return []
    return [{ lever, values: ascending(written || values.includes(own) ? [own, ...values] : around(own, values)) }]
  })
}

/** Why a lever of the grid cannot change a run; undefined where it can. */
export function movesNothing(lever: GridLever, { task, layers, augmentation }: GridContext): string | undefined {
  if (lever === 'dropout' && !hasDropoutLever(layers)) return 'the model has no dropout layer without a rate of its own'
  if (lever === 'labelSmoothing' && task === 'regression') return 'label smoothing is for classification'
  if (lever === 'augmentation' && !canAugment(augmentation)) return 'the augmentation policy is all zero'
  return undefined
}

function around(own: number, values: readonly number[]): number[] {
  const nearest = values.reduce((best, v) => (Math.abs(v - own) < Math.abs(best - own) ? v : best))
  return values.map((v) => (v === nearest ? own : v))
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b)
