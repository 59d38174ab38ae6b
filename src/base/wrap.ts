/**
 * Puts words into lines, with a blank between two. A word that does not fit gets its own line.
 *
 * @param fits whether a line is short enough
 */
export function linesOfWords(words: readonly string[], fits: (line: string) => boolean): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || fits(longer)) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  return [...lines, line]
}
