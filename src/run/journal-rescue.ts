// An output folder may be removed, renamed or made read-only while a study writes to it. An open file does not notice.
import { access, constants, open, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, makeFolder, notThroughLink, readPieces, writeFileAtomic } from '../base/files.ts'
import { freeName } from './journal-opening.ts'

/** Checks that the open file is still the one at its path. Throws if the report could not be written beside it. */
export async function requireFolder(file: FileHandle, path: string): Promise<'there' | 'gone'> {
  const [own, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  const same = there && there.ino === own.ino && there.dev === own.dev
  // Some file systems give an open file another number. If the size differs, it is another file.
  if (!there || (!same && (own.nlink === 0 || own.size !== there.size))) return 'gone'
  if (process.platform !== 'win32') await access(dirname(path), constants.W_OK)
  return 'there'
}

export interface Rescued {
  readonly file: FileHandle
  /** Why the study ends, and where its runs are. */
  readonly error: InputError
}

/**
 * Copies the content of the open file to its path, in a folder that is created again; beside the path if a file exists there
 * by now.
 */
export async function rescue(file: FileHandle, end: number, path: string, runs: number): Promise<Rescued> {
  const message = 'the output folder was removed or replaced while the study ran, so the study stops here'
  try {
    await makeFolder(dirname(path))
    const to = await stat(path).then(
      () => freeName(path),
      () => path,
    )
    await writeFileAtomic(to, readPieces(file, 0, end))
    const hint = to === path ? 'run the same command to continue from them' : `rename it to ${path} to continue from them`
    return {
      file: await open(to, notThroughLink(constants.O_RDWR)),
      error: new InputError([
        {
          code: 'journal/folder-lost',
          severity: 'error',
          message,
          found: dirname(path),
          hint: `it was made again, and ${runs} finished ${runs === 1 ? 'run is' : 'runs are'} kept in ${to}: ${hint}`,
        },
      ]),
    }
  } catch (error) {
    throw explainFileError(
      error,
      'journal/folder-lost',
      `${message}; it cannot be made again, and the finished runs are lost`,
    )
  }
}
