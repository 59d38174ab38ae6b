import { listed } from '../base/lists.ts'
import type { Column } from './column.ts'
import { isOwnCategory, mostFrequent, noValues, type MissingConfig } from './missing.ts'
import { counted } from './problems.ts'
import { requireDifferent } from './same-levels.ts'
import type { Limits } from './source.ts'
import { encodeLevels } from './targets.ts'
import type { CategoriesConfig, DataConfig } from './types.ts'

/** A column of categories as codes. */
export interface EncodedCategories {
  /** Names of the categories, in the order of their codes. */
  readonly levels: readonly string[]
  /** One per row; −1 for a category that is none of the levels. */
  readonly codes: Int32Array
  /** The code of a missing value: −1 for none of the levels, null if a missing value is an error. */
  readonly missing: number | null
  /** The code of a category that is none of the levels; −1 if it has none. */
  readonly other: number
  readonly notes: readonly string[]
  /** `Embarked (2, most frequent S)`; null if nothing is missing. */
  readonly filled: string | null
}

/** Names that no category of a file is likely to have. */
export const [missingLevel, otherLevel] = ['(missing)', '(other)']

/**
 * The categories of a column: its levels, with missing ones filled in and rare ones merged if the config says so. Levels
 * come from the whole file unless rare ones are merged, so that the width does not depend on the split.
 *
 * @param as how the codes are used: an index needs a code for every row
 */
export function encodeCategories(
  config: Pick<DataConfig, 'missing' | 'categories'>,
  column: Column,
  train: Int32Array,
  limits: Limits,
  as: 'one-hot' | 'index',
): EncodedCategories {
  const { levels, codes, isMissing } = presentLevels(column, limits)
  const alike = requireDifferent(column.name, levels, 'categories')
  const full = config.missing
    ? fill(config.missing, { column, levels, codes, isMissing, train })
    : { levels, codes, missing: null, filled: null }
  const merged = config.categories ? merge(config.categories, full, train, as) : { ...full, other: -1, notes: [] }
  const notes = [...alike, ...merged.notes.map((note) => `${note} of "${column.name}"`)]
  if (!config.categories) notes.push(...unseen(column.name, merged.levels, merged.codes, train))
  return { ...merged, notes, filled: full.filled }
}

/** The sorted levels without the empty one, which stands for missing values. */
function presentLevels(column: Column, limits: Limits) {
  const blank = column.levels?.indexOf('') ?? -1
  if (blank < 0) return { ...encodeLevels(column, limits.levels), isMissing: () => false }
  const raw = column.codes ?? new Int32Array()
  const codes = raw.map((code) => (code === blank ? -1 : code - Number(code > blank)))
  const levels = column.levels?.filter((level) => level !== '') ?? null
  return { ...encodeLevels({ ...column, codes, levels }, limits.levels), isMissing: (row: number) => raw[row] === blank }
}

interface Filled {
  readonly levels: readonly string[]
  readonly codes: Int32Array
  readonly missing: number | null
  readonly filled: string | null
}

function fill(
  config: MissingConfig,
  {
    column,
    levels,
    codes,
    isMissing,
    train,
  }: Pick<Filled, 'levels' | 'codes'> & {
    readonly column: Column
    readonly isMissing: (row: number) => boolean
    readonly train: Int32Array
  },
): Filled {
  const { missing } = column.badCount
  const note = (what: string): string | null =>
    missing === 0 ? null : `${column.name} (${missing.toLocaleString('en')}, ${what})`
  if (isOwnCategory(config)) {
    // Another version of the file may have gaps where this one has none.
    const own = missing > 0 ? levels.length : -1
    const filled = codes.map((code, row) => (isMissing(row) ? own : code))
    const all = missing > 0 ? [...levels, missingLevel] : levels
    return { levels: all, codes: filled, missing: own, filled: note('a category of its own') }
  }
  const present = Int32Array.from(train, (row) => codes[row] ?? -1)
    .filter((code) => code >= 0)
    .sort()
  if (present.length === 0) noValues(column.name)
  const best = mostFrequent(present)
  const filled = codes.map((code, row) => (isMissing(row) ? best : code))
  return { levels, codes: filled, missing: best, filled: note(`most frequent ${levels[best] ?? ''}`) }
}

/** One category for all with fewer training rows than `minRows`, as scikit-learn's OneHotEncoder merges infrequent ones. */
function merge(
  { minRows }: CategoriesConfig,
  { levels, codes, missing }: Filled,
  train: Int32Array,
  as: 'one-hot' | 'index',
): Omit<EncodedCategories, 'filled'> {
  const counts = new Array<number>(levels.length).fill(0)
  for (const row of train) {
    const code = codes[row] ?? -1
    if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  }
  const kept = counts.flatMap((count, code) => (count >= minRows ? [code] : []))
  const rare = levels.filter((_, code) => (counts[code] ?? 0) > 0 && (counts[code] ?? 0) < minRows)
  const unseen = levels.filter((_, code) => counts[code] === 0)
  // Without a rare category, nothing trains the weights of the merged one. An index has no other place for a new category.
  const other = rare.length > 0 || as === 'index' ? kept.length : -1
  const place = new Int32Array(levels.length).fill(other)
  kept.forEach((code, i) => (place[code] = i))
  const names = kept.map((code) => levels[code] ?? '')
  return {
    levels: other < 0 ? names : [...names, otherLevel],
    codes: codes.map((code) => place[code] ?? other),
    missing: missing === null ? null : (place[missing] ?? other),
    other,
    notes: [
      ...(rare.length > 0 ? [`${counted(rare.length, 'level')} merged, each with fewer than ${minRows} training rows`] : []),
      ...(unseen.length > 0 ? [`${counted(unseen.length, 'level')} not in the training rows: ${listed(unseen)}`] : []),
    ],
  }
}

function unseen(name: string, levels: readonly string[], codes: Int32Array, train: Int32Array): string[] {
  const seen = new Uint8Array(levels.length)
  for (const row of train) seen[codes[row] ?? -1] = 1
  const missing = levels.filter((_, code) => seen[code] === 0)
  if (missing.length === 0) return []
  return [`${counted(missing.length, 'level')} of "${name}" not in the training rows: ${listed(missing)}`]
}
