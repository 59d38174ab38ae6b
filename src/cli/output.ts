import { fstatSync, writeSync } from 'node:fs'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError } from '../base/files.ts'

let lost: unknown

/**
 * Writes printable text to standard output. Throws an `InputError` if it cannot be written: a lost or truncated result is
 * not a success. If a reader closes the pipe, it has seen enough, and that is not an error.
 */
export function writeOutput(text: string): void {
  try {
    if (isFile(process.stdout.fd)) writeWhole(process.stdout.fd, text)
    else process.stdout.write(text)
  } catch (error) {
    throw unwritable(error)
  }
}

/** A Node stream reports success even if the system writes only a part to a file. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}

function isFile(file: number): boolean {
  if (process.stdout.isTTY) return false
  const found = fstatSync(file)
  return found.isFile() || found.isCharacterDevice()
}

/** The width of standard output; `otherwise` if it is no terminal. */
export const outputColumns = (otherwise: number): number => process.stdout.columns ?? otherwise

/** The same for standard error. If that fails, there is nowhere to report it. */
export const writeErrors = (text: string): void => {
  process.stderr.write(text)
}

/** Stream errors arrive after the call. */
export function watchOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error
  })
  process.stderr.on('error', () => {})
}

/** An error that arrived after its write call; undefined if there was none. */
export const lostOutput = (): unknown => (lost === undefined ? undefined : unwritable(lost))

const unwritable = (error: unknown): unknown =>
  error instanceof InputError ? error : explainFileError(error, 'output/unwritable', 'the output cannot be written')
