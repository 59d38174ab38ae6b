import { printable } from './printable.ts'

/**
 * Words for a POSIX shell, for a command that the user sees and may copy: each word stays one word, and the line is
 * printable. Unprintable characters become bytes in `$'…'`, which current shells understand.
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
