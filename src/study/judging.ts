import { studyEvidence, type Setting } from '../gates/baseline.ts'
import type { BaselineEvidence, GateEvidence } from '../gates/evidence.ts'
import { isSettled } from '../gates/judge.ts'
import { judgeAt } from '../gates/sequential.ts'
import type { VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { Verdict } from '../records/verdict.ts'
import { lockOf, type Baseline } from './baseline.ts'
import type { GateRule } from '../records/gates.ts'
import type { Plan } from '../records/plan.ts'
import { isScript, type Prepared } from './prepare.ts'
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
  prepared: Prepared,
  engine: string,
  base: BaselineEvidence | null = null,
): Promise<Judging> {
  const { plan } = prepared
  const gates = rulesFor(prepared)
  const lock = base ? null : await lockOf({ path: specPath, name: plan.name }, baseline)
  const setting = settingOf(plan, engine)
  const evidence = (verify: VerifyFindings | null): GateEvidence => studyEvidence(verify, base ?? lock, setting)
  const verdict: Judging['verdict'] = (verify, cutShort) => judgeAt(gates, evidence(verify), verify?.looks ?? [], cutShort)
  return { lock, evidence, verdict, settles: (verify) => isSettled(verdict(verify)) }
}

/** What a lock must match to be comparable with a study of this plan. */
export function settingOf({ specFingerprint, workload }: Plan, engine: string): Setting {
  const { objective, parameters, data } = workload
  return {
    dataFingerprint: data.fingerprint,
    specFingerprint,
    engine,
    objective,
    tool: toolName,
    parameters,
    rows: data.rows,
  }
}

/** The rules of the plan. Seeds of a script whose equal runs differ are no pairs. */
function rulesFor(prepared: Prepared): readonly GateRule[] {
  const { gates } = prepared.plan
  if (!isScript(prepared) || prepared.deterministic !== 'different') return gates
  return gates.map((rule) => ('paired' in rule ? { ...rule, paired: false } : rule))
}
