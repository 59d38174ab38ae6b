import type { Lock } from '../records/lock.ts'
import type { StageName } from '../records/plan.ts'
import type { Listener } from '../run/events.ts'
import type { ModelFormatName } from '../saved-model/formats/index.ts'
import type { BaseData } from './base-file.ts'
import type { Baseline } from './baseline.ts'
import type { EngineSource } from './engine.ts'
import type { Rules } from './rules.ts'

/** What is needed to prepare a study. */
export interface SpecSource {
  /** Path of the spec as the user gave it; messages show it this way. */
  readonly specPath: string
  /** The spec's text if it is not the file's, for example the text at another commit. */
  readonly specText?: string | undefined
  /** Nothing outside this folder is read. */
  readonly workspace: string
  /** Run only these of the spec's stages. */
  readonly stages?: readonly StageName[] | undefined
  /** What the gates compare with; `defaultBaseline` if omitted. */
  readonly baseline?: Baseline | undefined
  /** Verification seeds instead of the spec's. */
  readonly seeds?: number | undefined
  /** Limits in addition to the spec's budget; the lower one applies. */
  readonly trials?: number | undefined
  readonly minutes?: number | undefined
  /** Milliseconds from any origin. With this clock, reading and checking the data count toward the budget of minutes. */
  readonly clock?: (() => number) | undefined
  /** The environment of the study; a training script gets a small part of it, and none of it if omitted. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Aborted when the user stops the study. */
  readonly signal?: AbortSignal | undefined
  /** The rules that judge instead of the spec's own: those of the commit that a change is merged into. */
  readonly rules?: Rules | undefined
  /** The formats in which to save the winner's models; none is saved if omitted. */
  readonly saveModel?: readonly ModelFormatName[] | undefined
  /** A lock whose levers replace the spec's, if it was tuned from the levers that the spec declares. */
  readonly tuned?: Pick<Lock, 'levers' | 'lineage'> | undefined
}

/** Whose journal is looked for. */
export interface EarlierJournal {
  /** Absolute path of the journal that is about to be opened. */
  readonly path: string
  /** Fingerprint of the plan. */
  readonly plan: string
  readonly engine: string
}

/** What is needed to run one. */
export interface StudyOptions extends SpecSource {
  /** Where the report goes; `.tunegate/<name>` in the workspace if omitted. */
  readonly outDir?: string | undefined
  readonly workers: number
  readonly engine: EngineSource
  /** Seconds per step with native threads above which fewer workers with more threads are tried; 1 if omitted. */
  readonly slowStep?: number | undefined
  /** The file that a worker process runs. The files of embedded engines are beside it. */
  readonly workerScript: string
  /** The data of the baseline: its spec is retrained on it, and the change's rows are compared with it. */
  readonly baseData?: BaseData | undefined
  /** Sets an earlier journal aside. */
  readonly fresh?: boolean | undefined
  /**
   * Finds a journal that an earlier job kept, before the one at `path` is opened. Used if there is none at `path`. Nobody
   * vouches for its lines.
   */
  readonly earlier?: ((journal: EarlierJournal) => Promise<string | null>) | undefined
  readonly listener: Listener
  /** Wall-clock time of the start, ISO 8601; null leaves it out of the report. */
  readonly startedAt: string | null
  /** Milliseconds from any origin. */
  readonly clock: () => number
}
