import type { Comparison } from '../records/decision.ts'
import { leverDifferences, withLevers, type LeverName, type LeverPatch } from '../records/levers.ts'
import { gain as metricGain } from '../records/metrics.ts'
import type { RunJob } from '../records/plan.ts'
import { mean } from '../stats/describe.ts'
import { shown } from '../stats/outcome.ts'
import { compareArms, evidenceOf, gainSentence, stableScores, trainArms, type Arm } from './compare.ts'
import { earlierNoise } from './noise.ts'
import type { Asking, StageRecorder } from './recorder.ts'

/** A candidate that beat the incumbent, with the runs and the comparison that show it. */
interface Won {
  readonly arm: Arm
  readonly incumbent: Arm
  readonly comparison: Comparison
}

/** Levers that only make sense together, such as an optimizer and its own learning rate. */
type Part = readonly LeverName[]

/** A lever that holds less than this share of the gain does not move. */
const leastShare = 0.05

/**
 * Moves the incumbent to a candidate that differs from it in several levers, and shows what each lever brings: each is put
 * back alone, under the same seeds. A lever without which nearly nothing is lost stays where it was; then the rest is
 * asked again. The lineage names each lever that moved with its share of the gain, so that it reads one lever at
 * a time. A single lever moves as it is.
 */
export function* moveJointly(recorder: StageRecorder, won: Won, job: RunJob): Asking<void> {
  const { workload } = recorder.context
  const earlier = earlierNoise(recorder.context.previous)
  const parts = partsOf(recorder, won.arm.patch)
  let best = won
  let losses: readonly Loss[] = []
  while (parts.length > 1 && recorder.affords(parts.length * won.arm.seeds.length, 'share of each lever in the gain')) {
    const without = parts.map((part) => reverted(best.arm.patch, part))
    const arms = yield* trainArms(recorder, without, best.arm.seeds, job)
    losses = arms.map((arm, i) => ({ part: parts[i] ?? [], arm, loss: lossOf(recorder, best.arm, arm) }))
    const most = leastShare * Math.max(0, best.comparison.gain ?? 0)
    const idle = losses.reduce<Loss | undefined>((least, l) => (l.loss <= (least?.loss ?? most) ? l : least), undefined)
    if (idle === undefined) break
    const comparison = compareArms(workload, best.incumbent, idle.arm, [best.incumbent, best.arm, idle.arm], earlier)
    if (comparison.outcome !== 'better') break
    recorder.comparisons.push(comparison)
    parts.splice(parts.indexOf(idle.part), 1)
    best = { arm: idle.arm, incumbent: best.incumbent, comparison }
    losses = []
  }
  const evidence = evidenceOf(best.comparison, [best.incumbent, best.arm, ...losses.map((l) => l.arm)])
  for (const part of parts) {
    const patch = Object.fromEntries(part.map((lever) => [lever, best.arm.patch[lever]])) as LeverPatch
    const loss = losses.find((l) => l.part === part)?.loss
    recorder.move(patch, parts.length === 1 ? gainSentence(best.comparison) : shareSentence(best.comparison, loss), evidence)
  }
}

interface Loss {
  readonly part: Part
  readonly arm: Arm
  /** What the objective loses without the part; infinite if a run failed without it. */
  readonly loss: number
}

/** Levers that follow another one: alone, neither says anything. */
const batchFollowers: Part = ['batchSize', 'accumulate', 'learningRate', 'warmupSteps', 'beta1', 'beta2', 'epsilon']
const tiedTo: { readonly [lever in LeverName]?: Part } = {
  optimizer: ['optimizer', 'learningRate'],
  batchSize: batchFollowers,
  accumulate: batchFollowers,
}

function partsOf(recorder: StageRecorder, patch: LeverPatch): Part[] {
  const moved = leverDifferences(recorder.incumbent, withLevers(recorder.incumbent, patch)).map((d) => d.lever)
  const tied = new Set(moved.flatMap((lever) => [...(tiedTo[lever] ?? [])]))
  const together = moved.filter((lever) => tied.has(lever))
  return [...(together.length > 0 ? [together] : []), ...moved.filter((lever) => !tied.has(lever)).map((lever) => [lever])]
}

function reverted(patch: LeverPatch, part: Part) {
  const rest = Object.fromEntries(Object.entries(patch).filter(([lever]) => !part.some((own) => own === lever)))
  return { label: `without ${part.join(' and ')}`, patch: rest as LeverPatch }
}

function lossOf({ context }: StageRecorder, whole: Arm, without: Arm): number {
  const [from, to] = [stableScores(without), stableScores(whole)]
  return from === undefined || to === undefined ? Infinity : metricGain(context.workload.objective, mean(from), mean(to))
}

function shareSentence(comparison: Comparison, loss: number | undefined): string {
  const all = gainSentence(comparison)
  if (loss === undefined) return `${all}; the budget did not allow finding the lever's own share`
  if (loss <= 0) return `${all}; without this lever nothing is lost, but the rest does not beat the incumbent`
  if (loss === Infinity) return `${all}; without this lever a run fails`
  return `${all}; without this lever ${shown(loss)} of it is lost`
}
