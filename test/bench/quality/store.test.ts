import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunStore } from '../../../bench/quality/store.ts'
import type { RunRequest } from '../../../src/records/run.ts'
import { someLevers } from '../../support/levers.ts'
import { runRequest } from '../../support/world.ts'

const request: RunRequest = {
  stage: 'verify',
  label: 'x',
  levers: someLevers,
  seed: 1,
  job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: true },
}
const run = (seed: number) => runRequest({ truth: () => 0.5, noise: 0.01, gradientNorms: [1, 2] }, { ...request, seed })

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quality-store-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const file = (): string => join(folder, 'runs', 'x.jsonl')

describe('the store of runs', () => {
  it('finds in a later process what it was given', () => {
    const [a, b] = [run(1), run(2)]
    const store = new RunStore(file())
    store.add(a, 'whole')
    store.add(b, 'whole')
    expect(new RunStore(file()).find(a.id, 'whole')).toEqual(a)
    expect(new RunStore(file()).find(b.id, 'scores')).toEqual(b)
    expect(new RunStore(file()).find('none', 'scores')).toBeUndefined()
  })

  it('does not give a stage a run whose steps were dropped', () => {
    const a = run(1)
    const store = new RunStore(file())
    expect(store.add(a, 'scores').steps.loss).toEqual([])
    expect(new RunStore(file()).find(a.id, 'whole')).toBeUndefined()
    expect(new RunStore(file()).find(a.id, 'scores')?.status).toBe('complete')
    store.add(a, 'whole')
    expect(new RunStore(file()).find(a.id, 'whole')).toEqual(a)
    // A later line without the steps does not hide them.
    store.add(a, 'scores')
    expect(new RunStore(file()).find(a.id, 'whole')).toEqual(a)
  })

  it('skips a line that a kill cut off', () => {
    const [a, b] = [run(1), run(2)]
    const store = new RunStore(file())
    store.add(a, 'whole')
    appendFileSync(file(), `${b.id} whole {"id":`)
    expect(new RunStore(file()).find(a.id, 'whole')).toEqual(a)
    expect(new RunStore(file()).find(b.id, 'whole')).toBeUndefined()
  })
})
