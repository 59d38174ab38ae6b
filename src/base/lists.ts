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
