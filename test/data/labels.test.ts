import { describe, expect, it } from 'vitest'
import { occurrences } from '../../src/base/lists.ts'
import { stream } from '../../src/base/random.ts'
import type { Column } from '../../src/data/column.ts'
import { encodeLabels, isLabel, labelStrata, labelValue } from '../../src/data/labels.ts'
import { splitRows } from '../../src/data/splits.ts'
import { problemsOf } from './support.ts'

const column = (name: string, cells: readonly string[]): Column => {
  const levels = [...new Set(cells)]
  const codes = Int32Array.from(cells, (cell) => levels.indexOf(cell))
  const badCount = { missing: 0, text: 0, infinite: 0, rounded: 0 }
  return { name, index: 0, isText: true, at: () => NaN, codes, levels, texts: levels, bad: [], badCount }
}

describe('a label', () => {
  it('says yes or no in several spellings, in any case', () => {
    expect(['1', '1.0', 'Yes', 'TRUE', 't', ' y '].map(labelValue)).toEqual([1, 1, 1, 1, 1, 1])
    expect(['0', '0.0', 'no', 'False', 'F', 'N'].map(labelValue)).toEqual([0, 0, 0, 0, 0, 0])
    expect(['2', '-1', '', 'maybe', 'toString'].map(labelValue)).toEqual(new Array(5).fill(undefined))
    expect(isLabel(['no', 'yes'])).toBe(true)
    expect([isLabel(['0']), isLabel(['0', '1', '2']), isLabel([]), isLabel(['0', 'no'])]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('is encoded by what it says, whichever spelling comes first', () => {
    const found = encodeLabels([column('a', ['yes', 'no', 'yes']), column('b', ['0', '1', '0'])], 3)
    expect([...found.targets]).toEqual([1, 0, 0, 1, 1, 0])
    expect(found.targetNames).toEqual(['a', 'b'])
  })

  it('is refused with every column that has another value or one alone', async () => {
    const wrong = [column('a', ['0', '2', '2']), column('b', ['1', '1', '1']), column('c', ['0', '1', '0'])]
    const problems = await problemsOf(Promise.resolve().then(() => encodeLabels(wrong, 3)))
    expect(problems.map(({ code }) => code)).toEqual(['data/not-a-label', 'data/one-class'])
    expect(problems[0]?.message).toBe('the label "a" has a value that is neither yes nor no, in 2 rows, first in row 2')
  })
})

describe('strata of labels', () => {
  const width = 6
  const shares = [0.5, 0.3, 0.2, 0.1, 0.05, 0.02]
  const random = stream(11, 'labels')
  const rows = 1000
  const targets = Float32Array.from({ length: rows * width }, (_, i) => Number(random.uniform() < (shares[i % width] ?? 0)))
  const targetNames = shares.map((_, k) => `l${k}`)

  it('are the combinations, and for rare ones their rarest label', () => {
    const codes = labelStrata({ targets, targetNames })
    const combinations = Array.from({ length: rows }, (_, row) => targets.slice(row * width, (row + 1) * width).join(''))
    const sizes = occurrences(combinations)
    const together = combinations
      .map((name, row) => [name, codes[row]] as const)
      .filter(([name]) => (sizes.get(name) ?? 0) >= 10)
    expect(new Map(together).size).toBe(new Set(together.map(([, code]) => code)).size)
    // Rare combinations share few strata, at most one for each label.
    expect(new Set(codes).size).toBeLessThanOrEqual(new Map(together).size + width + 1)
    expect(sizes.size).toBeGreaterThan(new Set(codes).size)
  })

  it('keep the share of every label in every part, closer than chance does', () => {
    const request = { rows, groups: null, split: { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 4 } }
    const off = (classes: Int32Array | null): number => {
      const { validation, test } = splitRows({ ...request, classes })
      return Math.max(
        ...[validation, test].flatMap((part) =>
          shares.map((_, k) => {
            const yes = (of: Iterable<number>): number =>
              [...of].reduce((sum, row) => sum + (targets[row * width + k] ?? 0), 0)
            return Math.abs(yes(part) - 0.2 * yes(Array.from({ length: rows }, (_row, row) => row)))
          }),
        ),
      )
    }
    expect(off(labelStrata({ targets, targetNames }))).toBeLessThanOrEqual(4)
    expect(off(null)).toBeGreaterThan(6)
  })
})
