import type { Diagnostic } from '../base/diagnostics.ts'
import type { Result } from '../base/result.ts'

/** How to install an engine that tunegate does not ship. `tunegate engine` and the action call it. */
export interface EngineInstaller {
  /** What it installs, for the help of `tunegate engine`. */
  readonly summary: string
  /** The place of this machine's engine below `root`, or why there is none for this machine. */
  placeOf(root: string): Promise<Result<InstallPlace, Diagnostic>>
  /** Installs it if it is missing. Throws an `InputError` that names the cause and what to do. */
  install(options: InstallOrder & InstallSource): Promise<InstalledEngine>
  /** What is installed, and whether it loads. */
  status(root: string): Promise<InstallStatus>
  /**
   * How its files get here. Absent if it is made on this machine from tunegate's own files, in seconds and without a network:
   * the action then makes it in each step, in a new folder, and neither keeps it nor trusts one that is there.
   */
  readonly downloads?: EngineDownloads
}

/** Files of an engine that come over a network, and what the action does to fetch them once. */
export interface EngineDownloads {
  /** The kinds of machines with available files, as values of `--platform`. */
  readonly platforms: readonly string[]
  /** Saves the files of an install to a folder, for a machine without a network. Throws as `install` does. */
  download(options: DownloadOrder): Promise<void>
  /**
   * Verifies an engine that somebody else may have put there. Nothing in its folder runs before every file was checked.
   * Throws an `InputError` if it cannot check.
   */
  renew(options: InstallOrder): Promise<Result<unknown, { readonly state: 'absent' | 'damaged'; readonly why: string }>>
  /** Unpacks an archive into the engine's place. Nobody vouches for its content; `renew` verifies it before use. */
  unpack(root: string, archive: EngineArchive, signal: AbortSignal): Promise<void>
}

export interface InstallPlace {
  readonly folder: string
  /** Versions, platform and recipe: the same key is the same engine. */
  readonly key: string
}

export interface InstallOrder {
  /** The folder of all engines; created if it does not exist. */
  readonly root: string
  /** Variables for the programs that fetch and compile. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  /** ISO 8601, for the record. */
  readonly installedAt: string
  readonly listener: (event: InstallEvent) => void
}

export interface InstallSource {
  /** A folder that `download` filled; null fetches from the registries. An engine without downloads ignores it. */
  readonly from: string | null
  /** Builds again what is already installed. */
  readonly force: boolean
}

export interface DownloadOrder extends Pick<InstallOrder, 'env' | 'signal' | 'listener'> {
  readonly folder: string
  /** The machine that the files are for, one of `platforms`; null for this machine. */
  readonly platform: string | null
}

/** The steps of an install, each reported when it begins. */
export type InstallEvent =
  | { readonly type: 'waiting'; readonly holder: string }
  | { readonly type: 'fetching'; readonly files: number; readonly bytes: number }
  | { readonly type: 'checking' }
  | { readonly type: 'unpacking'; readonly bytes: number }
  | { readonly type: 'compiling'; readonly compiler: string }
  | { readonly type: 'testing' }

export interface InstalledEngine {
  readonly folder: string
  /** Names and versions, for the user. */
  readonly title: string
  readonly bytes: number
  /** False if it was installed before. */
  readonly fresh: boolean
}

/** An archive of an engine's folder from an untrusted source. */
export interface EngineArchive {
  /** A tar, compressed with gzip or Zstandard. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The base folder of its relative paths. */
  readonly from: string
}

export interface InstallStatus {
  /** What is known of it, for `engine status --json`. */
  readonly found: object
  /** The same for the user, one fact per line. */
  readonly lines: readonly string[]
  /** Whether it loads and trains, tested in a separate process; null if it is not installed. */
  readonly loads: Result<{ readonly loadMs: number }, Diagnostic> | null
  /** Folders below `root` with engines for other versions of tunegate. */
  readonly others: readonly string[]
}
