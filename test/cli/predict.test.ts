import { describe, expect, it } from 'vitest'
import { predictionText } from '../../src/cli/commands/predict.ts'
import type { Predictions } from '../../src/study/predict.ts'

const classified: Predictions = {
  head: { task: 'classification', target: 'kind', classes: ['a, "b"', '=1+1', 'c'] },
  models: 1,
  rows: 2,
  values: Float64Array.from([0.25, 0.5, 0.25, 0.1234567891234, 0.1, 0.7765432108766]),
}
const valued: Predictions = {
  head: { task: 'regression', target: 'price', mean: 3, sd: 2 },
  models: 2,
  rows: 2,
  values: Float64Array.from([1200.5, -0.00001]),
}

describe('predictions', () => {
  it('are CSV with the class and the probability of each, and no cell that a spreadsheet computes', () => {
    expect(predictionText(classified, 'csv')).toBe(
      `prediction,"P(a, ""b"")",P(=1+1),P(c)\n'=1+1,0.25,0.5,0.25\nc,0.123456789,0.1,0.776543211\n`,
    )
  })

  it('are JSON lines with the probabilities by name', () => {
    expect(
      predictionText(classified, 'jsonl')
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { prediction: '=1+1', probabilities: { 'a, "b"': 0.25, '=1+1': 0.5, c: 0.25 } },
      { prediction: 'c', probabilities: { 'a, "b"': 0.123456789, '=1+1': 0.1, c: 0.776543211 } },
    ])
  })

  it('are one value a row for a regression', () => {
    expect(predictionText(valued, 'csv')).toBe('prediction\n1200.5\n-0.00001\n')
    expect(predictionText(valued, 'jsonl')).toBe('{"prediction":1200.5}\n{"prediction":-0.00001}\n')
  })

  it('take the first of equally probable classes', () => {
    const equal = { ...classified, rows: 1, values: Float64Array.from([0.4, 0.4, 0.2]) }
    expect(JSON.parse(predictionText(equal, 'jsonl'))).toMatchObject({ prediction: 'a, "b"' })
  })
})
