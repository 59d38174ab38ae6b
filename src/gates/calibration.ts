import type { CalibrationRule } from '../records/plan.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { singleLook, type GateEvidence, type Look } from './evidence.ts'
import { nonInferiority } from './non-inferiority.ts'

/**
 * The candidate's probabilities are not worse than the baseline's by the margin or more, on a proper score (nll or
 * brier): such a score cannot be improved by shifting confidence alone, which the expected calibration error can.
 */
export const calibration = (rule: CalibrationRule, evidence: GateEvidence, look: Look = singleLook): GateVerdict =>
  nonInferiority(rule, evidence, look)
