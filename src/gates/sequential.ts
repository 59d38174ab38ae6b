import type { GateRule } from '../records/plan.ts'
import type { Verdict } from '../records/verdict.ts'
import { analysisAt, type GateEvidence } from './evidence.ts'
import { isSettled, judge } from './judge.ts'

export interface SequentialVerdict {
  readonly verdict: Verdict
  /** Candidate seeds behind the verdict: those of the interim analysis at which every gate was settled, or all. */
  readonly seeds: number
}

/**
 * Judges what has been verified so far, at the current interim analysis.
 *
 * @param cutShort whether the time budget ended the study; seeds missing from the last look then count as missing, not as
 * unneeded
 */
export function judgeAt(
  rules: readonly GateRule[],
  evidence: GateEvidence,
  looks: readonly number[],
  cutShort = false,
): Verdict {
  const seeds = evidence.candidate.length
  const analysis = analysisAt(looks, seeds)
  return judge(rules, evidence, cutShort && seeds < (looks.at(-1) ?? Infinity) ? { ...analysis, cutShort } : analysis)
}

/**
 * What a study with these looks would have concluded, given all seeds. The evidence is truncated to each look in turn, and
 * the first look at which every gate is settled gives the verdict. A baseline that shares the candidate's seeds is truncated
 * with it, as when both are retrained. Any other baseline, such as a lock's, is complete at every look.
 */
export function judgeInLooks(
  rules: readonly GateRule[],
  evidence: GateEvidence,
  looks: readonly number[],
): SequentialVerdict {
  const all = evidence.candidate.length
  const taken = looks.filter((n) => n < all)
  for (const seeds of [...taken, all]) {
    const verdict = judgeAt(rules, firstSeeds(evidence, seeds), looks)
    if (seeds === all || isSettled(verdict)) return { verdict, seeds }
  }
  throw new Error('the last analysis is at all seeds')
}

function firstSeeds(evidence: GateEvidence, seeds: number): GateEvidence {
  const candidate = evidence.candidate.slice(0, seeds)
  const { baseline } = evidence
  const shares = baseline?.runs.every((run, i) => run.seed === evidence.candidate[i]?.seed) ?? false
  return {
    ...evidence,
    candidate,
    baseline: baseline && shares ? { ...baseline, runs: baseline.runs.slice(0, seeds) } : baseline,
  }
}
