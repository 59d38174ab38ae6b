import type { LockedSeed } from '../../src/records/lock.ts'
import type { MetricName } from '../../src/records/metrics.ts'
import type { GateEvidence } from '../../src/gates/evidence.ts'

/** Seeds 100, 101, … with these values on the test split; weights differ by side and seed unless told. */
export function seedsWith(
  metric: MetricName,
  values: readonly (number | 'diverged' | 'crashed')[],
  side = 'candidate',
): LockedSeed[] {
  return values.map((value, i) =>
    typeof value === 'number'
      ? {
          seed: 100 + i,
          status: 'complete',
          validation: { [metric]: value },
          test: { [metric]: value },
          weights: `${side}-${i}`,
        }
      : { seed: 100 + i, status: value, validation: null, test: null, weights: null },
  )
}

export const evidence = (candidate: readonly LockedSeed[], baseline: readonly LockedSeed[] | null = null): GateEvidence => ({
  candidate,
  baseline: baseline && { source: 'tuning.lock.json', runs: baseline, notes: [] },
  missingBaselineReason: baseline ? null : 'there is no tuning.lock.json',
})
