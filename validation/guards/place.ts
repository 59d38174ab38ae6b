/** Where a text stands, as offsets of its first character and of the one after its last. */
export interface Place {
  readonly from: number
  readonly to: number
}

/**
 * Every place of `find` in a source file, whatever line breaks, blanks and trailing commas a formatter has set between its
 * words. In a file that is not TypeScript, blanks have a meaning, so only the exact text counts.
 */
export function placesOf(file: string, text: string, find: string): readonly Place[] {
  const exact = allOf(text, find).map((from) => ({ from, to: from + find.length }))
  if (exact.length > 0 || !file.endsWith('.ts')) return exact
  const [whole, part] = [packed(text), packed(find)]
  return allOf(whole.text, part.text).map((at) => ({
    from: whole.offsets[at] ?? 0,
    to: (whole.offsets[at + part.text.length - 1] ?? 0) + 1,
  }))
}

function allOf(text: string, find: string): number[] {
  const found: number[] = []
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + 1)) found.push(at)
  return found
}

/** The text without what a formatter may change, with the offset of every character that is left. */
function packed(text: string): { readonly text: string; readonly offsets: readonly number[] } {
  const offsets = [...text.matchAll(/\S/g)].map((m) => m.index)
  const kept = offsets.filter((at, i) => !(text[at] === ',' && /[)\]}]/.test(text[offsets[i + 1] ?? -1] ?? '')))
  return { text: kept.map((at) => text[at]).join(''), offsets: kept }
}
