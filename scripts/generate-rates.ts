/**
 * The table under a heading of a validation page, each cell cut to its rate: intervals and counts stay in that page. With
 * `columns`, only those columns, found from left to right.
 */
export function rates(page: string, heading: string, columns?: readonly string[]): string {
  const lines = page.split('\n')
  const from = lines.findIndex((line, i) => i > lines.indexOf(`## ${heading}`) && line.startsWith('|'))
  if (!lines.includes(`## ${heading}`) || from < 0) throw new Error(`the page has no table under ${heading}`)
  const end = lines.findIndex((line, i) => i > from && !line.startsWith('|'))
  const table = lines.slice(from, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  const kept = placesOf(table[0] ?? [], columns)
  return table.map((row) => `| ${kept.map((at) => (row[at] ?? '').replace(/ [([]\d.*$/, '')).join(' | ')} |`).join('\n')
}

function placesOf(header: readonly string[], columns: readonly string[] = header): readonly number[] {
  return columns.reduce<readonly number[]>((places, name) => {
    const at = header.indexOf(name, (places.at(-1) ?? -1) + 1)
    if (at < 0) throw new Error(`the table has no column ${name}`)
    return [...places, at]
  }, [])
}
