import { beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../../src/base/random.ts'
import { checkData } from '../../../src/data/check.ts'
import { centred } from '../../../src/data/checks/methods/centred.ts'
import { loadDataset } from '../../../src/data/load.ts'
import type { Augmentation, Dataset } from '../../../src/data/types.ts'
import { augment } from '../../../src/train/augment.ts'
import { config, digits, wine } from '../support.ts'

let wines: Dataset
let numerals: Dataset
beforeAll(async () => {
  wines = await loadDataset(config(wine, { target: 'class', standardize: true }))
  numerals = await loadDataset(config(digits, { target: '-1', inputs: { kind: 'array', shape: [8, 8, 1], scale: 1 / 16 } }))
})

type Name = 'shift' | 'flip' | 'erase' | 'noise'

/** As training does it. */
function by(data: Dataset, name: Name, amount: number): Augmentation {
  const policy = { shift: 0, flip: 0, erase: 0, noise: 0, mixup: 0, [name]: amount }
  const apply = (inputs: Float32Array, rows: number): void =>
    augment({ inputs, targets: new Float32Array(rows), rows }, data.inputShape, policy, stream(0, name))
  return { name, amount, apply }
}
const found = (data: Dataset, name: Name, amount: number): string[] =>
  checkData(data, ['augmentation'], [by(data, name, amount)]).map(({ message }) => message)

describe('augmentation that changes what rows are', () => {
  it('is named with the classes that it does it to: a mirrored digit is another digit, or none', () => {
    const [message, ...more] = found(numerals, 'flip', 0.5)
    expect(more).toEqual([])
    expect(message).toMatch(/^augmentation\.flip 0\.5 makes rows of one class look like another: /)
    expect(message).toMatch(/"3" \(nearest to its own mean: 8\d % before, [34]\d % after\), Cramér's V 0\.\d\d, limit 0\.4/)
    // What is the same from both sides is not blamed.
    expect(message).not.toMatch(/"0"|"1"|"8"/)
  })

  it.each([
    ['shift', 0.25, /like another/],
    ['erase', 0.5, /brightness, Kolmogorov–Smirnov's D 0\.\d\d/],
    ['noise', 0.4, /contrast, /],
  ] as const)('too much %s is found', (name, amount, words) => {
    expect(found(numerals, name, amount).join('\n')).toMatch(words)
  })

  it('noise as large as what is measured is found in a table, and a little is not', () => {
    expect(found(wines, 'noise', 0.1)).toEqual([])
    expect(found(wines, 'noise', 2).join()).toMatch(
      /augmentation\.noise 2 makes the training rows look like other data: \w+, /,
    )
  })

  it('is told apart where there are several', () => {
    const all = [by(numerals, 'shift', 0.125), by(numerals, 'flip', 0.5), by(numerals, 'erase', 0.5)]
    const said = checkData(numerals, ['augmentation'], all).map(({ message }) => message.split(' ')[0])
    expect(new Set(said)).toEqual(new Set(['augmentation.flip', 'augmentation.erase']))
  })
})

describe('no augmentation is blamed', () => {
  it.each([
    ['shift', 0.06],
    ['shift', 0.125],
    ['erase', 0.25],
    ['noise', 0.05],
    ['noise', 0.2],
  ] as const)('that does no harm: %s %f, which cost a network no accuracy', (name, amount) => {
    expect(found(numerals, name, amount)).toEqual([])
  })

  it('where it leaves the rows as they are, where there is none, and on a handful of rows', () => {
    expect(checkData(numerals, ['augmentation'], [{ name: 'flip', amount: 1, apply: () => undefined }])).toEqual([])
    expect(checkData(numerals, ['augmentation'])).toEqual([])
    const few = { ...numerals, splits: { ...numerals.splits, train: numerals.splits.train.subarray(0, 19) } }
    expect(checkData(few, ['augmentation'], [by(few, 'flip', 1)])).toEqual([])
  })

  it('in a regression, for looking like another class', () => {
    const pictures = { ...numerals, task: 'regression', classes: null } as const
    expect(checkData(pictures, ['augmentation'], [by(numerals, 'flip', 0.5)])).toEqual([])
  })
})

describe('centring', () => {
  it('undoes a shift, and leaves one colour and rows that are no images alone', () => {
    const image = Float32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4])
    const shifted = Float32Array.from([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(centred(image, [4, 4, 1])).toEqual(centred(shifted, [4, 4, 1]))
    expect([...centred(image, [4, 4, 1])].reduce((a, b) => a + b)).toBe(10)
    expect(centred(image, [16])).toBe(image)
    expect(centred(new Float32Array(16).fill(0), [4, 4, 1])).toEqual(new Float32Array(16))
  })
})
