import { mkdir, mkdtemp } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { decompressed, readTar, writeNewFile, type TarBounds } from '../../../base/archive.ts'
import { makeFolder } from '../../../base/files.ts'
import { scratchPrefix, takePlace, waitForLock } from '../../install/place.ts'
import { removeFolder } from '../../install/record.ts'
import type { EngineArchive } from '../../installer.ts'
import type { Place } from './place.ts'

/** More than an engine has. */
const most: TarBounds = { entries: 5000, bytes: 2 ** 30 }

/**
 * Unpacks an archive into an engine's place. Its author may try to write elsewhere: only files and folders below the
 * engine's folder are accepted, by their paths alone, and anything else rejects the archive. `tar` would follow links and
 * write wherever a path leads. The content of the files is not checked here: `renewEngine` does that before any of them is
 * used.
 */
export async function unpackEngine(place: Place, archive: EngineArchive, signal?: AbortSignal): Promise<void> {
  await makeFolder(place.root)
  const lock = await waitForLock(place.lock, () => {}, signal)
  const scratch = await mkdtemp(scratchPrefix(place))
  try {
    const engine = join(scratch, 'engine')
    await mkdir(engine)
    await unpack(engine, place.folder, archive, signal)
    await takePlace(engine, place, scratch)
  } finally {
    await removeFolder(scratch)
    lock.release()
  }
}

async function unpack(engine: string, folder: string, { bytes, from }: EngineArchive, signal?: AbortSignal): Promise<void> {
  for await (const { path, kind, content } of readTar(await decompressed(bytes), most)) {
    signal?.throwIfAborted()
    const below = pathBelow(folder, resolve(from, path))
    if (kind === 'folder') await mkdir(join(engine, below), { recursive: true })
    else if (kind === 'file' && below !== '') {
      const file = join(engine, below)
      await mkdir(dirname(file), { recursive: true })
      // Refuses a path that occurs twice.
      await writeNewFile(file, content)
    } else throw new Error(`the archive has an entry that is neither a file nor a folder: ${below}`)
  }
}

/** Empty for the folder itself. */
function pathBelow(folder: string, path: string): string {
  if (path === folder) return ''
  if (!path.startsWith(folder + sep)) throw new Error(`the archive has a path that leads outside its folder: ${path}`)
  return path.slice(folder.length + 1)
}
