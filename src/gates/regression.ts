import type { RegressionRule } from '../records/plan.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { singleLook, type GateEvidence, type Look } from './evidence.ts'
import { nonInferiority } from './non-inferiority.ts'

/** The candidate's metric is not worse than the baseline's by the margin or more. */
export const regression = (rule: RegressionRule, evidence: GateEvidence, look: Look = singleLook): GateVerdict =>
  nonInferiority(rule, evidence, look)
