import type { Diagnostic } from '../base/diagnostics.ts'
import type { Result } from '../base/result.ts'

/**
 * How an engine that tunegate does not bring along gets onto a machine. `tunegate engine` and the action call it. The
 * commands serve the first engine of the registry that has an installer; a second one needs an argument there.
 */
export interface EngineInstaller {
  /** What it installs, for the help of `tunegate engine`. */
  readonly summary: string
  /** Kinds of machines that there are files for, as `--platform` takes them. */
  readonly platforms: readonly string[]
  /** Where the engine of this machine lies below `root`, or why there is none for this machine. */
  placeOf(root: string): Result<InstallPlace, Diagnostic>
  /** Installs it where it is not there. Throws an `InputError` that names the cause and what to do. */
  install(options: InstallOrder & InstallSource): Promise<InstalledEngine>
  /** Saves the files of an install in a folder, for a machine without a network. Throws as `install` does. */
  download(options: DownloadOrder): Promise<void>
  /**
   * Vouches for an engine that somebody else may have put there. Nothing in its folder runs before every file was checked.
   * Throws an `InputError` where it cannot check.
   */
  renew(options: InstallOrder): Promise<Result<unknown, { readonly state: 'absent' | 'damaged'; readonly why: string }>>
  /** Puts what an archive holds in the place of the engine. Nobody vouches for it: `renew` does before it is used. */
  unpack(root: string, archive: EngineArchive, signal: AbortSignal): Promise<void>
  /** What is installed, and whether it loads. */
  status(root: string): Promise<InstallStatus>
}

export interface InstallPlace {
  readonly folder: string
  /** Versions, platform and recipe: the same key is the same engine. */
  readonly key: string
}

export interface InstallOrder {
  /** The folder of all engines; made where it is not there. */
  readonly root: string
  /** Variables for the programs that fetch and compile. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  /** ISO 8601, for the record. */
  readonly installedAt: string
  readonly listener: (event: InstallEvent) => void
}

export interface InstallSource {
  /** A folder that `download` filled; null fetches from the registries. */
  readonly from: string | null
  /** Builds again what is installed already. */
  readonly force: boolean
}

export interface DownloadOrder extends Pick<InstallOrder, 'env' | 'signal' | 'listener'> {
  readonly folder: string
  /** The machine that the files are for, one of `platforms`; null for this one. */
  readonly platform: string | null
}

/** The steps of an install, each told when it begins. */
export type InstallEvent =
  | { readonly type: 'waiting'; readonly holder: string }
  | { readonly type: 'fetching'; readonly files: number; readonly bytes: number }
  | { readonly type: 'checking' }
  | { readonly type: 'unpacking'; readonly bytes: number }
  | { readonly type: 'compiling'; readonly compiler: string }
  | { readonly type: 'testing' }

export interface InstalledEngine {
  readonly folder: string
  /** Names and versions, for a person. */
  readonly title: string
  readonly bytes: number
  /** False where it was installed before. */
  readonly fresh: boolean
}

/** An archive of an engine's folder that somebody made. */
export interface EngineArchive {
  /** A tar, packed by gzip or Zstandard. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The folder that relative paths in it start from. */
  readonly from: string
}

export interface InstallStatus {
  /** What is known of it, for `engine status --json`. */
  readonly found: object
  /** The same for a person, one fact a line. */
  readonly lines: readonly string[]
  /** Whether it loads and trains, found out in a process of its own; null where it is not installed. */
  readonly loads: Result<{ readonly loadMs: number }, Diagnostic> | null
  /** Folders below `root` with engines of other versions of tunegate. */
  readonly others: readonly string[]
}
