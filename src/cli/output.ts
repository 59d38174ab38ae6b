import { fstatSync, writeSync } from 'node:fs'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError } from '../base/files.ts'

let lost: unknown

/**
 * Writes text that is printable already to standard output. Throws an `InputError` where it cannot be written: a result that
 * is lost or cut short is not a success. A reader that closes the pipe has seen enough, and that is no error.
 */
export function writeOutput(text: string): void {
  try {
    if (isFile(process.stdout.fd)) writeWhole(process.stdout.fd, text)
    else process.stdout.write(text)
  } catch (error) {
    throw unwritable(error)
  }
}

/** A stream of Node takes it for success when the system writes only a part to a file. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

function isFile(file: number): boolean {
  if (process.stdout.isTTY) return false
  const found = fstatSync(file)
  return found.isFile() || found.isCharacterDevice()
}

/** The same to standard error. What it cannot take, nobody can be told. */
export const writeErrors = (text: string): void => { process.stderr.write(text) }

/** Errors of a stream come later than the call. */
export function watchOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error
  })
  process.stderr.on('error', () => {})
}

/** An error that came later than the call which wrote; undefined where there was none. */
export const lostOutput = (): unknown => (lost === undefined ? undefined : unwritable(lost))

const unwritable = (error: unknown): unknown =>
  error instanceof InputError ? error : explainFileError(error, 'output/unwritable', 'the output cannot be written')
