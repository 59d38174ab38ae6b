import { beforeAll, describe, expect, it } from 'vitest'
import { type Context, curveOf } from '../../src/diagnose/curve.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { type LeverPatch, withLevers } from '../../src/records/levers.ts'
import type { Layer } from '../../src/layers/layer.ts'
import type { TrainingData } from '../../src/train/types.ts'
import { someLevers } from '../support/levers.ts'
import { dense, dropout, flatten, loadDigits, request, trainerFor } from '../train/world.ts'

// A few real runs, seconds in all; recall and false alarms over hundreds of them are in docs/validation/diagnose.md.

let data: TrainingData
beforeAll(async () => {
  data = await loadDigits()
})

const small: readonly Layer[] = [flatten, dense(32, 'relu'), dropout, dense(10)]
const healthy: LeverPatch = { learningRate: 0.01, epochs: 15, warmupSteps: 10, clipNorm: null }

async function rulesOf(patch: LeverPatch, over: Partial<TrainingData> = {}): Promise<string[]> {
  const own = { ...data, ...over }
  const trainer = await trainerFor(own, small)
  const curves = [1, 2, 3].map((seed) =>
    curveOf(trainer.run(request({ seed, levers: withLevers(someLevers, { ...healthy, ...patch }) }), `run ${seed}`)),
  )
  const context: Context = {
    task: 'classification',
    classes: 10,
    targetLoss: null,
    seedCap: null,
    rows: { train: own.splits.train.length, validation: own.splits.validation.length },
  }
  return diagnose([{ subject: 'digits', curves, context }]).map((f) => f.rule)
}

describe('real training of digits', () => {
  it('that is healthy is let alone', async () => expect(await rulesOf({})).toEqual([]))

  it.each<readonly [string, LeverPatch, string]>([
    ['SGD at a rate of 30', { optimizer: 'sgd', learningRate: 30 }, 'early-divergence'],
    ['a rate of a hundred times', { learningRate: 1, warmupSteps: 0 }, 'early-divergence'],
    ['a constant rate of twenty times', { learningRate: 0.2, schedule: 'constant' }, 'oscillation'],
    ['a rate of a millionth', { learningRate: 1e-6 }, 'flat'],
    ['a rate of a fortieth', { learningRate: 0.00025 }, 'unfinished'],
    [
      'a decay by 10^12',
      { schedule: 'exponential', finalFraction: 1e-12, learningRate: 0.005, warmupSteps: 0 },
      'early-plateau',
    ],
    ['a huge weight decay', { weightDecay: 15 }, 'underfit'],
    ['a clip norm of 0.01', { clipNorm: 0.01 }, 'clipping'],
  ])('with %s is found: %s', async (_, patch, rule) => expect(await rulesOf(patch)).toContain(rule))

  it('on forty rows is found to overfit', async () => {
    const splits = { ...data.splits, train: data.splits.train.filter((_, i) => i % 27 === 0) }
    expect(await rulesOf({ batchSize: 8, epochs: 60, dropout: 0 }, { splits })).toContain('overfit')
  })
})
