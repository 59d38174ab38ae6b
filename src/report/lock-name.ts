import { basename } from 'node:path'
import { sha256 } from '../base/hash.ts'

/** The lock of the spec `tuning.yml`. Older versions gave it to every spec of a folder. */
export const usualLockName = 'tuning.lock.json'

const ending = '.lock.json'
/** Bytes of a file name that every file system takes. */
const mostBytes = 240

/**
 * The name of a spec's lock: `tuning.lock.json` for `tuning.yml`, `digits.lock.json` for `digits.yml`. A long name is cut
 * and gets a part of its hash. Signs that no file name may hold, which only a forged report has, become underscores.
 */
export function lockNameOf(specPath: string): string {
  const file = basename(specPath.replaceAll('\\', '/')).replace(/[\0-\x1f\x7f]/g, '_')
  const name = file.replace(/\.(ya?ml|json)$/i, '')
  if (Buffer.byteLength(name + ending) <= mostBytes) return name + ending
  const [hash, signs] = [sha256(name).slice(0, 8), [...name]]
  while (Buffer.byteLength(`${signs.join('')}-${hash}${ending}`) > mostBytes) signs.pop()
  return `${signs.join('')}-${hash}${ending}`
}
