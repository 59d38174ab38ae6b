import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { NormalizedData } from '../compile/normalized.ts'
import { pathsOf } from '../data/parts.ts'
import { lookedForOnce, type BaseData, type BaseFile } from '../study/base-file.ts'
import { blobAt, isCommitted, type CommittedFile, type Commits } from './commit-files.ts'

/** Larger files are not compared: GitHub does not serve more of a file. */
const mostBytes = 100 * 1024 * 1024

/** The data files that the base commit's spec names. They are requested to retrain the base, or once a study is done. */
export function baseData(base: string, specPath: string, data: NormalizedData, commits: Commits): BaseData {
  const pathOf = (named: string): string => posix.join(posix.dirname(specPath.replaceAll('\\', '/')), named)
  const paths = new Map(pathsOf(data).map(([part, named]) => [part, pathOf(named)]))
  const path = pathOf(data.source)
  return lookedForOnce({
    data,
    // A command that repeats the study names one file.
    ...(paths.size === 1 && { path }),
    file: (own, part) => fileOf(base, paths.get(part) ?? path, own, commits),
  })
}

/** If the change leaves the file alone, only the change's own copy is read, to find that out. */
async function fileOf(base: string, path: string, own: string | null, commits: Commits): Promise<BaseFile> {
  const isFile =
    own === null ||
    (await stat(own).then(
      (s) => s.isFile(),
      () => false,
    ))
  if (!isFile) return { kind: 'unknown', why: `${path} names several files, and only one file is compared` }
  const found = await blobAt(base, path, commits)
  if (!found.ok) return { kind: 'unknown', why: `${path} of the base commit cannot be read: ${found.error}` }
  const file = found.value
  if (file === null) {
    const kind = own !== null && (await isUncommitted(path, own, commits)) ? 'uncommitted' : 'unknown'
    return { kind, why: `the base commit has no file ${path}` }
  }
  if (own !== null && extname(own) === extname(path) && (await idOf(own, file.id)) === file.id) return { kind: 'same' }
  if (file.bytes > mostBytes) {
    return { kind: 'unknown', why: `${path} of the base commit has ${file.bytes} bytes, more than ${mostBytes}` }
  }
  return contentOf(file, path, own)
}

/** Whether the change has no such file either, nor another in its place: an earlier workflow step created it. */
async function isUncommitted(path: string, own: string, commits: Commits): Promise<boolean> {
  const { workspace } = commits.runner
  return own === join(await realpath(workspace), path) && !(await isCommitted(path, commits))
}

async function contentOf(file: CommittedFile, path: string, own: string | null): Promise<BaseFile> {
  const bytes = await file.read()
  if (!bytes.ok) return { kind: 'unknown', why: `${path} of the base commit cannot be read: ${bytes.error}` }
  const stored = largeFile(bytes.value)
  if (stored === null) return { kind: 'other', name: posix.basename(path), bytes: bytes.value }
  if (own !== null && (await digest(own, createHash('sha256'))) === stored) return { kind: 'same' }
  return { kind: 'unknown', why: `${path} of the base commit is in Git LFS` }
}

/** Git's name of the file's content. The length of the name shows the repository's hash kind. */
async function idOf(path: string, like: string): Promise<string> {
  const { size } = await stat(path)
  return digest(path, createHash(like.length === 64 ? 'sha256' : 'sha1').update(`blob ${size}\0`))
}

async function digest(path: string, hash: Hash): Promise<string> {
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** The digest of the content behind a Git LFS pointer; null for any other file. */
function largeFile(bytes: Buffer): string | null {
  if (bytes.length > 1024) return null
  const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*oid sha256:([0-9a-f]{64})\n/
  return pointer.exec(bytes.toString('latin1'))?.[1] ?? null
}
