// Paths from outside may lead to a pipe, a socket or a device. Opening one may block forever, reading it may never end, and
// replacing it would break the machine.
import { constants } from 'node:fs'
import { lstat, open, stat, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** The error code for this case, beside those of the system. */
export const notAFile = 'ERR_NOT_A_FILE'

/** A flag for `open` that avoids waiting for the other end of a pipe. Windows has no such flag. */
export const withoutWaiting = constants.O_NONBLOCK ?? 0

/** A pipe that a shell passes, for example with `<(…)`. Its writer already exists, so opening it does not block. */
const handedOver = /^\/(dev|proc\/self)\/(stdin|fd\/\d+)$/

/** Opens a regular file for reading, or a pipe that a shell passes. Throws for anything else. */
export async function openFile(path: string): Promise<FileHandle> {
  const pipes = handedOver.test(path)
  const file = await open(path, constants.O_RDONLY | (pipes ? 0 : withoutWaiting))
  const found = await file.stat()
  // The system itself refuses to read a folder.
  if (found.isFile() || found.isDirectory() || (pipes && found.isFIFO())) return file
  await file.close()
  throw refusal(path)
}

/** Throws if renaming a file to this path would replace a pipe, a socket or a device. */
export async function requireReplaceable(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => undefined)
  const end = entry?.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
  // Links such as /dev/stdout lead to whatever the process was given, which may be a file.
  const ofSystem = entry !== undefined && dirname(resolve(path)) === '/dev'
  if (ofSystem || (end && !end.isFile() && !end.isDirectory())) throw refusal(path)
}

const refusal = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${path} is a pipe, a socket or a device`), { code: notAFile, path })
