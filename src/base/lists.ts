/**
 * The entry of a registry with this name. Throws if there is none.
 *
 * @param kind what the entries are, for the message: `gate`
 */
export function entryNamed<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  name: string,
  kind: string,
): Entry {
  const found = entries.find((entry) => entry.name === name)
  if (!found) throw new Error(`there is no ${kind} ${name}`)
  return found
}

/** Items by key, keys and items in the order of the list. `Map.groupBy` came with Node 21. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** How often each value occurs, in the order of first occurrence. */
export function occurrences<Item>(values: Iterable<Item>): Map<Item, number> {
  const counts = new Map<Item, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** "a, b, c and 12 more": names in a message, shortened. */
export function listed<T>(names: readonly T[], most = 8, said: (name: T) => string = String): string {
  const rest = names.length - most
  const text = names
    .slice(0, most)
    .map((name) => said(name))
    .join(', ')
  return rest > 0 ? `${text} and ${rest} more` : text
}

/** "a, b and c": all items, as the words of a sentence. */
export const enumerated = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
