import { constants, lstatSync, type Stats } from 'node:fs'
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { notAFile, openFile, requireReplaceable, withoutWaiting } from './devices.ts'
import { InputError } from './diagnostics.ts'
import { shownPath } from './paths.ts'

/**
 * Writes a whole file atomically: a reader, or a machine that loses power, sees the old content or the new, never anything
 * in between. It writes and syncs a temporary file beside it, renames that over it, and syncs the folder.
 */
export async function writeFileAtomic(path: string, content: Content): Promise<void> {
  // The process number keeps two writers from sharing one temporary file. The last rename wins, with a complete file.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  await requireReplaceable(path)
  try {
    // A leftover of a killed process with the same number is removed, and no link of this name is followed.
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx')
    try {
      await writePieces(file, content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Flags for `open` that never follow a link in place of the file or wait at a pipe. Windows has no such flags. */
export const notThroughLink = (flags: number): number => flags | (constants.O_NOFOLLOW ?? 0) | withoutWaiting

/** Writes a file that a power cut may lose, and never through a link of its name. */
export async function writeFilePlain(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, notThroughLink(constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC))
  try {
    await writePieces(file, content)
  } finally {
    await file.close()
  }
}

type Content = string | Uint8Array | AsyncIterable<Uint8Array>

async function writePieces(file: FileHandle, content: Content): Promise<void> {
  if (typeof content === 'string') return writeAt(file, Buffer.from(content), 0)
  if (content instanceof Uint8Array) return writeAt(file, content, 0)
  let position = 0
  for await (const piece of content) {
    await writeAt(file, piece, position)
    position += piece.length
  }
}

/** Syncs the names in a folder to disk, so that a rename or a new file survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such call: it refuses to open a folder.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes all bytes at a position. A single system call may write only a part, for example on a nearly full disk. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Reads exactly this many bytes at a position. Throws if the file ends before that. */
export async function readAt(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw new Error(`the file ends at ${position + done}, ${length - done} bytes too early`)
    done += bytesRead
  }
  return bytes
}

/** How much of a long file is in memory at a time. */
const pieceBytes = 2 ** 20

/** The bytes of a file between two positions, piece by piece. Throws if the file ends before. */
export async function* readPieces(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += pieceBytes) yield await readAt(file, Math.min(pieceBytes, end - at), at)
}

/**
 * What is at a path, without following a link; null if there is nothing, for example below a file or behind a link that
 * leads to itself.
 */
export function entryAt(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

/**
 * Content of a file that others may have written; undefined if it has more than `most` bytes. It never reads more than that,
 * whatever size the file reports.
 */
export async function readWithin(path: string, most: number): Promise<Buffer | undefined> {
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    if (size > most) return undefined
    const chunks: Buffer[] = []
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(most + 1 - total, Math.max(size + 1 - total, 65_536)))
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, bytesRead))
      total += bytesRead
      if (total > most) return undefined
    }
  } finally {
    await file.close()
  }
}

/** The same as text. Throws an `InputError` with this code if it is too large. System errors are thrown unchanged. */
export async function readTextWithin(path: string, most: number, code: string): Promise<string> {
  const content = await readWithin(path, most)
  if (content) return content.toString('utf8')
  const message = `${shownPath(path)} is too large`
  throw new InputError([
    { code, severity: 'error', message, found: `more than ${most} bytes`, allowed: `at most ${most} bytes` },
  ])
}

/** Creates a folder and its parents, one by one: the recursive call of Node 20 never returns on some file systems. */
export async function makeFolder(path: string): Promise<void> {
  const full = resolve(path)
  const found = await stat(full).catch(() => undefined)
  if (found?.isDirectory()) return
  if (dirname(full) !== full) await makeFolder(dirname(full))
  await mkdir(full).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || found) throw error
  })
}

const otherFolder = 'choose another folder'
const raise = 'close other programs, or raise the limit (`ulimit -a` shows it)'
const memory = 'close other programs, use fewer --workers, or use a machine with more memory'
const remount = 'remount the file system, or choose another folder'

/** What the user can do about an operating system error, by its code. */
const causes: Readonly<Record<string, readonly [cause: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free disk space, or choose another folder'],
  EDQUOT: ['the disk quota is used up', 'free disk space, or choose another folder'],
  EFBIG: ['the file is larger than the system allows', 'raise the limit (`ulimit -f`), or choose another file system'],
  EROFS: ['the file system is read-only', otherFolder],
  EACCES: ['permission denied', 'change its permissions, or choose another folder'],
  EPERM: ['permission denied', 'change its permissions, or choose another folder'],
  ENOTDIR: ['part of the path is a file', otherFolder],
  EEXIST: ['a file with this name already exists', otherFolder],
  ENOTEMPTY: ['the folder is not empty', otherFolder],
  ENOENT: ['there is no such file or folder', 'check the path'],
  EISDIR: ['it is a folder', 'check the path'],
  ELOOP: ['a link with this name exists, or links form a loop', 'remove the link, or choose another folder'],
  EMLINK: ['the file system allows no more links', otherFolder],
  EXDEV: ['the folder spans two file systems', otherFolder],
  ENAMETOOLONG: ['a name is too long', 'choose a shorter one'],
  ERANGE: ['the path of the current folder is too long', 'run from a folder with a shorter path'],
  EBUSY: ['another program holds it', 'close that program, and try again'],
  ETXTBSY: ['the program is running', 'stop that program, and try again'],
  ENODEV: ['the device does not support this operation', 'name a regular file'],
  ENXIO: ['there is no such device, or nothing listens on it', 'name a regular file'],
  ESPIPE: ['it is a pipe and cannot be read at an offset', 'name a regular file'],
  EINVAL: ['the file system refuses this operation', otherFolder],
  ENOSYS: ['the file system does not support this operation', otherFolder],
  ENOTSUP: ['the file system does not support this operation', otherFolder],
  EOPNOTSUPP: ['the file system does not support this operation', otherFolder],
  ENOLCK: ['the system has no more locks', raise],
  EMFILE: ['too many files are open', raise],
  ENFILE: ['too many files are open on this machine', raise],
  EAGAIN: ['the system cannot create more processes or threads', 'raise the limit (`ulimit -u`), or use fewer --workers'],
  ENOMEM: ['the system has no memory left', memory],
  ERR_FS_FILE_TOO_LARGE: ['the file is larger than can be read at once', 'name a smaller file'],
  ERR_STRING_TOO_LONG: ['the file is larger than can be read at once', 'name a smaller file'],
  ERR_MEMORY_ALLOCATION_FAILED: ['the system has no memory left', memory],
  EIO: ['the disk reports an error', 'check the disk'],
  EUCLEAN: ['the file system is damaged', 'check the disk'],
  ESTALE: ['the network file system has lost the file', remount],
  ENOTCONN: ['the file system has lost its server', remount],
  EREMOTEIO: ['the file system has lost its server', remount],
  [notAFile]: ['it is a pipe, a socket or a device', 'name a regular file'],
  ENOEXEC: ['it is not a program for this machine', 'install it again for this machine'],
  E2BIG: ['the environment is too large to start a program', 'unset variables that are not needed'],
}

/** What the system said about a file, in words if known. */
export function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  const cause = causes[code]?.[0]
  return cause ? `${cause} (${code})` : code || message
}

/** Turns a file system error into one that the user can act on. Returns anything else unchanged: it is a defect of ours. */
export function explainFileError(error: unknown, code: string, message: string): unknown {
  const { code: reason = '', path } = error as NodeJS.ErrnoException
  const known = causes[reason]
  if (!(error instanceof Error) || !known) return error
  const [cause, hint] = known
  return new InputError([
    { code, severity: 'error', message, found: `${cause} (${reason}${path ? `, ${shownPath(path)}` : ''})`, hint },
  ])
}

/** Messages of JavaScript and WebAssembly engines when an array, a text or a memory cannot be allocated. */
const noMemory =
  /^(Array buffer allocation failed|Invalid (typed array|string|array) length(: \d+)?$|WebAssembly\.Memory\(\): could not allocate|Cannot enlarge memory|Aborted\(OOM\))/

/**
 * The same for an error that no code closer to its source explained: the last safety net before "a defect of ours". It only
 * accepts operating system errors. The system names the call that failed; our own errors do not.
 */
export function explainSystemError(error: unknown): unknown {
  if (error instanceof Error && noMemory.test(error.message)) {
    return new InputError([
      { code: 'system/no-memory', severity: 'error', message: 'memory ran out', found: error.message, hint: memory },
    ])
  }
  const { code = '', syscall } = (error ?? {}) as NodeJS.ErrnoException
  if (syscall === undefined && !code.startsWith('ERR_')) return error
  const what = syscall === undefined ? 'a file' : `the call \`${syscall.split(' ')[0] ?? ''}\``
  return explainFileError(error, 'system/refused', `the operating system refused ${what}`)
}
