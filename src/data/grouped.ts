import { shuffled } from '../base/random.ts'
import type { Stream } from '../base/random.ts'

interface Group {
  readonly rows: number[]
  /** Rows of each class in the group. */
  readonly perClass: Map<number, number>
}

/**
 * Divides whole groups among parts. Groups of about the same size (within a power of two) are shuffled,
 * and large ones are placed first. Each goes to the part that most lacks the classes it brings.
 *
 * @param classes class of each row, or null to balance by the number of rows alone
 * @param fractions share of the rows of each part; a part with 0 gets none
 */
export function groupedParts(
  groups: Int32Array,
  classes: Int32Array | null,
  fractions: readonly number[],
  random: Stream,
): number[][] {
  const all = collect(groups, classes)
  const wanted = fractions.map((fraction) => lacking(all, fraction))
  const parts: number[][] = fractions.map(() => [])
  const order = shuffled(all, random).sort((a, b) => magnitude(b) - magnitude(a))
  for (const group of order) {
    const best = neediest(group, wanted, fractions)
    const lacks = wanted[best]
    for (const row of group.rows) parts[best]?.push(row)
    for (const [code, n] of group.perClass) lacks?.set(code, (lacks.get(code) ?? 0) - n)
  }
  return parts
}

function collect(groups: Int32Array, classes: Int32Array | null): Group[] {
  const found = new Map<number, Group>()
  groups.forEach((key, row) => {
    const group = found.get(key) ?? { rows: [], perClass: new Map<number, number>() }
    const code = classes?.[row] ?? 0
    group.rows.push(row)
    group.perClass.set(code, (group.perClass.get(code) ?? 0) + 1)
    found.set(key, group)
  })
  return [...found.values()]
}

const magnitude = ({ rows }: Group): number => Math.floor(Math.log2(rows.length))

/** Rows of each class that a part should get. */
function lacking(groups: readonly Group[], fraction: number): Map<number, number> {
  const lacks = new Map<number, number>()
  for (const { perClass } of groups) {
    for (const [code, n] of perClass) lacks.set(code, (lacks.get(code) ?? 0) + fraction * n)
  }
  return lacks
}

function neediest(group: Group, wanted: readonly Map<number, number>[], fractions: readonly number[]): number {
  const score = (part: number): number => {
    if ((fractions[part] ?? 0) === 0) return -Infinity
    let sum = 0
    for (const [code, n] of group.perClass) sum += n * (wanted[part]?.get(code) ?? 0)
    return sum
  }
  return fractions.reduce((best, _, part) => (score(part) > score(best) ? part : best), 0)
}
