// The labels in a cell: texts with a sign between them, or a list.

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const item = String.raw`(?:${quoted}|[+-]?\d+(?:\.\d+)?)`
/** As JSON, Python or NumPy write a list, a tuple or a set of texts or numbers. */
const list = new RegExp(String.raw`^[[({]\s*(?:${item}(?:[\s,]+${item})*)?\s*,?\s*[\])}]$`)
const items = new RegExp(item, 'g')

/** What stands between labels in most files, the least ambiguous first. */
export const usualSeparators = [';', '|', ','] as const

/** The items of a list, as texts; undefined if the text is no list. */
export function listItems(text: string): string[] | undefined {
  const trimmed = text.trim()
  return list.test(trimmed) ? (trimmed.match(items) ?? []).map(unquoted) : undefined
}

function unquoted(text: string): string {
  if (!/^["']/.test(text)) return text
  return text.slice(1, -1).replace(/\\(u[\dA-Fa-f]{4}|.)/g, (_, sign: string) => escaped(sign))
}

/** What a sign after a backslash stands for. */
function escaped(sign: string): string {
  if (sign.length > 1) return String.fromCharCode(Number.parseInt(sign.slice(1), 16))
  return { n: '\n', t: '\t', r: '\r' }[sign] ?? sign
}

/** The different labels of a cell, without blanks around them, in their order; undefined if there should be a list and is none. */
export function labelsIn(text: string, separator: string | null): readonly string[] | undefined {
  const parts = separator === null ? listItems(text) : text.split(separator)
  return parts && [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))]
}

/** How often cells have each label, and more about it. */
interface Use {
  count: number
  first: number
  later: number
}

/** What separates the labels of a column, as far as its texts show. */
export interface LabelEvidence {
  /** Null for lists. */
  readonly separator: string | null
  /** Rows that have each label. */
  readonly counts: ReadonlyMap<string, number>
}

/** Cells with two labels or more, at least. */
const mostCells = 0.5
/** Rows that a label has that occurs again and again, and the share of all labels in cells that such labels must have. */
const [again, repeated] = [5, 0.95]
/** Longer ones are sentences, and more of them in a cell are words. */
const [longestLabel, mostInCell] = [40, 20]
/** A model has an output for each label, and data checks and reports look at every one. */
export const mostLabels = 300

/**
 * Whether texts list labels: a sign splits most of them into a few parts that occur again and again, now at the beginning and
 * now later, and not always as many. Addresses, names, dates and numbers do not.
 *
 * @param cells each different text that is not empty, with its number of rows
 */
export function labelEvidence(cells: readonly (readonly [text: string, rows: number])[]): LabelEvidence | undefined {
  if (cells.length < 5) return undefined
  const lists = cells.every(([text]) => listItems(text) !== undefined)
  const separators = lists ? [null] : usualSeparators
  for (const separator of separators) {
    const uses = usesOf(cells, separator)
    if (uses) return { separator, counts: new Map([...uses].map(([label, { count }]) => [label, count])) }
  }
  return undefined
}

function usesOf(
  cells: readonly (readonly [text: string, rows: number])[],
  separator: string | null,
): ReadonlyMap<string, Use> | undefined {
  const uses = new Map<string, Use>()
  const sizes = new Map<number, number>()
  for (const [text, rows] of cells) {
    const labels = labelsIn(text, separator) ?? []
    if (labels.length > mostInCell || labels.some(({ length }) => length > longestLabel)) return undefined
    sizes.set(labels.length, (sizes.get(labels.length) ?? 0) + rows)
    for (const [i, label] of labels.entries()) {
      const use = uses.get(label) ?? { count: 0, first: 0, later: 0 }
      use.count += rows
      if (i === 0) use.first += rows
      else use.later += rows
      uses.set(label, use)
    }
    if (uses.size > mostLabels) return undefined
  }
  return isSure([...uses], sizes) ? uses : undefined
}

function isSure(uses: readonly (readonly [string, Use])[], sizes: ReadonlyMap<number, number>): boolean {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  const all = sum(uses.map(([, { count }]) => count))
  const rows = sum([...sizes.values()])
  const several = sum([...sizes].filter(([size]) => size > 1).map(([, count]) => count))
  // A place in a list that always means the same, as in an address, has labels of its own.
  const anywhere = sum(uses.filter(([, { first, later }]) => first > 0 && later > 0).map(([, { count }]) => count))
  const often = sum(uses.filter(([, { count }]) => count >= again).map(([, { count }]) => count))
  return (
    uses.length > 1 &&
    uses.some(([label]) => /\p{L}/u.test(label)) &&
    several >= mostCells * rows &&
    sizes.size > 1 &&
    often >= repeated * all &&
    anywhere >= all / 2
  )
}
