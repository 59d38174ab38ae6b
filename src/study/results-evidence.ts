import type { WithoutBaseline } from '../gates/baseline.ts'
import type { BaselineEvidence, GateEvidence, SeedEvidence } from '../gates/evidence.ts'
import { fingerprint } from '../base/hash.ts'
import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { Plan } from '../records/plan.ts'
import type { ReadResults, SeedResult } from '../records/results.ts'
import type { RunResult } from '../records/run.ts'
import { confirmation } from '../stages/index.ts'
import { verificationJob } from '../stages/verify.ts'

/** Which side of the comparison a run belongs to. */
export type Side = 'baseline' | 'candidate'

/** A run of results as a study has it: without steps, because results have none. */
export function runOf(side: Side, result: SeedResult, plan: Plan, engine: string): RunResult {
  const { workload, baseline } = plan
  const base = {
    id: idOf(side, result, plan),
    request: {
      stage: confirmation.name,
      label: side,
      levers: baseline,
      seed: result.seed,
      job: verificationJob(workload.task, { test: result.test === null ? 0 : 1 }),
    },
    engine,
    steps: { loss: [], learningRate: [], gradientNorm: [], clipped: [] },
    evaluations: result.evaluations,
    timing: { seconds: 0, stepsPerSecond: 0 },
  }
  if (result.diverged !== null) return { ...base, status: 'diverged', atStep: result.step, reason: result.diverged }
  const { step, epoch, validation, test, calibration } = result
  const best = { step, epoch, validation, test, ...(calibration ? { calibration } : {}) }
  return { ...base, status: 'complete', best, probe: null, weights: result.identity }
}

const idOf = (side: Side, { seed, identity, source }: SeedResult, { fingerprint: plan }: Plan): string =>
  fingerprint([plan, side, seed, source, identity]).slice(0, 20)

/** What a gate judges of a seed. */
export function evidenceOf({ seed, diverged, validation, test, identity, calibration }: SeedResult): SeedEvidence {
  if (diverged !== null) return { seed, status: 'diverged', validation: null, test: null, weights: null }
  return { seed, status: 'complete', validation, test, weights: identity, ...(calibration ? { calibration } : {}) }
}

/** Why results have no baseline, and what to do. */
export const noBaseline: WithoutBaseline = {
  reason: 'there is neither a lock beside the spec nor a baseline among the results',
  remedy: 'Pass results or a lock of the base with --baseline, or commit the lock of results from the base branch.',
}

/** What the gates judge. */
export function evidenceFor({ seeds, rows: known }: ReadResults, against: BaselineEvidence | WithoutBaseline): GateEvidence {
  const candidate = seeds.map(evidenceOf)
  const rows = { validation: known.validation?.count ?? 0, test: known.test?.count ?? 0 }
  if ('runs' in against) return { candidate, rows, baseline: against, missingBaselineReason: null }
  const { reason, remedy } = against
  return {
    candidate,
    rows,
    baseline: null,
    missingBaselineReason: reason,
    ...(remedy === undefined ? {} : { missingBaselineRemedy: remedy }),
  }
}

export const baselineFrom = (results: ReadResults): BaselineEvidence => ({
  source: results.source,
  runs: results.seeds.map(evidenceOf),
  notes: [],
})

/** Each seed of the candidate with the same seed of the baseline; without it, nothing was measured on that side. */
export function verified(
  candidate: readonly SeedResult[],
  baseline: readonly SeedEvidence[],
  plan: Plan,
  baselineIds: ReadonlyMap<number, string>,
): VerifyFindings {
  const looks = [candidate.length]
  return {
    looks,
    seeds: candidate.map((own) => ({
      seed: own.seed,
      baseline: runIn(
        baselineIds.get(own.seed) ?? '',
        baseline.find(({ seed }) => seed === own.seed),
      ),
      candidate: runIn(idOf('candidate', own, plan), evidenceOf(own)),
    })),
  }
}

function runIn(run: string, found: SeedEvidence | undefined): VerifiedRun {
  if (!found) return { run, status: 'complete', validation: null, test: null, weights: null }
  const { seed: _, ...rest } = found
  return { run, ...rest }
}
