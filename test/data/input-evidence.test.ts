import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { inputEvidence, type EvidenceData } from '../../src/data/input-evidence.ts'
import { fixture } from './support.ts'

interface Words {
  readonly ids: number[][]
  readonly classes: number[]
  readonly words: number
  readonly loss: number
}
const words = JSON.parse(readFileSync(fixture('words.json'), 'utf8')) as Words

const none = new Int32Array()
const textOf = (length: number) => ({ as: 'tokens', name: 'text', vocabulary: [], length }) as const

it("the loss of a bag of words is that of scikit-learn's tf-idf and logistic regression", () => {
  const found = inputEvidence({
    inputs: Float32Array.from(words.ids.flat()),
    inputShape: [words.ids[0]?.length ?? 0],
    vocabulary: Array.from({ length: words.words + 2 }, String),
    targets: Float32Array.from(words.classes),
    classes: ['a', 'b', 'c'],
    fitted: [textOf(words.ids[0]?.length ?? 0)],
    splits: { train: Int32Array.from(words.classes.keys()), validation: none, test: none },
  })
  expect(found?.loss).toBeCloseTo(words.loss, 3)
  expect(found?.chance).toBeCloseTo(Math.log(3), 1)
})

/** Rows of three numbers, of which the first says the target. */
function numbers(rows: number, classes: readonly string[] | null): EvidenceData {
  const random = stream(3, 'numbers')
  const inputs = Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()])
  return {
    inputs: Float32Array.from(inputs.flat()),
    inputShape: [3],
    targets: Float32Array.from(inputs, ([a = 0]) => (classes ? Number(a + 0.5 * random.normal() > 0) : 100 * a)),
    classes,
    fitted: [],
    splits: { train: Int32Array.from({ length: rows }, (_, row) => row), validation: none, test: none },
  }
}

it('numbers to predict are told by their upper half', () => {
  const found = inputEvidence(numbers(400, null))
  expect(found?.chance).toBeCloseTo(Math.LN2, 3)
  expect(found?.loss).toBeLessThan(0.2)
})

it('classes that inputs tell have less than the loss of a guess', () => {
  const found = inputEvidence(numbers(400, ['no', 'yes']))
  expect(found?.loss).toBeGreaterThan(0.2)
  expect(found?.loss).toBeLessThan(0.45)
})

it('there is no evidence in few rows, in one class alone, or in more inputs than it takes', () => {
  expect(inputEvidence(numbers(60, null))).toBeNull()
  const one = numbers(400, ['no', 'yes'])
  expect(inputEvidence({ ...one, targets: one.targets.map(() => 1) })).toBeNull()
  const wide = { ...one, inputs: new Float32Array(400 * 500), inputShape: [500] }
  expect(inputEvidence(wide)).toBeNull()
})

it('words and columns together tell more than either where each knows a part', () => {
  const random = stream(5, 'both')
  const rows = Array.from({ length: 400 }, () => {
    const [word, number] = [2 + random.integer(2), random.normal()]
    return { word, number, label: Number(word - 2.5 + number > 0) }
  })
  const of = (width: number, row: (one: (typeof rows)[number]) => readonly number[]) =>
    inputEvidence({
      inputs: Float32Array.from(rows.flatMap(row)),
      inputShape: [width],
      targets: Float32Array.from(rows, ({ label }) => label),
      classes: ['no', 'yes'],
      splits: { train: Int32Array.from(rows.keys()), validation: none, test: none },
      ...(width === 1 ? { fitted: [] } : { vocabulary: ['', '?', 'bad', 'good'], fitted: [textOf(3)] }),
    })?.loss ?? NaN
  const [columns, texts] = [of(1, ({ number }) => [number]), of(3, ({ word }) => [word, 0, 0])]
  const both = of(4, ({ word, number }) => [word, 0, 0, number])
  expect(both).toBeLessThan(Math.min(columns, texts) - 0.1)
})
