import type { LockedChange } from '../records/lock.ts'

/** `lineage.jsonl`: one lever change per line, in order. */
export const lineageLines = (lineage: readonly LockedChange[]): string =>
  lineage.map((l) => `${JSON.stringify(l)}\n`).join('')
