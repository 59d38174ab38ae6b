import { describe, expect, it } from 'vitest'
import { ensembleScores, type EnsembleTask, type MemberOutputs } from '../../src/train/ensemble.ts'
import { keptOutputs, keptPredictions, keptRows, mostKept } from '../../src/train/predictions.ts'
import fixture from './fixtures/ensemble.json' with { type: 'json' }

type Part = (typeof fixture.cases)[number]['test']
const outputs = ({ targets, members }: Part): MemberOutputs => ({
  targets: Float32Array.from(targets),
  members: members.map((values) => Float32Array.from(values)),
})

describe('ensembles and temperatures are those of scikit-learn and SciPy', () => {
  it.each(fixture.cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const of: EnsembleTask = {
      task: c.task === 'regression' ? 'regression' : 'classification',
      width: c.classes,
      scale: c.scale ? [c.scale] : null,
    }
    const { models, notes } = ensembleScores(of, outputs(c.validation), outputs(c.test))
    expect(notes).toEqual([])
    expect(models.map((m) => [m.model, m.temperature !== null])).toEqual(
      c.models.map((m) => [m.model, m.temperature !== null]),
    )
    for (const [i, { temperature, test }] of c.models.entries()) {
      // Scores and temperatures have six significant digits.
      if (temperature !== null) expect((models[i]?.temperature ?? NaN) / temperature).toBeCloseTo(1, 4)
      for (const [name, value] of Object.entries(test)) {
        const found = models[i]?.test[name as keyof (typeof models)[number]['test']] ?? NaN
        expect(Math.abs(found - value), `${models[i]?.model} ${name}`).toBeLessThanOrEqual(2e-5 * Math.abs(value) + 1e-12)
      }
    }
  })
})

describe('an ensemble', () => {
  const part = (members: readonly (readonly number[])[], targets: readonly number[]): MemberOutputs => ({
    members: members.map((values) => Float32Array.from(values)),
    targets: Float32Array.from(targets),
  })
  const two: EnsembleTask = { task: 'classification', width: 2, scale: null }

  it('has no temperature where every validation row is right, and says so', () => {
    const right = part(
      [
        [3, 0, 0, 3],
        [2, 0, 0, 2],
      ],
      [0, 1],
    )
    const { models, notes } = ensembleScores(two, right, right)
    expect(models.map((m) => [m.model, m.temperature])).toEqual([
      ['single', null],
      ['ensemble', null],
    ])
    expect(notes).toHaveLength(2)
  })

  it('counts a member without a temperature as trained', () => {
    // The second member is right on both rows; the first is wrong on one of three.
    const judged = part(
      [
        [3, 0, 0, 3, 2, 0],
        [2, 0, 0, 2, 0, 2],
      ],
      [0, 1, 1],
    )
    const { models, notes } = ensembleScores(two, judged, judged)
    expect(models.filter((m) => m.model === 'single')).toHaveLength(2)
    expect(notes[0]).toContain('1 of 2 members stay as trained')
  })

  it('never loses to the mean of its members by nll or Brier score', () => {
    for (const c of fixture.cases.filter(({ task }) => task === 'classification')) {
      const { models } = ensembleScores({ ...two, width: c.classes }, outputs(c.validation), outputs(c.test))
      const [single, joint] = ['single', 'ensemble'].map((name) => models.find((m) => m.model === name)?.test)
      for (const name of ['nll', 'brier'] as const) expect(joint?.[name]).toBeLessThan(single?.[name] ?? NaN)
    }
  })
})

describe('kept outputs', () => {
  it('are the same bits again', () => {
    const values = Float32Array.from([1, -0, 1e-38, 3.4e38, Math.PI, -1 / 3])
    const kept = keptPredictions(2, values, values.subarray(2))
    expect([kept.validation.rows, kept.test?.rows]).toEqual([3, 2])
    expect(new Uint8Array(keptOutputs(kept.validation).buffer)).toEqual(new Uint8Array(values.buffer))
    expect(kept.test && keptOutputs(kept.test)).toEqual(values.slice(2))
    expect(keptPredictions(2, values, null).test).toBeNull()
  })

  it('are those of an evenly spaced sample if there are many', () => {
    const [width, rows] = [8, mostKept / 4]
    const values = Float32Array.from({ length: rows * width }, (_, i) => Math.floor(i / width))
    const { validation } = keptPredictions(width, values, null)
    const all = Int32Array.from({ length: rows }, (_, i) => i)
    expect(validation.rows * width).toBe(mostKept)
    expect([...keptRows(all, width)]).toEqual([...keptOutputs(validation)].filter((_, i) => i % width === 0))
  })
})
