import { sortDiagnostics, type Diagnostic } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import { err, ok, type Result } from '../base/result.ts'
import { gateOf } from '../gates/index.ts'
import { resolveLayer } from '../layers/layer.ts'
import { stepsOfRun, type Levers } from '../records/levers.ts'
import { isOnRequest, metricNames, type MetricName } from '../records/metrics.ts'
import {
  outputCount,
  type Budget,
  type DataFacts,
  type ModelWorkload,
  type Plan,
  type StageJob,
  type StageSettings,
  type Workload,
} from '../records/plan.ts'
import { estimateOf, type Study } from '../stages/estimate.ts'
import { stageNamed } from '../stages/index.ts'
import type { Locate } from '../dsl/parse.ts'
import { checkSubsetParts, isOnSubset, subsetsIn } from './subsets.ts'
import { checkBudget, reservedRuns } from './check/budget.ts'
import { checkLevers, checkRows } from './check/levers.ts'
import { checkModel } from './check/model.ts'
import type { ModelSpec, NormalizedLevers, NormalizedSpec } from './normalized.ts'
import type { WarmupShare } from './presets/definition.ts'
import { collectProblems, type Problems } from './problem.ts'

/**
 * Normalized spec and facts about the data → plan. Pure: the same spec and facts give the same plan, byte for byte.
 *
 * @param locate where the values of the spec are, for messages: `ParsedSpec.locate`
 * @returns the plan, or everything that does not fit the data or the budget
 */
export function compile(spec: ModelSpec, facts: DataFacts, locate: Locate): Result<Plan<ModelWorkload>, Diagnostic[]> {
  const problems = collectProblems(locate)
  const { report } = problems

  // 1. What only the data determine: how many outputs, how many steps, and therefore how long the warmup is.
  const layers = spec.layers.map((layer) =>
    resolveLayer(layer, { classes: outputCount(facts), vocabulary: facts.vocabulary, tokens: facts.tokens }),
  )
  const runSteps = stepsOfRun(spec.levers, facts.rows.train)
  const baseline = withWarmup(spec.levers, runSteps)

  // 2. Does the model fit the data, and do the levers?
  checkRows(facts, report)
  checkLevers(baseline, facts, runSteps, report)
  const { parameters } = checkModel(layers, { ...facts, task: spec.task }, report)

  // 3. What every run shares.
  const { task, objective, augmentation, evaluateEvery } = spec
  const requested = requestedIn(spec)
  const shared = { task, data: facts, layers, parameters, objective, augmentation, evaluateEvery }
  const subsets = subsetsIn(spec.gates)
  checkSubsetParts(spec.gates, facts, report)
  const workload: ModelWorkload = {
    ...shared,
    ...(requested.length > 0 && { requested }),
    ...(subsets.length > 0 && { subsets }),
  }

  // 4. The process.
  return planned(spec, { workload, baseline, runSteps }, problems)
}

/** The metrics on request that runs must compute, in the order of their definition. */
export function requestedIn({
  objective,
  gates,
  leastEffect,
}: Pick<NormalizedSpec, 'objective' | 'gates' | 'leastEffect'>): MetricName[] {
  const whole = gates.flatMap((rule) => {
    const measured = gateOf(rule).measures(rule)
    return measured && !isOnSubset(measured) ? [measured.metric] : []
  })
  const named = new Set<string>([objective, ...whole, ...Object.keys(leastEffect ?? {})])
  return metricNames.filter((name) => isOnRequest(name) && named.has(name))
}

/** The stages as jobs, what they may cost, and the fingerprints: the same for every workload. */
export function planned<Of extends Workload>(
  spec: NormalizedSpec,
  study: Study<Of>,
  { report, all }: Problems,
): Result<Plan<Of>, Diagnostic[]> {
  const { workload, baseline } = study

  // 1. One job after the other.
  const jobs = stageJobs(spec.stages, study, spec.seed)

  // 2. What it may cost, with verification first.
  const budget: Budget = { ...spec.budget, reservedForVerification: reservedRuns(jobs) }
  checkBudget(jobs, budget, report)
  if (all.length > 0) return err(sortDiagnostics(all))

  // 3. The plan and its fingerprints.
  const { name, seed, gates, leastEffect } = spec
  const specFingerprint = fingerprint(spec)
  const plan = {
    version: 1,
    name,
    specFingerprint,
    seed,
    workload,
    baseline,
    jobs,
    gates,
    ...(leastEffect ? { leastEffect } : {}),
    budget,
  } as const
  return ok({ ...plan, fingerprint: fingerprint(plan) })
}

/** One job per listed stage, each after the previous one. Its fingerprint includes those of all jobs that led to it. */
function stageJobs(stages: readonly StageSettings[], study: Study, seed: number): StageJob[] {
  const { workload, baseline } = study
  const jobs: StageJob[] = []
  for (const settings of stages) {
    const before = jobs.slice(-1)
    const templates = stageNamed(settings.stage).estimate(settings, study)
    jobs.push({
      id: settings.stage,
      needs: before.map((job) => job.id),
      fingerprint: fingerprint({ workload, baseline, seed, settings, needs: before.map((job) => job.fingerprint) }),
      settings,
      templates,
      estimate: estimateOf(templates),
    })
  }
  return jobs
}

/** The levers with the warmup in steps. */
export function withWarmup(levers: NormalizedLevers, runSteps: number): Levers {
  const { warmupSteps: warmup } = levers.scheduling
  return {
    ...levers,
    scheduling: { ...levers.scheduling, warmupSteps: typeof warmup === 'number' ? warmup : warmupSteps(warmup, runSteps) },
  }
}

/** The preset's warmup in steps of a run of this length. */
function warmupSteps({ share, atLeast, atMost }: WarmupShare, runSteps: number): number {
  const wanted = Math.min(atMost, Math.max(atLeast, Math.round(share * runSteps)))
  return Math.min(wanted, Math.floor(runSteps / 2))
}
