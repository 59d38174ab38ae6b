import { lstat, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { sha256 as digest, sha256OfFile } from '../../../base/hash.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { membersOf } from './build.ts'
import { digestOf, type Digest } from './contents.ts'
import { addonFile, files, headerFolders, loadText, packageFolder, smokeTestText } from './layout.ts'
import type { Pins } from './pins.ts'
import type { Platform } from './platform.ts'
import type { EngineRecord } from './install.ts'

type Found = EngineRecord['files'][number]

/** An engine has 500 files, and only TensorFlow's libraries are larger than 2 MiB. Anything beyond that is not an engine. */
const most = { entries: 5000, bytes: 2 ** 26 } as const

/** What the pins say about an engine's folder. Paths are below it, with `/`. */
interface Expected {
  /** Files that are pinned individually. */
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>
  /** Folders that are pinned as a whole: digests over all other files in them. */
  readonly folders: ReadonlyMap<string, string>
  /** Files that no pin can know. */
  readonly own: ReadonlySet<string>
}

/**
 * Checks every file of an engine's folder against the pins of this build, and against what this build would write. Nothing
 * in the folder is trusted. A link, an unlisted file, a missing file or other content is an error. Only `engine.json` and
 * the addon may be anything: the first is never run, and the caller compiles the second again.
 */
export async function verifyFiles(
  engine: string,
  pins: Pins,
  platform: Platform,
): Promise<Result<readonly Found[], string>> {
  const expected = expectedIn(engine, pins, platform)
  const listed = await list(engine)
  if (!listed.ok) return listed
  const unlisted = listed.value.find(
    (path) => !expected.files.has(path) && !expected.own.has(path) && folderOf(path, expected) === undefined,
  )
  if (unlisted !== undefined) return err(`${unlisted} does not belong to the engine`)
  const missing = [...expected.files.keys(), ...expected.own].find((path) => !listed.value.includes(path))
  if (missing !== undefined) return err(`${missing} is missing`)
  const found: Found[] = []
  for (const path of listed.value) {
    const { size: bytes } = await lstat(join(engine, path))
    const pinned = expected.files.get(path)
    if (bytes !== (pinned?.bytes ?? bytes) || (!pinned && bytes > most.bytes)) return err(`${path} has the wrong size`)
    const sha256 = await sha256OfFile(join(engine, path))
    if (pinned && sha256 !== pinned.sha256) return err(`${path} has the wrong content`)
    found.push({ path, bytes, sha256 })
  }
  const wrong = [...expected.folders].find(([folder, unpacked]) => digestOf(filesIn(folder, found, expected)) !== unpacked)
  return wrong ? err(`${wrong[0]} differs from its package`) : ok(found)
}

function expectedIn(engine: string, pins: Pins, platform: Platform): Expected {
  const below = (path: string): string => relative(engine, path).split(sep).join('/')
  const text = (content: string) => ({ bytes: Buffer.byteLength(content), sha256: digest(content) })
  return {
    files: new Map([
      ...membersOf(engine, pins.wheels[platform]).map(([member, path]) => [below(path), member] as const),
      [files.load, text(loadText)],
      [files.smokeTest, text(smokeTestText)],
    ]),
    folders: new Map([
      ...pins.packages.map((one) => [below(packageFolder(engine, one.name)), one.unpacked] as const),
      [below(headerFolders(engine).node), pins.headers.unpacked],
    ]),
    own: new Set([files.record, below(addonFile(engine))]),
  }
}

const folderOf = (path: string, { folders }: Expected): string | undefined =>
  [...folders.keys()].find((folder) => path.startsWith(`${folder}/`))

function filesIn(folder: string, found: readonly Found[], expected: Expected): Digest[] {
  return found
    .filter(({ path }) => path.startsWith(`${folder}/`) && !expected.files.has(path) && !expected.own.has(path))
    .map(({ path, sha256 }) => ({ path: path.slice(folder.length + 1), sha256 }))
}

/** Every file below a folder, which must itself be a folder. No link is followed or allowed. */
async function list(engine: string): Promise<Result<readonly string[], string>> {
  if (!(await lstat(engine)).isDirectory()) return err('its folder is not a folder')
  const [paths, folders] = [[] as string[], ['']]
  for (const folder of folders) {
    for (const entry of await readdir(join(engine, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) paths.push(path)
      else return err(`${path} is neither a file nor a folder`)
      if (paths.length + folders.length > most.entries) return err(`it has more than ${most.entries} files and folders`)
    }
  }
  return ok(paths.sort())
}
