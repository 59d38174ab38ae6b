import type { Context, CurveGroup } from '../diagnose/curve.ts'
import { curveOf } from '../diagnose/curve.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import type { Finding } from '../diagnose/finding.ts'
import { remediesFor } from '../diagnose/remedies.ts'
import { gateOf } from '../gates/index.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { isTrainer, type Plan } from '../records/plan.ts'
import type { RunResult } from '../records/run.ts'
import type { StageContext } from '../stages/stage.ts'

/**
 * What the verification curves show: first the winner, then the declared levers, each over all seeds. If both are the same
 * runs, they are examined once. Empty if nothing was verified.
 */
export async function studyDiagnostics(
  plan: Plan,
  verify: VerifyFindings | null,
  runs: AsyncIterable<RunResult>,
): Promise<Finding[]> {
  if (verify === null) return []
  const idsOf = (side: 'candidate' | 'baseline'): string[] => verify.seeds.map((s) => s[side].run)
  const [winner, declared] = [idsOf('candidate'), idsOf('baseline')]
  const wanted = new Set([...winner, ...declared])
  const found = new Map<string, RunResult>()
  for await (const run of runs) if (wanted.has(run.id)) found.set(run.id, run)
  const context = contextOf(plan)
  const group = (subject: string, ids: readonly string[]): CurveGroup => ({
    subject,
    context,
    curves: ids.flatMap((id) => found.get(id) ?? []).map(curveOf),
  })
  const same = winner.every((id, i) => id === declared[i])
  return diagnose([group('winner', winner), ...(same ? [] : [group('declared levers', declared)])])
}

/** What the curves of a run suggest to a stage of this plan. */
export const studyRemedies = (plan: Plan): StageContext['remedies'] => {
  const context = contextOf(plan)
  return (run, levers) => remediesFor(run, levers, context)
}

function contextOf({ workload, gates }: Plan): Context {
  return {
    task: workload.task,
    classes: isTrainer(workload) ? workload.data.classCount : (workload.data.classes?.length ?? null),
    rows: workload.data.rows,
    targetLoss: null,
    seedCap: gates.map((rule) => gateOf(rule).spreadCap?.(rule) ?? null).find((cap) => cap !== null) ?? null,
  }
}
