import type { LeverName, LeverValue } from './levers.ts'
import type { MetricName } from './metrics.ts'

/** The `trainer` section of a spec with every default filled in: how to start a training script, and what its names mean. */
export interface TrainerSettings {
  /** Program and arguments, with macros. It runs in the folder of the spec, without a shell. */
  readonly command: readonly string[]
  /** Globs of the files that decide what the script trains, relative to the spec; null takes the default. */
  readonly files: readonly string[] | null
  /** Globs of the data files, relative to the spec. */
  readonly data: readonly string[]
  /** The script's name of each lever that it takes, by ours. */
  readonly levers: { readonly [lever in LeverName]?: string }
  /** The script's name of its seed; null if only the request has it. */
  readonly seed: string | null
  /** The script's names of the metrics that it computes itself, by ours. */
  readonly metrics: { readonly [metric in MetricName]?: string }
  /** Names of the environment variables that the script gets besides the fixed ones. */
  readonly environment: readonly string[]
  /** Seconds. */
  readonly timeout: TrainerTimeouts
  readonly deterministic: 'check' | 'require' | 'off'
}

/** Limits of one run, in seconds. */
export interface TrainerTimeouts {
  /** From the start to the first line. */
  readonly start: number
  /** Between two lines. */
  readonly silence: number
  /** The whole run. */
  readonly run: number
}

/** What a script says about itself when it is asked to describe itself. It says so itself, so nothing of it is trusted. */
export interface TrainerDescription {
  /** Framework and version, and what trains; part of the engine's label. */
  readonly framework: string
  readonly device: string
  /** The script's hyperparameters with its own defaults, by its names. */
  readonly levers: Readonly<Record<string, LeverValue>>
  readonly modes: readonly string[]
  readonly perStepRate: boolean
  readonly gradientNorms: boolean
  readonly predictions: boolean
  readonly test: boolean
  readonly epochs: number | null
  /** Examples by split; null where the script does not say. */
  readonly rows: { readonly train: number | null; readonly validation: number | null; readonly test: number | null }
  readonly classes: number | null
  readonly parameters: number | null
}

/** What a plan knows about the files of a script, from reading them. */
export interface TrainerFiles {
  /** Digest of the script, its modules and its package lock files. */
  readonly code: string
  /** Digest of the data files that the spec names. */
  readonly data: string
  /** Digest of the package lock files alone: what must be installed. */
  readonly packages: string
  /** Number of files behind each digest, for people. */
  readonly counts: { readonly code: number; readonly data: number }
}

/** Everything that a plan must know about a script, and nothing more. */
export interface TrainerFacts {
  readonly description: TrainerDescription
  readonly files: TrainerFiles
}

/** What shapes the runs of a script; part of the workload. */
export interface TrainerProgram extends Pick<TrainerSettings, 'command' | 'levers' | 'seed' | 'metrics'> {
  /** Digest of the script, its modules and its package lock files. */
  readonly code: string
  /** Whether metrics are computed from predictions, or are those that the script reports. */
  readonly measured: 'from predictions' | 'self-reported'
  readonly modes: readonly string[]
  readonly perStepRate: boolean
}

/**
 * The range test of a script that cannot set the rate of every step: runs of one epoch, each with another rate. Its log has
 * one entry for each run.
 */
export const rateSeries = { points: 24, epochs: 1 } as const

/** Whether the script itself sweeps the rate in a range test. */
export const sweepsRate = ({ modes, perStepRate }: Pick<TrainerProgram, 'modes' | 'perStepRate'>): boolean =>
  perStepRate && modes.includes('range')

/** Where and how a machine runs a script. Nothing of it shapes a result, so no fingerprint covers it. */
export interface TrainerPlace {
  /** The folder of the spec, in which the command runs. */
  readonly folder: string
  /** The script's whole environment, except for what the protocol adds. */
  readonly environment: Readonly<Record<string, string>>
  /** A folder for what runs write while they run. */
  readonly scratch: string
  readonly timeout: TrainerTimeouts
  /** Seconds from SIGTERM to SIGKILL. */
  readonly grace: number
  readonly description: TrainerDescription
}

/** How the losses of two equal runs differ: not at all, by rounding, or more. */
export type Determinism = 'bitwise' | 'close' | 'different'

/** Whether a value that was read is one that `TrainerCheck` may have. */
export const isDeterminism = (value: unknown): value is Determinism | null =>
  value === null || value === 'bitwise' || value === 'close' || value === 'different'

/** What reports and locks say about the script that made their numbers. */
export interface TrainerRecord {
  readonly measured: TrainerProgram['measured']
  /** Null if nobody looked. */
  readonly deterministic: Determinism | null
  /** Present if no script ran: results that another tool made were read. */
  readonly source?: 'results'
}

/** What a few short runs showed about a script. */
export interface TrainerCheck {
  /** Null if the script reports no steps, so that nothing could be compared. */
  readonly deterministic: Determinism | null
}

/**
 * Variables that a script never gets, whatever a spec lists: tokens of the runner, and files by which a step steers those
 * after it. A name that ends in `_` stands for every variable that begins with it.
 */
const withheld = ['ACTIONS_', 'GITHUB_', 'INPUT_', 'RUNNER_', 'TUNEGATE_', 'GH_TOKEN', 'NODE_AUTH_TOKEN'] as const

/** The same, for people. */
export const withheldNames: string = withheld.map((name) => (name.endsWith('_') ? `${name}*` : name)).join(', ')

/** Whether a script never gets the variable. Upper and lower case are one name, as on Windows. */
export function isWithheld(variable: string): boolean {
  const name = variable.toUpperCase()
  return withheld.some((one) => (one.endsWith('_') ? name.startsWith(one) : name === one))
}
