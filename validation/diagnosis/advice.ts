import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { inputWidth } from '../../src/base/rows.ts'
import { moments } from '../../src/data/moments.ts'
import { advisedValue } from '../../src/diagnose/advice.ts'
import type { Finding, Move } from '../../src/diagnose/finding.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { leverValue, stepsOfRun, withLevers, type Levers } from '../../src/records/levers.ts'
import type { RunResult } from '../../src/records/run.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import type { Engine } from '../../src/train/engine.ts'
import type { TrainingData } from '../../src/train/types.ts'
import type { Group } from './corpus.ts'
import { counts, harms, isHealthy, lastLoss, type Judged } from './score.ts'
import { train } from './train.ts'

/** What the first advice of the first finding did to a group. */
export interface Tried {
  readonly judged: Judged
  readonly finding: Finding
  readonly move: Move | null
  /** By the last validation loss; null if the advice is no setting that can be trained. */
  readonly effect: 'better' | 'same' | 'worse' | null
  /** Whether the fault does no harm any more. */
  readonly cured: boolean
}

/** Retrains every harmful fault and every healthy group that has a finding, with the first value that the first one advises. */
export function tryAdvice(
  engine: Engine,
  judged: readonly Judged[],
  cache: string | null,
  progress: (m: string) => void,
): Tried[] {
  const known = readCache(cache)
  return judged.flatMap((one): Tried[] => {
    const [finding] = one.together
    if (!(counts(one) || isHealthy(one)) || !finding) return []
    const { group } = one
    const [move = null] = finding.moves
    const changed = move && change(group, move)
    if (!changed) return [{ judged: one, finding, move, effect: null, cured: false }]
    const runs = group.runs.map(({ request: { seed } }) => {
      const key = `${group.world.name}, ${group.variant.name}, ${finding.rule}, ${JSON.stringify(changed)}, seed ${seed}`
      const found = known.get(key)
      if (found) return found
      const { world, variant } = group
      const own = {
        levers: () => changed.levers,
        ...(changed.shuffle && { shuffle: true }),
        ...(changed.standardize && { data: () => standardized(variant.data?.(world) ?? world.data) }),
        ...(changed.activation && { layers: () => (variant.layers?.(world) ?? world.layers).map(unsaturated) }),
      }
      const run = { ...train(engine, world, { ...variant, ...own }, seed), id: key }
      if (cache !== null) appendFileSync(cache, `${JSON.stringify(run)}\n`)
      return run
    })
    const after: Group = { ...group, runs }
    progress(`${group.world.name}, ${group.variant.name}: ${finding.rule}, ${move.change}`)
    return [{ judged: one, finding, move, effect: effectOf(group.runs, runs), cured: !harms(after, one.reference) }]
  })
}

interface Change {
  readonly levers: Levers
  readonly shuffle?: boolean
  readonly standardize?: boolean
  readonly activation?: boolean
}

/** The levers with the advice taken; null if it names no value. Three things are no levers, but can be trained. */
function change({ variant, world }: Group, { lever, to, change: text }: Move): Change | null {
  const levers = variant.levers(world)
  if (lever === null && text.startsWith('reshuffle')) return { levers, shuffle: true }
  if (lever === null) {
    const standardize = text.includes('standardize the inputs')
    const activation =
      text.includes('replace saturating activations at a tenth of the rate') &&
      (variant.layers?.(world) ?? world.layers).some(saturates)
    return standardize || activation
      ? {
          levers: activation ? withLevers(levers, { learningRate: levers.optimization.learningRate / 10 }) : levers,
          ...(standardize && { standardize }),
          ...(activation && { activation }),
        }
      : null
  }
  if (!to) return null
  const rows = (variant.data?.(world) ?? world.data).splits.train.length
  const value = advisedValue(lever, leverValue(levers, lever), to, stepsOfRun(levers, rows))
  return value === null ? null : { levers: withLevers(levers, { [lever]: value }) }
}

/**
 * By the measure of harm: a tenth of the loss, and two of the smaller SD over seeds. A run that did not finish has the worst
 * loss.
 */
function effectOf(before: readonly RunResult[], after: readonly RunResult[]): Tried['effect'] {
  const finished = (runs: readonly RunResult[]): number[] => runs.filter((r) => r.status === 'complete').map(lastLoss)
  const [old, own] = [finished(before), finished(after)]
  if (old.length !== own.length) return own.length > old.length ? 'better' : 'worse'
  if (own.length === 0) return 'same'
  const gain = mean(old) - mean(own)
  const noise = own.length > 1 ? Math.min(sampleSd(old), sampleSd(own)) : 0
  if (Math.abs(gain) <= 0.1 * Math.min(mean(old), mean(own)) || Math.abs(gain) <= 2 * noise) return 'same'
  return gain > 0 ? 'better' : 'worse'
}

function readCache(file: string | null): Map<string, RunResult> {
  if (file === null || !existsSync(file)) return new Map()
  const lines = readFileSync(file, 'utf8').split('\n')
  const runs = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RunResult)
  return new Map(runs.map((run) => [run.id, run]))
}

/** Each input minus its mean over training rows, in its SDs; a constant one stays. */
function standardized(data: TrainingData): TrainingData {
  const width = inputWidth(data)
  const { train } = data.splits
  const scales = Array.from({ length: width }, (_, j) => moments((row) => data.inputs[row * width + j] ?? 0, train))
  return {
    ...data,
    inputs: data.inputs.map((x, i) => {
      const { mean, sd } = scales[i % width] ?? { mean: 0, sd: 1 }
      return (x - mean) / (sd || 1)
    }),
  }
}

const saturates = (layer: Layer): boolean =>
  layer.kind === 'dense' && (layer.activation === 'sigmoid' || layer.activation === 'tanh')

const unsaturated = (layer: Layer): Layer =>
  layer.kind === 'dense' && saturates(layer) ? { ...layer, activation: 'relu' } : layer
