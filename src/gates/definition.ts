import type { Diagnostic } from '../base/diagnostics.ts'
import type { GateRule, Measured } from '../records/gates.ts'
import type { GateVerdict } from '../records/verdict.ts'
import type { GateEvidence, Look } from './evidence.ts'
import type { Judged } from './finding.ts'
import type { LimitKey, PowerProblem, StudyDesign } from './power.ts'
import type { GateSchema } from './schema.ts'

/**
 * Reports a problem in the settings of one gate. `key` is the setting at fault; null is the gate as a whole. Every reported
 * problem is an error of the spec.
 */
export type ReportProblem = (
  code: string, key: string | null, message: string, more?: Pick<Diagnostic, 'found' | 'allowed' | 'hint'>,
) => void

/** What a gate knows about one of its rules. Every method is pure. */
export interface RuleBehavior<Rule extends GateRule = GateRule> {
  /** Whether the rule compares the candidate with a baseline. */
  needsBaseline(rule: Rule): boolean
  /** The metric and split that the rule judges; null for a rule on what the model costs. */
  measures(rule: Rule): Measured | null
  /** What the rule judges, as half a sentence: `test accuracy`, `training time`. */
  subject(rule: Rule): string
  /** The estimate where nothing changed: 0 for a difference, 1 for a ratio, null where the rule compares nothing. */
  neutral(rule: Rule): 0 | 1 | null
  /** The setting that holds the limit. */
  limitKey(rule: Rule): LimitKey
  /**
   * Judges the evidence. `limit` is in the units of the estimate, and so is every bound. It never throws for evidence that
   * is missing, crashed or diverged: that is a finding too.
   */
  judge(rule: Rule, evidence: GateEvidence, look: Look): Judged
  /**
   * What can be said before a step is trained: that the seeds will rarely settle the rule, or that it is settled already.
   * Null where there is nothing to say, or too little is known.
   */
  powerCheck(rule: Rule, design: StudyDesign): PowerProblem | null
  /** The rule as a question, in a sentence for a person who knows no statistics. */
  question(rule: Rule): string
  /** The limits with which this estimate would pass, in a sentence. */
  passingLimits(rule: Rule, estimate: NonNullable<GateVerdict['estimate']>): string
  /** The rule in a few words, to be read after the gate's name and a colon. */
  requirement(rule: Rule): string
  /** The limit in the picture of a plan, to be read after the subject. */
  planLimit(rule: Rule): string
  /** One number for each seed on the axis of the estimate, for its chart. Empty where a single seed has none. */
  seedDots(rule: Rule, sides: Pick<GateVerdict, 'candidate' | 'baseline'>): readonly number[]
  /** What these numbers are, to be read after "the dots": `drops of single seeds`. */
  readonly seedDotsCaption: string
}

/** A gate: everything that is special about it. Whoever normalizes, judges, describes or draws a gate asks this. */
export interface GateDefinition<Rule extends GateRule = GateRule, Settings = unknown> extends RuleBehavior<Rule> {
  /** As specs, plans, locks and reports write it. It never changes. */
  readonly name: Rule['gate']
  /** Its part of the JSON Schema of the spec. */
  readonly schema: GateSchema
  /**
   * The rules that valid settings stand for, with every default filled in. It reports what a JSON Schema cannot say. It
   * returns at least one rule, even for settings that it refuses, so that the metric is checked too.
   */
  rules(settings: Settings, report: ReportProblem): readonly Rule[]
  /** Number of rules of valid settings; 1 where it is left out. */
  count?(settings: Settings): number
  /** True where the verdict rests on seconds, so that two equal studies may differ in it. */
  readonly restsOnTime?: true
  /** True where both sides are known before the training, so that no training can change the verdict. */
  readonly decidedByPlan?: true
  /** The largest SD over seeds that the rule allows, in units of the metric; null where it sets none. */
  spreadCap?(rule: Rule): { readonly metric: Measured['metric']; readonly maxStd: number } | null
}
