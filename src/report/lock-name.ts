import { basename } from 'node:path'

/** The lock of the spec `tuning.yml`. Older versions gave it to every spec of a folder. */
export const usualLockName = 'tuning.lock.json'

/** The name of a spec's lock: `tuning.lock.json` for `tuning.yml`, `digits.lock.json` for `digits.yml`. */
export const lockNameOf = (specPath: string): string =>
  `${basename(specPath.replaceAll('\\', '/')).replace(/\.(ya?ml|json)$/i, '')}.lock.json`
