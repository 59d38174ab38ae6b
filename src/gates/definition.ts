import type { Diagnostic } from '../base/diagnostics.ts'
import type { GateRule, Measured } from '../records/gates.ts'
import type { GateVerdict } from '../records/verdict.ts'
import type { GateEvidence, InterimAnalysis } from './evidence.ts'
import type { Judged } from './finding.ts'
import type { LimitKey, PowerProblem, StudyDesign } from './power.ts'
import type { GateSchema } from './schema.ts'

/**
 * Reports a problem in the settings of one gate. `key` is the setting at fault; null means the gate as a whole. Every
 * reported problem is a spec error.
 */
export type ReportProblem = (
  code: string,
  key: string | null,
  message: string,
  more?: Pick<Diagnostic, 'found' | 'allowed' | 'hint'>,
) => void

/** What a gate knows about one of its rules. Every method is pure. */
export interface RuleBehavior<Rule extends GateRule = GateRule> {
  /** Whether the rule compares the candidate with a baseline. */
  needsBaseline(rule: Rule): boolean
  /** The metric and split that the rule judges; null for a rule on the model's cost. */
  measures(rule: Rule): Measured | null
  /** What the rule judges, as a phrase: `test accuracy`, `training time`. */
  subject(rule: Rule): string
  /** The estimate if nothing changed: 0 for a difference, 1 for a ratio, null if the rule compares nothing. */
  neutral(rule: Rule): 0 | 1 | null
  /** The setting with the limit. */
  limitKey(rule: Rule): LimitKey
  /**
   * Judges the evidence. `limit` and every bound are in the units of the estimate. It never throws for evidence that is
   * missing, crashed or diverged; it returns a finding instead.
   */
  judge(rule: Rule, evidence: GateEvidence, analysis: InterimAnalysis): Judged
  /**
   * Predicts before training that the seeds will rarely settle the rule, or that the rule is already settled. Null if there
   * is nothing to report, or too little is known.
   */
  powerCheck(rule: Rule, design: StudyDesign): PowerProblem | null
  /** The rule as a question, in a sentence for a reader without statistics. */
  question(rule: Rule): string
  /** The limits with which this estimate would pass, as a sentence. */
  passingLimits(rule: Rule, estimate: NonNullable<GateVerdict['estimate']>): string
  /** The rule in a few words; reads after the gate's name and a colon. */
  requirement(rule: Rule): string
  /** The limit in the diagram of a plan; reads after the subject. */
  planLimit(rule: Rule): string
  /** One number per seed on the axis of the estimate, for the gate's chart. Empty if a single seed has no such number. */
  seedDots(rule: Rule, sides: Pick<GateVerdict, 'candidate' | 'baseline'>): readonly number[]
  /** What these numbers are; reads after "the dots": `drops of single seeds`. */
  readonly seedDotsCaption: string
}

/**
 * A gate: everything that is special about it. Code that normalizes, judges, describes or draws a gate uses this interface.
 */
export interface GateDefinition<Rule extends GateRule = GateRule, Settings = unknown> extends RuleBehavior<Rule> {
  /** The name in specs, plans, locks and reports. It never changes. */
  readonly name: Rule['gate']
  /** The gate's part of the JSON Schema of the spec. */
  readonly schema: GateSchema
  /**
   * Turns valid settings into rules, with every default filled in, and reports what a JSON Schema cannot check. It returns
   * at least one rule, even for settings that it rejects, so that the metric is checked too.
   */
  rules(settings: Settings, report: ReportProblem): readonly Rule[]
  /** Number of rules that valid settings produce; 1 if omitted. */
  count?(settings: Settings): number
  /** True if the verdict depends on seconds, so two equal studies may get different verdicts. */
  readonly restsOnTime?: true
  /** True if both sides are known before training, so no training can change the verdict. */
  readonly decidedByPlan?: true
  /** The largest SD over seeds that the rule allows, in units of the metric; null if the rule sets none. */
  spreadCap?(rule: Rule): { readonly metric: Measured['metric']; readonly maxStd: number } | null
}
