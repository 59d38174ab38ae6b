import type { MetricName } from '../records/metrics.ts'
import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { BaselineEvidence, GateEvidence, SeedEvidence } from './evidence.ts'

const seedOf = (seed: number, { run: _, ...rest }: VerifiedRun): SeedEvidence => ({ seed, ...rest })

/** The winner's verification runs. */
export const candidateSeeds = (verify: VerifyFindings): SeedEvidence[] =>
  verify.seeds.map((s) => seedOf(s.seed, s.candidate))

/** Verification runs of the declared levers, with the same model and seeds as the winner's. */
export const retrainedBaseline = (verify: VerifyFindings, parameters?: number): BaselineEvidence => ({
  source: 'the declared levers, retrained on the same seeds',
  runs: verify.seeds.map((s) => seedOf(s.seed, s.baseline)),
  alternated: true,
  notes: [],
  ...(parameters === undefined ? {} : { parameters }),
})

/** Why there is no baseline, as a clause. */
export interface WithoutBaseline {
  readonly reason: string
  /** What to do about it, in a sentence; omitted for a study that could retrain its own. */
  readonly remedy?: string
}

/** What a lock must match to be comparable. */
export interface Setting {
  readonly dataFingerprint: string
  readonly specFingerprint: string
  readonly engine: string
  /** The metric that selects checkpoints. */
  readonly objective: MetricName
  /** `tunegate 0.1.0`. */
  readonly tool: string
  /** Number of trainable parameters, compared with the baseline's. */
  readonly parameters: number
  readonly rows?: GateEvidence['rows']
}

/**
 * Reads a lock as the baseline, or returns every reason why it cannot serve as one. Metrics on other data or another split
 * measure something else, and so do metrics of checkpoints that another metric selected. An engine of another class (the
 * first word of its label) draws and rounds differently, so a difference could come from the engine. Another version of the
 * same class only adds a note.
 */
export function lockBaseline(lock: Lock, source: string, setting: Setting): BaselineEvidence | WithoutBaseline {
  const reasons = incompatibilities(lock, setting)
  if (reasons.length > 0) return { reason: `${source} ${reasons.join('; and it ')}` }
  const notes = [
    ...(lock.engine === setting.engine ? [] : [`${source} was made on ${lock.engine}, this run on ${setting.engine}.`]),
    ...(lock.tool === setting.tool ? [] : [`${source} was written by ${lock.tool}; this run uses ${setting.tool}.`]),
    ...(lock.fingerprints.spec === setting.specFingerprint
      ? []
      : [`The spec changed since ${source} was made: model, data, levers, stages or gates.`]),
  ]
  return { source, runs: lock.seeds, notes, ...(lock.parameters === undefined ? {} : { parameters: lock.parameters }) }
}

/** Each reason reads after the lock's name. A field that an old lock lacks does not count against it. */
function incompatibilities({ fingerprints, objective, engine, cutShort }: Lock, setting: Setting): string[] {
  const engineClass = (label: string): string => label.split(' ')[0] ?? label
  return [
    ...(cutShort === undefined
      ? []
      : ['was cut short by its time budget, so it does not cover a full study; tune again with more minutes']),
    ...(fingerprints.data === setting.dataFingerprint
      ? []
      : ['was made from other data or another split, so its metrics are not comparable']),
    ...(objective === undefined || objective === setting.objective
      ? []
      : [
          `chose its checkpoints by ${objective}, this run by ${setting.objective}, so its metrics come from different checkpoints`,
        ]),
    ...(engineClass(engine) === engineClass(setting.engine)
      ? []
      : [`was made on the engine ${engine}, this run on ${setting.engine}, so a difference could be the engine's`]),
  ]
}

/**
 * The evidence of a study: its verified winner against the lock, if there is one, or else against the declared levers. A
 * lock that does not match is reported, never silently replaced by the easier comparison.
 *
 * @param fixed a lock, the runs of another spec retrained for this study, or why there is nothing to compare with
 */
export function studyEvidence(
  verify: VerifyFindings | null,
  fixed: { readonly lock: Lock; readonly source: string } | BaselineEvidence | WithoutBaseline | null,
  setting: Setting,
): GateEvidence {
  const { parameters, rows } = setting
  const own = { candidate: verify ? candidateSeeds(verify) : [], parameters, ...(rows ? { rows } : {}) }
  const without = ({ reason, remedy }: WithoutBaseline): GateEvidence => ({
    ...own,
    baseline: null,
    missingBaselineReason: reason,
    ...(remedy === undefined ? {} : { missingBaselineRemedy: remedy }),
  })
  const held = (baseline: BaselineEvidence): GateEvidence => ({ ...own, baseline, missingBaselineReason: null })
  if (fixed !== null) {
    const found = 'lock' in fixed ? lockBaseline(fixed.lock, fixed.source, setting) : fixed
    return 'reason' in found ? without(found) : held(found)
  }
  return verify && verify.seeds.length > 0
    ? held(retrainedBaseline(verify, parameters))
    : without({ reason: 'there is no lock, and the verify stage did not run' })
}
