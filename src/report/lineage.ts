import type { LockedChange } from '../records/lock.ts'

/** `lineage.jsonl`: one lever change a line, in the order in which they were made. */
export const lineageLines = (lineage: readonly LockedChange[]): string =>
  lineage.map((l) => `${JSON.stringify(l)}\n`).join('')
