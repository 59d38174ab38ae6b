/**
 * Markdown of at most `bytes` bytes of UTF-8. GitHub silently drops a job summary that is too large, so whole sections
 * (`## …`) are removed, the largest first, and a note says which. The first part, with the verdict, stays as long as
 * possible.
 */
export function capSummary(text: string, bytes = 1_000_000): string {
  if (size(text) <= bytes) return text
  const [head = '', ...sections] = text.split(/^(?=## )/m)
  const cut = new Set<number>()
  const bySize = sections.map((s, i) => ({ i, size: size(s) })).sort((a, b) => b.size - a.size || b.i - a.i)
  for (const { i } of bySize) {
    cut.add(i)
    const rest = [head, ...sections.filter((_, at) => !cut.has(at))].join('')
    const capped = `${rest.trimEnd()}\n\n${noteOf([...cut].sort((a, b) => a - b).map((at) => sections[at] ?? ''))}`
    if (size(capped) <= bytes) return capped
  }
  return headOnly(head, sections, bytes)
}

const size = (text: string): number => Buffer.byteLength(text)

const noteOf = (sections: readonly string[]): string =>
  `> **Cut for size:** ${sections.map((s) => `${titleOf(s)} (${size(s)} bytes)`).join(', ')}. The full report has all of it.\n`

const titleOf = (section: string): string => (section.split('\n', 1)[0] ?? '').replace(/^## /, '').slice(0, 80)

/** Even the part before the first section is too large: as many of its whole lines as fit. */
function headOnly(head: string, sections: readonly string[], bytes: number): string {
  const note = `\n\n> **Cut for size:** the rest of this part and ${sections.length} sections. The full report has all of it.\n`
  const room = bytes - size(note)
  const kept: string[] = []
  let used = 0
  for (const line of head.split('\n')) {
    used += size(line) + 1
    if (used > room) break
    kept.push(line)
  }
  return room <= 0 ? '' : `${kept.join('\n')}${note}`
}
