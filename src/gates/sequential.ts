import type { GateRule } from '../records/plan.ts'
import type { Verdict } from '../records/verdict.ts'
import { lookAt, type GateEvidence } from './evidence.ts'
import { isSettled, judge } from './judge.ts'

export interface SequentialVerdict {
  readonly verdict: Verdict
  /** Candidate seeds that the verdict rests on: the look at which every gate was settled, or all. */
  readonly seeds: number
}

/**
 * Judges what has been verified so far, at the look that it is.
 *
 * @param cutShort whether time ended the study; then seeds that the last look lacks are missing and not unneeded
 */
export function judgeAt(rules: readonly GateRule[], evidence: GateEvidence, looks: readonly number[], cutShort = false): Verdict {
  const seeds = evidence.candidate.length
  const look = lookAt(looks, seeds)
  return judge(rules, evidence, cutShort && seeds < (looks.at(-1) ?? Infinity) ? { ...look, cutShort } : look)
}

/**
 * What a study with these looks would have concluded, from seeds that are all known: the evidence is cut to each look in
 * turn, and the first at which every gate is settled gives the verdict. A baseline that shares the candidate's seeds is cut
 * with it, as it is where both are retrained; any other, as a lock's, is whole at every look.
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
  throw new Error('the last look is at all seeds')
}

function firstSeeds(evidence: GateEvidence, seeds: number): GateEvidence {
  const candidate = evidence.candidate.slice(0, seeds)
  const { baseline } = evidence
  const shares = baseline?.runs.every((run, i) => run.seed === evidence.candidate[i]?.seed) ?? false
  return { ...evidence, candidate, baseline: baseline && shares ? { ...baseline, runs: baseline.runs.slice(0, seeds) } : baseline }
}
