/** An entry of a git tree. */
export interface TreeEntry {
  /** Six octal digits, as git prints them. */
  readonly mode: string
  readonly id: string
  readonly name: string
}

/** Entries of a tree; null if they cannot be read. */
export type ReadTree = (id: string) => Promise<readonly TreeEntry[] | null>

/** What a commit has at a path. Only `absent` means that it has nothing there. */
export type AtPath =
  | { readonly is: 'file'; readonly id: string }
  | { readonly is: 'absent' }
  | { readonly is: 'unknown' }
  | { readonly is: 'odd'; readonly why: string }

/**
 * Looks up a file one folder at a time. A link, a submodule or another spelling on the way is reported as odd: there may
 * well be files, and git does not list them under the path.
 *
 * @param path with `/` between folders
 */
export async function lookUp(root: string, path: string, readTree: ReadTree): Promise<AtPath> {
  const names = path.split('/')
  let id = root
  for (const [i, name] of names.entries()) {
    const entries = await readTree(id)
    if (entries === null) return { is: 'unknown' }
    const here = names.slice(0, i + 1).join('/')
    const entry = entries.find((e) => e.name === name)
    if (!entry) {
      const other = entries.find((e) => spelling(e.name) === spelling(name))
      return other ? { is: 'odd', why: `the commit spells ${here} as ${other.name}` } : { is: 'absent' }
    }
    const kind = kindOf(entry)
    const wanted = i < names.length - 1 ? 'folder' : 'file'
    if (kind !== wanted) return { is: 'odd', why: `${here} is a ${kind} in the commit` }
    id = entry.id
  }
  return { is: 'file', id }
}

/**
 * The path of an entry that a disk takes for the given path or a prefix of it, however the commit spells it; null for none.
 */
export async function heldUnder(root: string, path: string, readTree: ReadTree): Promise<string | null | 'unknown'> {
  let found: { id: string; path: string; folder: boolean }[] = [{ id: root, path: '', folder: true }]
  for (const name of path.split('/')) {
    const next: typeof found = []
    for (const place of found) {
      // A file, a link or a submodule where a folder should be.
      if (!place.folder) return place.path
      const entries = await readTree(place.id)
      if (entries === null) return 'unknown'
      const same = entries.filter((e) => spelling(e.name) === spelling(name))
      next.push(
        ...same.map((e) => ({
          id: e.id,
          path: place.path === '' ? e.name : `${place.path}/${e.name}`,
          folder: kindOf(e) === 'folder',
        })),
      )
    }
    found = next
  }
  return found[0]?.path ?? null
}

/**
 * One spelling for all names that some file system treats as the same: letter case, composed accents, trailing dots,
 * invisible characters.
 */
export function spelling(name: string): string {
  const shown = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[. ]+$/, '')
  return shown.toUpperCase().toLowerCase().normalize('NFKC')
}

function kindOf({ mode }: TreeEntry): 'folder' | 'file' | 'link' | 'submodule' | 'thing that git does not know' {
  switch (mode) {
    case '040000':
      return 'folder'
    case '100644':
    case '100755':
    case '100664':
      return 'file'
    case '120000':
      return 'link'
    case '160000':
      return 'submodule'
    default:
      return 'thing that git does not know'
  }
}
