import { stream } from '../../src/base/random.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { type LeverPatch, type Levers, withLevers } from '../../src/records/levers.ts'
import type { World } from '../diagnosis/worlds.ts'
import type { Changes } from './workload.ts'

/** A change of a pull request: what is trained instead of the base. */
export interface Change {
  readonly name: string
  readonly what: string
  readonly levers: (world: World) => Levers
  readonly changed?: (world: World) => Changes
}

const levers =
  (patch: (world: World) => LeverPatch) =>
  (world: World): Levers =>
    withLevers(world.levers, patch(world))
const same = (world: World): Levers => world.levers

/** A share of the labels of the training rows is taken from other training rows; validation rows stay as they are. */
function noisyLabels({ data }: World, share: number): Changes {
  const random = stream(7, 'gate label noise')
  const { train } = data.splits
  const targets = data.targets.slice()
  for (const row of train) {
    if (random.uniform() < share) targets[row] = data.targets[train[random.integer(train.length)] as number] as number
  }
  return { data: { ...data, targets } }
}

/** Hidden dense layers and convolutions of another width. */
function units({ layers }: World, factor: number): Changes {
  const scaled = (n: number): number => Math.max(1, Math.round(n * factor))
  return {
    layers: layers.map((layer, i): Layer => {
      if (i === layers.length - 1) return layer
      if (layer.kind === 'dense') return { ...layer, units: scaled(layer.units) }
      return layer.kind === 'conv2d' ? { ...layer, filters: scaled(layer.filters) } : layer
    }),
  }
}

const noisy = (percent: number): Change => ({
  name: `label noise ${percent} %`,
  what: `${percent} % of the training labels from other rows`,
  levers: same,
  changed: (world) => noisyLabels(world, percent / 100),
})

/** The base first; then what a careless or a good pull request does. How far each moves the metric is measured. */
export const changes: readonly Change[] = [
  { name: 'no change', what: 'the base', levers: same },
  { name: 'rate × 1.1', what: 'learning rate × 1.1', levers: levers((w) => ({ learningRate: rate(w) * 1.1 })) },
  { name: 'rate / 3', what: 'learning rate / 3', levers: levers((w) => ({ learningRate: rate(w) / 3 })) },
  { name: 'rate / 20', what: 'learning rate / 20', levers: levers((w) => ({ learningRate: rate(w) / 20 })) },
  { name: 'rate × 8', what: 'learning rate × 8', levers: levers((w) => ({ learningRate: rate(w) * 8 })) },
  { name: 'half the units', what: 'hidden units / 2', levers: same, changed: (w) => units(w, 1 / 2) },
  { name: 'an eighth of the units', what: 'hidden units / 8', levers: same, changed: (w) => units(w, 1 / 8) },
  noisy(5),
  noisy(20),
  { name: 'twice the units', what: 'hidden units × 2', levers: same, changed: (w) => units(w, 2) },
  { name: 'twice the epochs', what: 'epochs × 2', levers: levers((w) => ({ epochs: w.levers.scheduling.epochs * 2 })) },
]

const rate = ({ levers }: World): number => levers.optimization.learningRate
