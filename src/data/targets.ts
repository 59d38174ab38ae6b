import type { Column } from './column.ts'
import { moments } from './moments.ts'
import { counted, fail, Problems } from './problems.ts'
import type { DataConfig, Dataset, Splits } from './types.ts'

/** Levels in the order of class indices and one-hot positions: by value if all are numbers, otherwise by character code. */
export function sortedLevels(levels: readonly string[]): string[] {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  const numeric = levels.every((level) => level.trim() !== '' && Number.isFinite(Number(level)))
  return [...levels].sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || byText(a, b))
}

/** The column's codes into its sorted levels; −1 if a row has none of them. */
export function encodeLevels({ codes, levels, name }: Column, mostLevels: number): { levels: string[]; codes: Int32Array } {
  if (!codes || !levels || levels.length > mostLevels) {
    return fail({
      code: 'data/too-many-levels',
      message: `column "${name}" has too many distinct values to be categories`,
      allowed: `at most ${counted(mostLevels, 'level')}`,
      hint: 'check whether it is a number or an identifier',
    })
  }
  const sorted = sortedLevels(levels)
  const place = new Map(sorted.map((level, i) => [level, i]))
  const moved = Int32Array.from(levels, (level) => place.get(level) ?? 0)
  return { levels: sorted, codes: codes.map((code) => moved[code] ?? -1) }
}

/**
 * Rejects a target with one class and, if the split is stratified, classes too small to be in every part.
 *
 * @param codes classes of the rows that are divided
 */
export function checkClasses(config: DataConfig, classes: readonly string[], codes: Int32Array): void {
  if (classes.length < 2) {
    const found = classes[0] ?? 'none'
    fail({ code: 'data/one-class', message: 'the target has only one class, so there is nothing to learn', found })
  }
  if (!config.split.stratify || config.split.time !== undefined) return
  const { split, files } = config
  const parts = 1 + Number(!files?.validation && split.validation > 0) + Number(!files?.test && split.test > 0)
  const counts = new Array<number>(classes.length).fill(0)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  const problems = new Problems()
  counts.forEach((count, i) => {
    // A class that only another part's file has is for the check of strata.
    if (count >= parts || (files && count === 0)) return
    problems.add({
      code: 'data/small-class',
      message: `the class "${classes[i]}" is too small to be in every part of the split`,
      found: counted(count, 'row'),
      allowed: `at least ${counted(parts, 'row')}`,
      hint: 'set task: regression if the target is a number; otherwise merge or drop the class, or set stratify: false',
    })
  })
  problems.throwIfAny()
}

/** Regression targets, each standardized by the training rows' mean and SD; rows × columns. Several have names. */
export function standardizeTargets(
  columns: readonly Column[],
  rows: number,
  { train }: Splits,
): Pick<Dataset, 'targets' | 'targetNames' | 'targetScale'> {
  const targetScale = columns.map((column) => {
    const scale = moments(column.at, train)
    if (scale.sd === 0) {
      const message = `the target "${column.name}" has only one value in the training rows, so there is nothing to learn`
      fail({ code: 'data/constant-target', message, found: String(scale.mean) })
    }
    return scale
  })
  const width = columns.length
  const targets = new Float32Array(rows * width)
  for (const [k, column] of columns.entries()) {
    const { mean, sd } = targetScale[k] ?? { mean: 0, sd: 1 }
    for (let row = 0; row < rows; row++) targets[row * width + k] = (column.at(row) - mean) / sd
  }
  return { targets, ...(width > 1 && { targetNames: columns.map(({ name }) => name) }), targetScale }
}
