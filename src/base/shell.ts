import { printable } from './printable.ts'

/**
 * Words as a POSIX shell reads them, for a command that a person is shown and may copy: each word is one word, and the line is
 * printable. What could not be printed stands as bytes in `$'…'`, which current shells know.
 */
export const shellCommand = (...words: readonly string[]): string => words.map(shellWord).join(' ')

export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (printable(word, Infinity) === word) return `'${word.replaceAll("'", "'\\''")}'`
  return `$'${Array.from(Buffer.from(word), quotedByte).join('')}'`
}

const quotedByte = (byte: number): string => {
  const letter = String.fromCharCode(byte)
  return /[\w@%+=:,./ -]/.test(letter) && byte < 0x80 ? letter : `\\${byte.toString(8).padStart(3, '0')}`
}
