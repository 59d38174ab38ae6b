import type { Finding } from '../diagnose/finding.ts'
import type { BaselineEvidence } from '../gates/evidence.ts'
import { gateOf } from '../gates/index.ts'
import type { MetricComparison } from '../gates/verification.ts'
import { bucketOf, leverDifferences, type Levers } from '../records/levers.ts'
import {
  verifyFindings,
  type BatchFindings,
  type Omission,
  type StageDecision,
  type VerifiedRun,
  type VerifyFindings,
} from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import { isTrainer, plannedRuns, type DataFacts, type Plan, type StageName } from '../records/plan.ts'
import type { Determinism } from '../records/trainer.ts'
import { stageNames } from '../stages/index.ts'
import type { Verdict } from '../records/verdict.ts'
import { averagedOf } from '../gates/averaged.ts'
import { guessOf } from '../gates/guess.ts'
import { calibrationOf } from './calibration.ts'
import { checklist } from './checklist.ts'
import { withoutSeconds } from './lineage.ts'
import { describeLayer } from '../layers/layer.ts'
import type {
  BudgetSection,
  ChangeSection,
  DataSection,
  LeverChange,
  Report,
  RetrainedBase,
  RunSummary,
  RunTiming,
  StageReport,
  StudyOmission,
  TimelessBatch,
  TimelessFindings,
  Timing,
} from './model.ts'

type Verification = NonNullable<Report['verification']>

/** What is known when a study ends. */
export interface ReportInput extends Pick<Verification, 'ensemble' | 'models' | 'byClass' | 'worst'> {
  readonly plan: Plan
  readonly decisions: readonly StageDecision[]
  /** In any order; see `summarizer`. */
  readonly runs: readonly { readonly summary: RunSummary; readonly timing: RunTiming }[]
  readonly verdict: Verdict
  /** The baseline's source as passed to the gates; null without one. */
  readonly against: string | null
  /** The retrained runs of a base spec; none if omitted. */
  readonly base?: BaselineEvidence
  /** The lock that the study compared with; null without one. */
  readonly lock: Lock | null
  /** See `verificationStatistics`; empty if verify did not run. */
  readonly statistics: readonly MetricComparison[]
  /** See `diagnose`; none if omitted. */
  readonly diagnostics?: readonly Finding[]
  readonly engine: string
  /** `tunegate 0.1.0`. */
  readonly tool: string
  readonly command: string
  readonly specFile: string
  readonly data: Pick<DataSection, 'source' | 'checks' | 'findings' | 'notes'>
  /** What the study as a whole left out; stages add their own. */
  readonly omissions: readonly Omission[]
  readonly exhausted: BudgetSection['exhausted']
  /** What a change alters about its measurement; omitted if nothing. */
  readonly change?: ChangeSection
  /** Whether the budget of minutes left out runs; false if omitted. */
  readonly cutShort?: boolean
  /** What looking for it found about a training script; omitted if nobody looked. */
  readonly deterministic?: Determinism | null
  /** True if nothing was trained: results that another tool made were read. */
  readonly results?: true
  readonly timing: Pick<Timing, 'startedAt' | 'seconds' | 'stages' | 'machine'>
}

/** Joins everything into the report. Pure, and independent of the order in which runs and decisions finished. */
export function buildReport(input: ReportInput): Report {
  const { plan, decisions } = input
  const lineage = decisions.flatMap((d) => d.lineage)
  const chosen = decisions.at(-1)?.levers ?? plan.baseline
  const runs = inAskedOrder(input)
  const verify = verifyFindings(decisions)
  const [study, data] = [studyOf(input), dataOf(input)]
  const draft: Omit<Report, 'checklist'> = {
    version: 1,
    tool: input.tool,
    study,
    verdict: input.verdict,
    against: input.against,
    ...(input.base ? { base: baseOf(input.base) } : {}),
    levers: {
      baseline: plan.baseline,
      chosen,
      changes: changesOf(plan.baseline, chosen, lineage),
      sinceLock: input.lock && leverDifferences(input.lock.levers, chosen),
    },
    lineage: lineage.map(withoutSeconds),
    verification: verify && verificationSection(verify, input.statistics, { study, data }, input),
    stages: (input.results ? plan.jobs.map((job) => job.id) : stageNames).map((stage) => stageOf(stage, plan, decisions)),
    runs: runs.map((r) => r.summary),
    diagnostics: input.diagnostics ?? [],
    data,
    omissions: omissionsOf(input),
    budget: {
      ...plan.budget,
      plannedRuns: plannedRuns(plan),
      runs: runs.length,
      exhausted: input.exhausted,
      ...(input.cutShort ? { cutShort: 'minutes' } : {}),
    },
    ...(input.change ? { change: input.change } : {}),
    timing: timingOf(
      input,
      runs.map((r) => r.timing),
    ),
  }
  return { ...draft, checklist: checklist(draft, plan) }
}

function studyOf({ plan, command, specFile, engine, deterministic = null, results }: ReportInput): Report['study'] {
  const { workload } = plan
  return {
    name: plan.name,
    command,
    specFile,
    seed: plan.seed,
    engine,
    task: workload.task,
    objective: workload.objective,
    ...(plan.leastEffect ? { leastEffect: plan.leastEffect } : {}),
    layers: isTrainer(workload) ? [] : workload.layers.map(describeLayer),
    parameters: workload.parameters,
    ...(isTrainer(workload)
      ? { trainer: { measured: workload.program.measured, deterministic, ...(results ? { source: 'results' } : {}) } }
      : {}),
    fingerprints: { spec: plan.specFingerprint, plan: plan.fingerprint, data: workload.data.fingerprint },
  }
}

function dataOf({ plan, data }: ReportInput): DataSection {
  const { workload } = plan
  const { inputShape = [], classes = null, targets }: Partial<DataFacts> = isTrainer(workload) ? {} : workload.data
  const findings = data.findings.map(({ check, severity, message }) => ({ check, ...(severity && { severity }), message }))
  const { source, checks, notes } = data
  return { source, rows: workload.data.rows, inputShape, classes, ...(targets && { targets }), checks, findings, notes }
}

/** In the form of a lock: their times are stored with the other times. */
function baseOf({ source, runs, notes, parameters }: BaselineEvidence): RetrainedBase {
  const locked = runs.map(({ seed, status, validation, test, testRows, subsets, weights }) => {
    const rows = { ...(testRows ? { testRows } : {}), ...(subsets ? { subsets } : {}) }
    return { seed, status, validation, test, ...rows, weights }
  })
  return { source, runs: locked, notes, ...(parameters === undefined ? {} : { parameters }) }
}

/** Workers finish in any order. The report lists each run once, in the order in which the stages requested it. */
function inAskedOrder({ decisions, runs }: ReportInput): ReportInput['runs'] {
  const byId = new Map(runs.map((r) => [r.summary.id, r]))
  const asked = decisions.flatMap((d) => d.runs)
  const rest = [...byId.keys()].filter((id) => !asked.includes(id)).sort()
  return [...new Set([...asked, ...rest])].flatMap((id) => byId.get(id) ?? [])
}

/** The levers that changed, with what moved them. */
export function changesOf(baseline: Levers, chosen: Levers, lineage: readonly { readonly lever: string }[]): LeverChange[] {
  return leverDifferences(baseline, chosen).map((d) => ({
    ...d,
    bucket: bucketOf(d.lever),
    lineage: lineage.flatMap((l, i) => (l.lever === d.lever ? [i] : [])),
  }))
}

/** The section of a verification: the numbers of its seeds and what follows from them, scores, and saved models. */
export function verificationSection(
  verify: VerifyFindings,
  metrics: readonly MetricComparison[],
  { study: { objective, leastEffect, task }, data: { classes } }: Pick<Report, 'study' | 'data'>,
  { ensemble, models, byClass, worst }: Pick<Verification, 'ensemble' | 'models' | 'byClass' | 'worst'> = {},
): Verification {
  return {
    ...untimed(verify),
    metrics,
    calibration: calibrationOf(verify),
    ...averagedOf(verify, objective, leastEffect),
    ...guessOf(verify, task, classes),
    ...(ensemble ? { ensemble } : {}),
    ...(byClass ? { byClass } : {}),
    ...(worst ? { worst } : {}),
    ...(models && models.length > 0 ? { models } : {}),
  }
}

function untimed({ looks, seeds }: VerifyFindings): VerifyFindings {
  const without = ({ time: _, ...run }: VerifiedRun): VerifiedRun => run
  return {
    ...(looks ? { looks } : {}),
    seeds: seeds.map((s) => ({ seed: s.seed, baseline: without(s.baseline), candidate: without(s.candidate) })),
  }
}

function stageOf(stage: StageName, plan: Plan, decisions: readonly StageDecision[]): StageReport {
  const job = plan.jobs.find((j) => j.id === stage)
  const decision = decisions.find((d) => d.stage === stage)
  const planned = job?.estimate ?? null
  if (!decision) {
    const summary = job ? 'The study ended before this stage.' : 'The spec leaves this stage out.'
    const state = job ? 'not-reached' : 'skipped'
    return { stage, state, conclusion: null, summary, comparisons: [], findings: null, runs: [], planned }
  }
  const { conclusion, summary, comparisons, runs, findings } = decision
  return { stage, state: 'ran', conclusion, summary, comparisons, findings: timeless(findings), runs, planned }
}

function timeless({ verify, batch, ...rest }: StageDecision['findings']): TimelessFindings {
  return { ...rest, ...(verify ? { verify: untimed(verify) } : {}), ...(batch ? { batch: withoutProbes(batch) } : {}) }
}

const withoutProbes = ({ probes, ...rest }: BatchFindings): TimelessBatch => ({
  ...rest,
  probed: probes.map((p) => p.batchSize),
})

function omissionsOf({ decisions, omissions }: ReportInput): StudyOmission[] {
  return [
    ...omissions.map((o) => ({ ...o, stage: null })),
    ...decisions.flatMap((d) => d.omissions.map((o) => ({ ...o, stage: d.stage }))),
  ]
}

function timingOf({ timing, decisions, base }: ReportInput, runs: readonly RunTiming[]): Timing {
  const probes = decisions.flatMap((d) => d.findings.batch?.probes ?? [])
  const lineage = decisions.flatMap((d) => d.lineage).map((l) => l.evidence.seconds)
  return { ...timing, runs, ...(base ? { base: base.runs.map((r) => r.time ?? null) } : {}), lineage, probes }
}

/**
 * The report without anything that a clock decided: two studies with the same seed agree in it exactly. A verdict that rests
 * on seconds also depends on a clock: a gate on training time keeps only its rule, and the overall verdict covers only the
 * other gates.
 */
export function withoutTimes(report: Report): object {
  const { timing: _, verdict, ...rest } = report
  const gates = verdict.gates.map((g) => (gateOf(g.rule).restsOnTime ? { rule: g.rule } : g))
  return { ...rest, verdict: gates.some((g) => !('status' in g)) ? { gates } : verdict }
}
