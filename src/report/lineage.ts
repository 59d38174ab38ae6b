import type { StageDecision } from '../records/decision.ts'
import type { LockedChange } from '../records/lock.ts'

/** `lineage.jsonl`: one lever change per line, in order. */
export const lineageLines = (lineage: readonly LockedChange[]): string =>
  lineage.map((l) => `${JSON.stringify(l)}\n`).join('')

/** A lever change as a lock keeps it. */
export function withoutSeconds(entry: StageDecision['lineage'][number]): LockedChange {
  const { seconds: _, ...evidence } = entry.evidence
  return { ...entry, evidence }
}
