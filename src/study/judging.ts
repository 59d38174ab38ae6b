import { studyEvidence, type Setting } from '../gates/baseline.ts'
import type { BaselineEvidence, GateEvidence } from '../gates/evidence.ts'
import { isSettled } from '../gates/judge.ts'
import { judgeAt } from '../gates/sequential.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { Verdict } from '../records/verdict.ts'
import { lockOf, type Baseline } from './baseline.ts'
import type { Prepared } from './prepare.ts'
import { toolName } from './version.ts'

/** How a study is judged: against what, and at which looks. All of it is fixed before training. */
export interface Judging {
  /** The lock to gate against; null if the declared levers are retrained instead. */
  readonly lock: { readonly lock: Lock; readonly source: string } | null
  evidence(verify: VerifyFindings | null): GateEvidence
  /** `cutShort`: whether the time limit ended the study. */
  verdict(verify: VerifyFindings | null, cutShort?: boolean): Verdict
  /** For the verify stage: whether these seeds settle every gate. */
  readonly settles: (verify: VerifyFindings) => boolean
}

export interface JudgingSource {
  readonly specPath: string
  readonly baseline?: Baseline | undefined
}

/** @param base the retrained runs of a base spec; they replace any lock */
export async function judgingOf(
  { specPath, baseline }: JudgingSource,
  { plan }: Prepared,
  engine: string,
  base: BaselineEvidence | null = null,
): Promise<Judging> {
  const lock = base ? null : await lockOf(specPath, baseline)
  const {
    specFingerprint,
    workload: { objective, parameters, data },
  } = plan
  const setting: Setting = {
    dataFingerprint: data.fingerprint,
    specFingerprint,
    engine,
    objective,
    tool: toolName,
    parameters,
  }
  const evidence = (verify: VerifyFindings | null): GateEvidence => studyEvidence(verify, base ?? lock, setting)
  const verdict: Judging['verdict'] = (verify, cutShort) =>
    judgeAt(plan.gates, evidence(verify), verify?.looks ?? [], cutShort)
  return { lock, evidence, verdict, settles: (verify) => isSettled(verdict(verify)) }
}
