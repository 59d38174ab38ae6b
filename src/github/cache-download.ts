import { isMap } from '../base/json.ts'
import { sha256 } from '../base/hash.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** How `@actions/cache` may have packed an entry. It is part of the entry's lookup key. */
const packings = ['zstd-without-long', 'gzip'] as const

/** Whether this run may read the cache, according to the workflow's `cache-mode`. The service enforces it as well. */
const readable = ({ ACTIONS_CACHE_MODE: mode = '' }: Variables): boolean =>
  !['none', 'write-only'].includes(mode.trim().toLowerCase())

/** Which entry is asked for: the one with a key, or the newest whose key starts with a prefix, if its rest will do. */
export type WantedEntry = { readonly key: string } | { readonly prefix: string; readonly accepts: (rest: string) => boolean }

/** The longest that a download may take, in milliseconds. */
const mostTime = 10 * 60_000

/**
 * The bytes of an entry that `@actions/cache` saved for a path; null if there is none. Its own `restoreCache` passes them
 * to `tar -P`, which writes wherever the archive's paths and links lead. An entry is as untrusted as an artifact, so this
 * unpacks nothing.
 */
export async function downloadCache(
  path: string,
  wanted: WantedEntry,
  env: Variables = process.env,
): Promise<AsyncIterable<Uint8Array> | null> {
  if (!readable(env)) return null
  for (const packing of packings) {
    const address = await addressOf(wanted, versionOf(path, packing), env)
    if (address === null) continue
    const response = await fetch(address, { signal: AbortSignal.timeout(mostTime) })
    if (!response.ok || response.body === null) throw new Error(`the archive download returned status ${response.status}`)
    return response.body
  }
  return null
}

/** As `@actions/cache` computes it: entries of Windows are apart. */
const versionOf = (path: string, packing: string): string =>
  sha256([path, packing, ...(process.platform === 'win32' ? ['windows-only'] : []), '1.0'].join('|'))

async function addressOf(wanted: WantedEntry, version: string, env: Variables): Promise<string | null> {
  const service = '/twirp/github.actions.results.api.v1.CacheService'
  const url = new URL(`${service}/GetCacheEntryDownloadURL`, env['ACTIONS_RESULTS_URL'])
  const [key, prefixes] = 'key' in wanted ? [wanted.key, []] : [wanted.prefix, [wanted.prefix]]
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${env['ACTIONS_RUNTIME_TOKEN'] ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key, restore_keys: prefixes, version }),
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`the cache service returned status ${response.status}`)
  const found: unknown = await response.json()
  if (!isMap(found) || found['ok'] !== true) return null
  const address = found['signed_download_url'] ?? found['signedDownloadUrl']
  const matched = found['matched_key'] ?? found['matchedKey'] ?? key
  // The service may answer a request for one key with another key that has the same prefix.
  return typeof address === 'string' && typeof matched === 'string' && fits(matched, wanted) ? address : null
}

const fits = (key: string, wanted: WantedEntry): boolean =>
  'key' in wanted ? key === wanted.key : key.startsWith(wanted.prefix) && wanted.accepts(key.slice(wanted.prefix.length))
