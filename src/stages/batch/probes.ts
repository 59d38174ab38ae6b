import { numberAt } from '../../base/numbers.ts'
import type { BatchFindings } from '../../records/decision.ts'
import { withLevers, type Levers } from '../../records/levers.ts'
import { median } from '../../stats/describe.ts'
import type { Asking, StageRecorder } from '../recorder.ts'
import { selectionSeeds } from '../seeds.ts'
import { sizesToProbe, type BatchSettings } from './settings.ts'

export type ProbeFinding = BatchFindings['probes'][number]

/**
 * A larger batch must not slow down training per example. This is the one decision that reads a clock, and a busy machine
 * slows any single measurement. So a batch is rejected only if it reaches less than this share of the smaller batch's
 * throughput in each of three rounds. Each round measures the smaller batch again.
 */
const leastThroughput = 0.5
const rounds = 3

export interface SizeProbe {
  readonly batchSize: number
  readonly examplesPerSecond: number | null
  readonly peakMemoryMiB: number | null
  readonly noiseScale: number | null
  /** Why there is no measurement; null if there is one. */
  readonly failure: string | null
  readonly crashed: boolean
  /** Slower than the batch of half the size, in every round. */
  readonly slower: boolean
}

/** Doubles the batch until a step would exceed its size limit or memory. */
export function* probeSizes(recorder: StageRecorder, settings: BatchSettings): Asking<SizeProbe[]> {
  const { incumbent, workload } = recorder.context
  const probes: SizeProbe[] = []
  for (const batchSize of sizesToProbe(incumbent.batching, settings, workload)) {
    const probe = yield* probeSize(recorder, settings, batchSize, 0)
    if (probe === undefined) break
    const smaller = probes.at(-1)
    probes.push({ ...probe, slower: smaller !== undefined && (yield* isSlower(recorder, settings, smaller, probe)) })
    if (probe.examplesPerSecond === null) break
  }
  return probes
}

function* probeSize(
  recorder: StageRecorder,
  settings: BatchSettings,
  batchSize: number,
  round: number,
): Asking<SizeProbe | undefined> {
  if (!recorder.affords(1, `probe of batch ${batchSize}`)) return undefined
  const { incumbent, seed } = recorder.context
  const [outcome] = yield* recorder.ask([
    recorder.request(
      `batch ${batchSize}`,
      withLevers(incumbent, { batchSize, accumulate: 1 }),
      { seed: numberAt(selectionSeeds(seed, rounds), round) },
      { kind: 'probe', steps: settings.probeSteps, memoryMiB: settings.memoryMiB },
    ),
  ])
  if (outcome === undefined || outcome.status === 'not-run') return undefined
  const measured = outcome.status === 'complete' ? outcome.probe : null
  return {
    batchSize,
    examplesPerSecond: measured?.examplesPerSecond ?? null,
    peakMemoryMiB: measured?.peakMemoryMiB ?? null,
    noiseScale: measured?.noiseScale ?? null,
    failure: outcome.status === 'complete' ? null : outcome.reason,
    crashed: outcome.status === 'crashed',
    slower: false,
  }
}

/** Whether a size is much slower than a smaller one. Measures both again, in turn, until one round says no. */
function* isSlower(recorder: StageRecorder, settings: BatchSettings, smaller: SizeProbe, size: SizeProbe): Asking<boolean> {
  const slow = (a: SizeProbe | undefined, b: SizeProbe | undefined): boolean =>
    a?.examplesPerSecond != null &&
    b?.examplesPerSecond != null &&
    b.examplesPerSecond < leastThroughput * a.examplesPerSecond
  if (!slow(smaller, size)) return false
  for (let round = 1; round < rounds; round++) {
    const [a, b] = [
      yield* probeSize(recorder, settings, smaller.batchSize, round),
      yield* probeSize(recorder, settings, size.batchSize, round),
    ]
    if (!slow(a, b)) return false
  }
  return true
}

/** The median over the probed sizes; null if no size gives an estimate. */
export function typicalNoiseScale(probes: readonly SizeProbe[]): number | null {
  const scales = probes.flatMap((p) => (p.noiseScale === null ? [] : [p.noiseScale]))
  return scales.length === 0 ? null : Math.round(median(scales))
}

export function judgeSizes(
  probes: readonly SizeProbe[],
  noiseScale: number | null,
  before: Levers['batching'],
): ProbeFinding[] {
  return probes.map((p) => {
    const base = { batchSize: p.batchSize, examplesPerSecond: p.examplesPerSecond, peakMemoryMiB: p.peakMemoryMiB }
    if (p.examplesPerSecond === null) return { ...base, outcome: 'too-large' as const, note: p.failure ?? 'no measurement' }
    // The noise scale comes first: it is the same in every run, and a measured time should decide only what nothing else
    // can.
    if (p.batchSize > before.batchSize && (noiseScale === null || p.batchSize * before.accumulate > noiseScale)) {
      return {
        ...base,
        outcome: 'beyond-noise-scale' as const,
        note:
          noiseScale === null
            ? 'the noise scale could not be estimated'
            : `above the gradient noise scale of ${noiseScale} examples`,
      }
    }
    if (p.slower)
      return {
        ...base,
        outcome: 'slower' as const,
        note: `less than half the examples per second of batch ${p.batchSize / 2}, in ${rounds} measurements`,
      }
    return { ...base, outcome: 'fits' as const, note: '' }
  })
}
