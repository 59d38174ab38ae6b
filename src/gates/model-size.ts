import type { ModelSizeRule } from '../records/plan.ts'
import type { GateVerdict } from '../records/verdict.ts'
import type { GateEvidence } from './evidence.ts'
import { inconclusive, verdictOf, type Finding } from './finding.ts'
import { withoutBaseline } from './unmatched.ts'
import { shown } from './words.ts'

/** What rounding may add to a limit such as 1.15 times 100. */
const rounding = 1 + 1e-9

/**
 * The model has at most `maxRatio` times the baseline's trainable parameters. Both are counted, so there is no noise and no
 * interval, and the answer is known before a step is trained.
 */
export function modelSize(rule: ModelSizeRule, evidence: GateEvidence): GateVerdict {
  return verdictOf(rule, rule.maxRatio, { candidate: [], baseline: null }, decide(rule, evidence))
}

function decide({ maxRatio }: ModelSizeRule, { baseline, missingBaselineReason, parameters }: GateEvidence): Finding {
  if (baseline === null) return withoutBaseline(null, missingBaselineReason)
  const before = baseline.parameters
  if (parameters === undefined || before === undefined) {
    const whose = before === undefined ? `The baseline (${baseline.source}) does not say` : 'It is not known'
    return inconclusive(`${whose} how many parameters its model has.`, 'Write the lock anew by a run of this version.')
  }
  const ratio = parameters / before
  if (!(before > 0 && Number.isFinite(ratio))) {
    return inconclusive(`A ratio of ${parameters} to ${before} parameters has no meaning.`, 'Look at the model of the baseline.')
  }
  const passes = parameters <= before * maxRatio * rounding
  return {
    status: passes ? 'pass' : 'fail',
    sentence: `The model has ${sizeOf(parameters)}, the baseline (${baseline.source}) ${sizeOf(before)}: ${shown(ratio)} times as many, ` +
      `${passes ? 'at or below' : 'above'} the limit ${shown(maxRatio)}. Both are counted, so no seed can change it.`,
    estimate: { what: 'ratio of model sizes', value: ratio, lower: ratio, upper: ratio, level: 1 },
    remedy: null,
    notes: [],
  }
}

/** `12,345 trainable parameters (48.2 KiB)`, each a single-precision number of four bytes. */
function sizeOf(parameters: number): string {
  const bytes = 4 * parameters
  const size = bytes < 1024 ? `${bytes} bytes` : bytes < 1024 ** 2 ? `${shown(bytes / 1024)} KiB` : `${shown(bytes / 1024 ** 2)} MiB`
  return `${String(parameters).replace(/\B(?=(\d{3})+$)/g, ',')} trainable parameters (${size})`
}
