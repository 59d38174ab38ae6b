import { diagnose } from '../../src/diagnose/diagnose.ts'
import { type Context, curveOf } from '../../src/diagnose/curve.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import type { RunResult } from '../../src/records/run.ts'
import { mean, pooledSd } from '../../src/stats/describe.ts'
import { goodFit, idleLeversOf, inputScaleOf } from '../../src/study/diagnostics.ts'
import type { Group } from './corpus.ts'
import type { World } from './worlds.ts'

/** What the rules said of a group, and whether a fault was one. */
export interface Judged {
  readonly group: Group
  readonly together: readonly Finding[]
  /** Of every run by itself, as `tunegate diagnose` sees a single file. */
  readonly single: readonly (readonly Finding[])[]
  /**
   * Whether the fault did harm by the results alone, whatever the curves look like; for a healthy variant, whether it is
   * none.
   */
  readonly harmful: boolean
  /** What harm is held against. */
  readonly reference: Group
  /** Whether curves can show the fault: see `learnedByHeart`. */
  readonly shows: boolean
  /** Whether nobody looked at this group while the rules were made: another seed, or another world. */
  readonly heldOut: boolean
}

export function judgeAll(groups: readonly Group[]): Judged[] {
  return groups.map((group) => ({
    group,
    together: findings(group, group.runs),
    single: group.runs.map((run) => findings(group, [run])),
    harmful: group.variant.symptomOnly === true || harms(group, referenceOf(group, groups)),
    reference: referenceOf(group, groups),
    shows: group.variant.labelNoise === undefined || learnedByHeart(group, group.variant.labelNoise),
    heldOut: group.world.looked !== 'developed' || group.replicate % 2 === 1,
  }))
}

/** Whether a fault counts: it did harm, and curves can show it. */
export const counts = ({ group, harmful, shows }: Judged): boolean => group.variant.fault && harmful && shows

/** A variant that was meant to be healthy and did no harm. */
export const isHealthy = ({ group: { variant }, harmful }: Judged): boolean =>
  !variant.fault && !variant.heldAgainst && !harmful

/** Noise in the labels that did harm and that no run learned by heart. */
export const isUnlearned = ({ harmful, shows }: Judged): boolean => harmful && !shows

/**
 * Whether training rows are fitted better than anything but their noise allows, by two standard errors. Where they are not,
 * both losses are what they would be on data that are as noisy by nature, and no curve tells the two apart. With a share s of
 * the labels taken from other rows, no rule that holds for all rows is right in more than 1 − s(1 − Σp²) of them, p being
 * the shares of the classes; and of the variance of a number, none explains more than (1 − s)².
 */
function learnedByHeart({ world, variant, runs }: Group, noise: number): boolean {
  const { targets, splits } = variant.data?.(world) ?? world.data
  const rows = Math.min(splits.train.length, splits.validation.length)
  const score = mean(runs.flatMap((run) => run.evaluations.slice(-3).map(({ train }) => train.accuracy ?? train.r2 ?? NaN)))
  if (world.task === 'regression') {
    const most = (1 - noise) ** 2
    return score > most + 2 * ((2 * Math.sqrt(most) * (1 - most)) / Math.sqrt(rows))
  }
  const shares = (world.classes ?? []).map((_, code) => targets.filter((t) => t === code).length / targets.length)
  const most = 1 - noise * (1 - shares.reduce((sum, p) => sum + p * p, 0))
  return score > most + 2 * Math.sqrt((most * (1 - most)) / rows)
}

/** By world and variant: fitting the models behind it takes longer than reading the curves. */
const goodFits = new Map<string, number | null>()

function goodFitOf({ world, variant }: Group, data: World['data']): number | null {
  const key = `${world.name}, ${variant.data ? variant.name : 'its own data'}`
  const known = goodFits.get(key)
  if (known !== undefined) return known
  const found = goodFit({ ...data, classes: world.classes?.length ?? null })
  goodFits.set(key, found)
  return found
}

function findings(group: Group, runs: readonly RunResult[]): Finding[] {
  const { world, variant } = group
  const data = variant.data?.(world) ?? world.data
  const context: Context = {
    task: world.task,
    classes: world.classes?.length ?? null,
    targetLoss: goodFitOf(group, data),
    inputScale: inputScaleOf(data),
    seedCap: null,
    idleLevers: idleLeversOf({
      layers: variant.layers?.(world) ?? world.layers,
      task: world.task,
      augmentation: { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0 },
    }),
    rows: { train: data.splits.train.length, validation: data.splits.validation.length },
  }
  return diagnose([{ subject: variant.name, curves: runs.map(curveOf), context }])
}

function referenceOf({ world, variant, replicate }: Group, groups: readonly Group[]): Group {
  const name = variant.reference?.name ?? 'as tuned'
  const found = groups.find((g) => g.world === world && g.replicate === replicate && g.variant.name === name)
  if (!found) throw new Error(`no group ${name}`)
  return found
}

/**
 * A fault did harm if the last validation loss is worse than the reference's by more than two SDs over seeds and a
 * tenth, or if a run did not finish, or if the seeds spread three times as far.
 */
export function harms(group: Group, reference: Group): boolean {
  if (group.runs.some((r) => r.status !== 'complete')) return true
  const [own, other] = [group, reference].map((g) => g.runs.filter((r) => r.status === 'complete').map(lastLoss)) as [
    number[],
    number[],
  ]
  if (group.variant.expects[0] === 'seed-variance') return pooledSd([own]).sd > 3 * pooledSd([other]).sd
  const { sd } = pooledSd([own, other])
  const worse = mean(own) - mean(other)
  return worse > 2 * Math.min(sd, pooledSd([other]).sd) && worse > 0.1 * mean(other)
}

export function lastLoss({ evaluations }: RunResult): number {
  const last = evaluations.at(-1)?.validation
  return last?.nll ?? last?.mse ?? Infinity
}

export const spoke = (found: readonly Finding[], names: readonly string[]): boolean =>
  found.some((f) => names.includes(f.rule))
