import type { Calibration } from '../dsl/tuning.gen.ts'
import type { GateDefinition } from './definition.ts'
import { metricDefaults } from './metric-rule.ts'
import { nonInferiority, type MarginRule } from './non-inferiority.ts'
import { requireDifference } from './range.ts'
import { bySegment, marginOf, shared } from './schema.ts'
import { calibrationEvidence } from './supplementary.ts'

/** Non-inferiority on a proper score: nll or brier. */
export interface CalibrationRule extends MarginRule {
  readonly gate: 'calibration'
}

/**
 * Tests that the candidate's probabilities are not worse than the baseline's by the margin or more, on a proper score.
 * Shifting confidence alone cannot improve a proper score, but it can improve the expected calibration error.
 */
export const calibration: GateDefinition<CalibrationRule, Calibration> = {
  ...nonInferiority,
  name: 'calibration',
  schema: {
    summary: "Probabilities may be worse than the baseline's only by less than the margin. For classes and labels.",
    example: { margin: 0.05 },
    description: 'Rule of the calibration gate: non-inferiority on a proper score.',
    required: ['margin'],
    properties: {
      metric: { title: 'Metric', description: 'A proper score.', enum: ['nll', 'brier'], default: 'nll' },
      margin: marginOf(0.05),
      paired: shared.paired,
      split: shared.split,
      ...bySegment,
      onInconclusive: shared.onInconclusive,
    },
  },
  rules({ metric = 'nll', margin, paired = false, ...rest }, report) {
    requireDifference(metric, 'margin', margin, report)
    return [{ gate: 'calibration', metric, ...metricDefaults(rest), margin, paired }]
  },
  judge(rule, evidence, analysis) {
    const judged = nonInferiority.judge(rule, evidence, analysis)
    const supplementary = [...(judged.finding.evidence ?? []), ...calibrationEvidence(evidence.candidate)]
    return { ...judged, finding: { ...judged.finding, evidence: supplementary } }
  },
}
