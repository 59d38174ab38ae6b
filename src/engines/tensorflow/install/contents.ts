import { fingerprint, sha256 } from '../../../base/hash.ts'
import type { NpmPackage } from './pins.ts'
import { readPackage, type TarFile } from './tar.ts'

/** Digest of a file by its path below some folder, with `/`. */
export interface Digest {
  readonly path: string
  readonly sha256: string
}

type Named = Pick<NpmPackage, 'name' | 'keep'>

/** The package of headers: nothing in it runs. */
export const headersPackage = 'node-api-headers'

/** Source maps, types, sources, tests and browser bundles make up nine tenths of the packages. */
function needed(path: string, { name, keep }: Named): boolean {
  if (name === headersPackage) return path.startsWith('include/')
  if (/^(package\.json|licen[cs]e|notice|copying)/i.test(path)) return true
  return keep ? keep.includes(path) : /\.(js|cjs|json|cc|h)$/.test(path) && !/_test\.js$/.test(path)
}

/** The files of a package that an engine keeps. */
export async function keptFiles(archive: Uint8Array, one: Named): Promise<TarFile[]> {
  return (await readPackage(archive)).filter(({ path }) => needed(path, one))
}

/** One digest over the files of a package: another path, other content or an extra file changes the digest. */
export function digestOf(files: readonly Digest[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  return fingerprint(sorted.map((file) => [file.path, file.sha256]))
}

/** What `unpacked` in the pins says about a package. */
export async function unpackedDigest(archive: Uint8Array, one: Named): Promise<string> {
  return digestOf((await keptFiles(archive, one)).map(({ path, content }) => ({ path, sha256: sha256(content) })))
}
