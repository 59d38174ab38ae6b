import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** One line for each file that differs between two folders: `name: changed`, `missing` (only in `fresh`), or `stale`. */
export function differences(committed: string, fresh: string): string[] {
  const [old, now] = [filesOf(committed), filesOf(fresh)]
  return [...new Set([...old, ...now])].sort().flatMap((name) => {
    if (!old.has(name)) return [`${name}: missing`]
    if (!now.has(name)) return [`${name}: stale, the build does not write it`]
    const same = readFileSync(join(committed, name)).equals(readFileSync(join(fresh, name)))
    return same ? [] : [`${name}: changed`]
  })
}

function filesOf(folder: string): Set<string> {
  if (!existsSync(folder)) return new Set()
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  return new Set(all.map((e) => relative(folder, join(e.parentPath, e.name))))
}
