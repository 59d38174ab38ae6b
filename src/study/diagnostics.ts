import { inputWidth } from '../base/rows.ts'
import { referenceLoss, type ReferenceData } from '../data/reference-loss.ts'
import type { Dataset } from '../data/types.ts'
import type { Context, CurveGroup } from '../diagnose/curve.ts'
import { curveOf } from '../diagnose/curve.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import type { Finding } from '../diagnose/finding.ts'
import { remediesFor } from '../diagnose/remedies.ts'
import { gateOf } from '../gates/index.ts'
import type { VerifyFindings } from '../records/decision.ts'
import { hasDropoutLever } from '../layers/layer.ts'
import type { LeverName } from '../records/levers.ts'
import { isTrainer, type ModelWorkload, type Plan } from '../records/plan.ts'
import { winnerSubject } from '../report/diagnostics.ts'
import type { RunResult } from '../records/run.ts'
import { classesOfLabel, taskOf } from '../records/tasks.ts'
import type { StageContext } from '../stages/stage.ts'

/**
 * What the verification curves show: first the winner, then the declared levers, each over all seeds. If both are the same
 * runs, they are examined once. Empty if nothing was verified.
 *
 * @param dataset tells what simple models reach; null if a script holds the data
 */
export async function studyDiagnostics(
  plan: Plan,
  verify: VerifyFindings | null,
  runs: AsyncIterable<RunResult>,
  dataset: Dataset | null,
): Promise<Finding[]> {
  if (verify === null) return []
  const idsOf = (side: 'candidate' | 'baseline'): string[] => verify.seeds.map((s) => s[side].run)
  const [winner, declared] = [idsOf('candidate'), idsOf('baseline')]
  const wanted = new Set([...winner, ...declared])
  const found = new Map<string, RunResult>()
  for await (const run of runs) if (wanted.has(run.id)) found.set(run.id, run)
  const known = dataset && !dataset.vocabulary ? { ...dataset, classes: classesIn(dataset) } : null
  const context = {
    ...contextOf(plan),
    targetLoss: known && goodFit(known),
    ...(known && { inputScale: inputScaleOf(known) }),
  }
  const group = (subject: string, ids: readonly string[]): CurveGroup => ({
    subject,
    context,
    curves: ids.flatMap((id) => found.get(id) ?? []).map(curveOf),
  })
  const same = winner.every((id, i) => id === declared[i])
  return diagnose([group(winnerSubject, winner), ...(same ? [] : [group('declared levers', declared)])])
}

/** What the curves of a run suggest to a stage of this plan. */
export const studyRemedies = (plan: Plan): StageContext['remedies'] => {
  const context = contextOf(plan)
  return (run, levers) => remediesFor(run, levers, context)
}

/** How far above a simple model's loss on unseen rows the training loss of a good fit may end. */
const worseThanSimple = 1.25

/** The training loss that a good fit reaches, by what simple models reach; null if that is unknown. */
export function goodFit(data: ReferenceData): number | null {
  const reference = referenceLoss(data)
  return reference === null ? null : worseThanSimple * reference
}

/** The largest root mean square of an input over training rows. */
export function inputScaleOf(data: Pick<ReferenceData, 'inputs' | 'inputShape' | 'splits'>): number {
  const width = inputWidth(data)
  const squares = new Float64Array(width)
  for (const row of data.splits.train)
    for (let j = 0; j < width; j++) squares[j] = (squares[j] ?? 0) + (data.inputs[row * width + j] ?? 0) ** 2
  return Math.sqrt(squares.reduce((most, sum) => Math.max(most, sum), 0) / data.splits.train.length)
}

/** Number of classes: two for labels, which are yes or no each; null for a regression. */
const classesIn = ({ task, classes }: Pick<Dataset, 'task' | 'classes'>): number | null =>
  task === 'multi-label' ? classesOfLabel : (classes?.length ?? null)

function contextOf({ workload, gates }: Plan): Context {
  const idle = isTrainer(workload) ? undefined : idleLeversOf(workload)
  return {
    task: workload.task,
    classes: isTrainer(workload) ? workload.data.classCount : classesIn({ task: workload.task, ...workload.data }),
    rows: workload.data.rows,
    targetLoss: null,
    ...(idle && { idleLevers: idle }),
    seedCap: gates.map((rule) => gateOf(rule).spreadCap?.(rule) ?? null).find((cap) => cap !== null) ?? null,
  }
}

/** Levers without an effect on the model, its labels or its inputs. */
export function idleLeversOf({
  layers,
  task,
  augmentation,
}: Pick<ModelWorkload, 'layers' | 'task' | 'augmentation'>): LeverName[] {
  return [
    ...(hasDropoutLever(layers) ? [] : ['dropout' as const]),
    ...(taskOf(task).smoothsLabels ? [] : ['labelSmoothing' as const]),
    ...(Object.values(augmentation).some((amount) => amount > 0) ? [] : ['augmentation' as const]),
  ]
}
