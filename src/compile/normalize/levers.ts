import { hasDropoutLever, type NormalizedLayer } from '../../layers/layer.ts'
import type { LeverName } from '../../records/levers.ts'
import type { Task } from '../../records/metrics.ts'
import { taskOf } from '../../records/tasks.ts'
import type { AugmentationPolicy } from '../../records/plan.ts'
import type { Spec } from '../../dsl/tuning.gen.ts'
import type { NormalizedLevers } from '../normalized.ts'
import type { Preset } from '../presets/definition.ts'
import type { Report } from '../problem.ts'

/**
 * The baseline, with every lever explicit. Defaults are the same for all presets, except for a warmup that is left to them.
 *
 * @param dropoutLever whether a dropout layer takes its rate from the lever
 */
export function normalizeLevers(
  levers: Spec['levers'] = {},
  preset: Preset,
  dropoutLever: boolean,
  task: Task,
  report: Report,
): NormalizedLevers {
  const { optimization = {}, batching = {}, regularization = {}, scheduling = {}, custom = {} } = levers
  const { warmupSteps = 'auto' } = scheduling
  if (!taskOf(task).smoothsLabels && (regularization.labelSmoothing ?? 0) > 0) {
    report('lever-task', ['levers', 'regularization', 'labelSmoothing'], 'label smoothing is only for classification', {
      found: String(regularization.labelSmoothing),
      allowed: `0 for ${task}`,
    })
  }
  return {
    optimization: {
      optimizer: optimization.optimizer ?? 'adamw',
      learningRate: optimization.learningRate ?? 0.001,
      momentum: optimization.momentum ?? 0.9,
      nesterov: optimization.nesterov ?? false,
      beta1: optimization.beta1 ?? 0.9,
      beta2: optimization.beta2 ?? 0.999,
      epsilon: optimization.epsilon ?? 1e-8,
    },
    batching: { batchSize: batching.batchSize ?? 64, accumulate: batching.accumulate ?? 1 },
    regularization: {
      weightDecay: regularization.weightDecay ?? 0.01,
      dropout: regularization.dropout ?? (dropoutLever ? 0.1 : 0),
      labelSmoothing: regularization.labelSmoothing ?? 0,
      augmentation: regularization.augmentation ?? 0,
    },
    scheduling: {
      schedule: scheduling.schedule ?? 'cosine',
      warmupSteps: warmupSteps === 'auto' ? preset.warmup : warmupSteps,
      finalFraction: scheduling.finalFraction ?? 0,
      clipNorm: scheduling.clipNorm === undefined ? 1 : scheduling.clipNorm,
      epochs: scheduling.epochs ?? 20,
      patience: scheduling.patience ?? null,
    },
    ...(Object.keys(custom).length > 0 ? { custom } : {}),
  }
}

/** What determines whether a lever has any effect. */
interface LeverContext {
  readonly task: Task
  readonly layers: readonly NormalizedLayer[]
  readonly augmentation: AugmentationPolicy
}

/** Why a lever cannot change a run, as a clause; undefined if it can. */
export function movesNothing(lever: LeverName, { task, layers, augmentation }: LeverContext): string | undefined {
  if (lever === 'dropout' && !hasDropoutLever(layers)) return 'every dropout layer of the model, if any, sets its own rate'
  if (lever === 'labelSmoothing' && !taskOf(task).smoothsLabels) return 'label smoothing is only for classification'
  if (lever === 'augmentation' && !canAugment(augmentation)) return 'all amounts of the augmentation policy are zero'
  return undefined
}

/** Whether augmentation does anything at full strength. */
export const canAugment = (policy: AugmentationPolicy): boolean => Object.values(policy).some((amount) => amount > 0)
