import type { DefaultArtifactClient } from '@actions/artifact'
import { copyFileSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'

export interface Upload {
  /** Name of the study. In the artifact's name, characters other than letters, digits, `.`, `_` and `-` are replaced. */
  readonly name: string
  /** Absolute paths. Links and anything but plain files are left out. */
  readonly files: readonly string[]
  /** Absolute path of their folder. */
  readonly folder: string
  /** Absolute path of the page that a browser should open without unpacking; null for none. */
  readonly page: string | null
  readonly retentionDays: number | null
}

export interface Uploaded {
  /** Ids of the artifacts; null if it could not be uploaded. */
  readonly folder: number | null
  readonly page: number | null
  /** Why something is missing, for the user; empty if nothing is. */
  readonly problems: readonly string[]
}

/** The toolkit's client. It is loaded on first use: it would take half of a step's start, and many steps keep nothing. */
export const artifactClient = async (): Promise<DefaultArtifactClient> =>
  new (await import('@actions/artifact')).DefaultArtifactClient()

/**
 * Uploads the report's folder as `tunegate-<name>` and the page on its own, unzipped, as `tunegate-<name>.html`.
 * Never throws: a report that cannot be uploaded does not change a verdict.
 */
export async function uploadReport(upload: Upload): Promise<Uploaded> {
  const name = `tunegate-${upload.name.replace(/[^\w.-]+/g, '-').slice(0, 100)}`
  const options = upload.retentionDays === null ? {} : { retentionDays: upload.retentionDays }
  const client = await artifactClient()
  const files = upload.files.filter(isPlain)
  const folder = await attempt(name, (free) => client.uploadArtifact(free, files, upload.folder, options))
  if ('problem' in folder) return { folder: null, page: null, problems: [folder.problem] }
  if (upload.page === null || !isPlain(upload.page)) return { folder: folder.id, page: null, problems: [] }
  const { page: source } = upload
  const page = await attempt(name, (free) =>
    underName(source, free, (file) =>
      client.uploadArtifact(basename(file), [file], dirname(file), { ...options, skipArchive: true }),
    ),
  )
  return { folder: folder.id, page: 'id' in page ? page.id : null, problems: 'problem' in page ? [page.problem] : [] }
}

/** A name can be uploaded once per run, and jobs of a matrix share the run: later ones get a number. */
async function attempt(
  name: string,
  send: (name: string) => Promise<{ readonly id?: number }>,
): Promise<{ readonly id: number | null } | { readonly problem: string }> {
  for (let n = 1; ; n++) {
    try {
      return { id: (await send(n === 1 ? name : `${name}-${n}`)).id ?? null }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (n === 20 || !/\(409\)|already exists/.test(reason)) return { problem: `artifact ${name}: ${reason}` }
    }
  }
}

/** An artifact that is not zipped takes the name of its file, so the file is copied to that name. */
async function underName<T>(file: string, name: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-page-'))
  try {
    const copy = join(folder, `${name}${extname(file)}`)
    copyFileSync(file, copy)
    return await use(copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isPlain(file: string): boolean {
  try {
    return lstatSync(file).isFile()
  } catch {
    return false
  }
}
