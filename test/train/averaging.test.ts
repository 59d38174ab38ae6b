import { beforeAll, expect, test } from 'vitest'
import type { Tf } from '../../src/layers/forward.ts'
import { averaged, averagingOver } from '../../src/train/averaging.ts'
import { wasmEngine } from '../support/tf-wasm.ts'
import fixture from './fixtures/averaging.json' with { type: 'json' }

let tf: Tf
beforeAll(async () => {
  tf = (await wasmEngine()).tf
})

test.each(fixture.map((c) => [c.total, c] as const))("a run of %s steps has pandas' moving average", (total, c) => {
  const averaging = averagingOver(total)
  let average = tf.zeros([3])
  for (const [step, values] of c.values.entries()) {
    const next = tf.tidy(() =>
      averaged(tf, [average], [tf.tensor1d(values)], tf.scalar(averaging.share(step))),
    ) as (typeof average)[]
    average.dispose()
    average = next[0] as typeof average
    for (const [i, wanted] of (c.averages[step] ?? []).entries()) expect(average.dataSync()[i]).toBeCloseTo(wanted, 4)
  }
  average.dispose()
})

test('the first step replaces what was there, and later shares settle at ten over the steps of the run', () => {
  for (const total of [1, 7, 340, 1e5]) expect(averagingOver(total).share(0)).toBe(1)
  expect(averagingOver(340).share(339)).toBeCloseTo(10 / 340, 5)
  expect(averagingOver(5).share(3)).toBe(1)
})
