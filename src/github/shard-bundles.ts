import type { DefaultArtifactClient } from '@actions/artifact'
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { artifactClient } from './artifacts.ts'

/** The part of the toolkit's client that is used here. */
type Client = Pick<DefaultArtifactClient, 'uploadArtifact' | 'downloadArtifact' | 'getArtifact' | 'listArtifacts'>

/** Files that jobs of one workflow run leave for each other, as artifacts of one file each, which are never unpacked. */
export interface ShardBundles {
  /** Resolves when it can be fetched. Rejects if it cannot be stored; a name can be used once per run. */
  send(name: string, content: Uint8Array): Promise<void>
  /** Null if there is none with this name; the error is a sentence. */
  fetch(name: string): Promise<Result<Uint8Array | null, string>>
  /** Names with that prefix. */
  names(prefix: string): Promise<readonly string[]>
}

/** Kept only as long as a person needs to restart a failed job. */
const retentionDays = 5

/** @param mostBytes larger files are not downloaded */
export function artifactBundles(mostBytes: number, given?: Client): ShardBundles {
  const connect = async (): Promise<Client> => given ?? artifactClient()
  return {
    send: (name, content) =>
      inScratch(async (folder) => {
        const file = join(folder, name)
        writeFileSync(file, content)
        await (await connect()).uploadArtifact(name, [file], folder, { retentionDays, skipArchive: true })
      }),
    fetch: async (name) => fetchOne(await connect(), name, mostBytes),
    names: async (prefix) => {
      const { artifacts } = await (await connect()).listArtifacts({ latest: true })
      return artifacts
        .map((a) => a.name)
        .filter((name) => name.startsWith(prefix))
        .sort()
    },
  }
}

async function fetchOne(client: Client, name: string, mostBytes: number): Promise<Result<Uint8Array | null, string>> {
  const artifact = await find(client, name)
  if (artifact === null) return ok(null)
  const { id, size, digest } = artifact
  if (size > mostBytes) return err(`it has ${size} bytes, more than ${mostBytes}`)
  if (!digest) return err('the artifact service has no digest for it')
  return inScratch(async (folder) => {
    // Written as it arrived: nothing is unpacked, so no name inside it can lead out of the folder.
    const { digestMismatch } = await client.downloadArtifact(id, {
      path: folder,
      expectedHash: digest,
      skipDecompress: true,
    })
    const [file, ...more] = readdirSync(folder).map((entry) => join(folder, entry))
    if (file === undefined || more.length > 0 || !lstatSync(file).isFile()) return err('it is not a single plain file')
    if (lstatSync(file).size > mostBytes) return err(`it has more than ${mostBytes} bytes`)
    const content = readFileSync(file)
    const found = `sha256:${createHash('sha256').update(content).digest('hex')}`
    return digestMismatch || found !== digest ? err(`its digest is ${found}, not ${digest}`) : ok(content)
  })
}

async function find(client: Client, name: string): Promise<Awaited<ReturnType<Client['getArtifact']>>['artifact'] | null> {
  try {
    return (await client.getArtifact(name)).artifact
  } catch (error) {
    if (error instanceof (await import('@actions/artifact')).ArtifactNotFoundError) return null
    throw error
  }
}

async function inScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-bundle-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
