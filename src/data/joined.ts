// Columns of two versions of a data file, one after the other.
import { unreachable } from '../base/result.ts'
import type { Column } from './column.ts'
import { knownLabels } from './label-column.ts'
import { encodeLabels, requireLearnable } from './labels.ts'
import { LIMITS } from './source.ts'
import { encodeLevels, standardizeTargets } from './targets.ts'
import type { DataConfig, Dataset, Splits } from './types.ts'
import { labelWeights } from './weights.ts'

/** Row numbers of both files, the base's first. */
export interface JoinedRows {
  readonly base: Int32Array
  readonly own: Int32Array
}

/** A column of both versions with the levels of the base. A text that the base does not know has no level, which is −1. */
export function joined(base: Column, own: Column, rows: JoinedRows, single: boolean): Column {
  const count = rows.base.length
  const pick =
    (of: (column: Column, row: number) => number) =>
    (row: number): number =>
      row < count ? of(base, rows.base[row] ?? -1) : of(own, rows.own[row - count] ?? -1)
  // The empty text is a missing value, which the base may be able to fill in even if its own rows have none.
  const levels = base.levels && own.levels?.includes('') && !base.levels.includes('') ? [...base.levels, ''] : base.levels
  const place = new Map(levels?.map((level, i) => [level, i]))
  const known = own.levels?.map((level) => place.get(level) ?? -1) ?? []
  const codeAt = pick((column, row) => {
    const code = column.codes?.[row] ?? -1
    return column === base ? code : (known[code] ?? -1)
  })
  const number = pick((column, row) => column.at(row))
  return {
    ...base,
    levels,
    at: single ? (row) => Math.fround(number(row)) : number,
    codes: base.codes && Int32Array.from({ length: count + rows.own.length }, (_, row) => codeAt(row)),
  }
}

/** The column with more levels, which no row of its own has. */
export const withLevels = (column: Column, more: readonly string[]): Column => ({
  ...column,
  levels: [...new Set([...(column.levels ?? []), ...more])],
})

/** Both versions, and the rows of each. */
interface Joining {
  readonly rows: JoinedRows
  readonly parts: Splits
  /** Labels of the change, if one column lists them: both sides are measured on the same ones. */
  readonly labels: readonly string[]
}

/** Classes come from the base's version and from the measured rows. */
export function targetsOf(
  config: DataConfig,
  base: readonly Column[],
  own: readonly Column[],
  { rows, parts, labels: names }: Joining,
): Pick<Dataset, 'targets' | 'targetNames' | 'classes' | 'targetScale' | 'labelWeights'> {
  const pairs = base.flatMap((column, i) => (own[i] ? [[column, own[i]] as const] : []))
  const all = rows.base.length + rows.own.length
  switch (config.task) {
    case 'regression': {
      const columns = pairs.map(([one, other]) => joined(one, other, rows, false))
      return { ...standardizeTargets(columns, all, parts), classes: null }
    }
    case 'multi-label': {
      const columns = pairs.map(([one, other]) => joinedTexts(one, other, rows))
      const [column] = columns
      // A base may know nothing of a label that the change adds.
      const isKnown = config.labels !== undefined && column !== undefined
      const labels = isKnown ? knownLabels(column, all, names, config.labels) : encodeLabels(columns, all)
      if (!isKnown) requireLearnable(config, labels, parts)
      return { ...labels, ...labelWeights(config, labels, parts.train) }
    }
    case 'classification': {
      const [[one, other] = []] = pairs
      if (!one || !other) throw new Error('the target was not read')
      const { levels: classes, codes } = encodeLevels(joinedTexts(one, other, rows), LIMITS.levels)
      return { targets: Float32Array.from(codes), classes, targetScale: null }
    }
    default:
      return unreachable(config.task, 'task')
  }
}

/** Texts of both versions, with those of the measured rows as further levels. */
function joinedTexts(base: Column, own: Column, rows: JoinedRows): Column {
  const measured = Array.from(rows.own, (row) => own.levels?.[own.codes?.[row] ?? -1] ?? '')
  return joined(withLevels(base, measured), own, rows, false)
}
