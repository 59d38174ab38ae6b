import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { readTar, type TarBounds } from '../../../base/archive.ts'

/** A regular file in a package; its path uses `/` and is below the archive's single top folder. */
export interface TarFile {
  readonly path: string
  readonly content: Buffer
}

/** More than the largest package; an archive that unpacks to more is not a pinned one. */
const largestPackage: TarBounds = { entries: 50_000, bytes: 2 ** 29 }

/**
 * The regular files of an npm package (`.tgz`), without the top folder (`package/`). Folders are implied, and links are
 * dropped: npm packs none. Throws if the archive is damaged or a path would leave the folder.
 */
export async function readPackage(archive: Uint8Array): Promise<TarFile[]> {
  const tar = gunzipSync(archive, { maxOutputLength: largestPackage.bytes })
  const files: TarFile[] = []
  for await (const { path, kind, content } of readTar([tar], largestPackage)) {
    if (kind === 'file') files.push({ path: below(path), content: await buffer(content) })
  }
  return files
}

function below(path: string): string {
  const [, ...rest] = path.split('/')
  if (rest.length === 0 || rest.some((part) => part === '' || part === '..' || part === '.') || path.includes('\\')) {
    throw new Error(`the archive has a path that is not allowed: ${path}`)
  }
  return rest.join('/')
}
