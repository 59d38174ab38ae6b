import { isWithheld } from '../../records/trainer.ts'

/** What programs need to start at all, and nothing that a runner keeps secret. */
const always = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'SSL_CERT_FILE',
  // Windows starts nothing without these.
  'SystemRoot',
  'PATHEXT',
  'COMSPEC',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
] as const

/** The whole environment of a script: what programs need, and what the spec lists. */
export function scriptEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  listed: readonly string[],
): Readonly<Record<string, string>> {
  const names = [...always, ...listed.filter((name) => !isWithheld(name))]
  return {
    // Runs train in parallel, and sums depend on the number of threads: one each, unless the spec passes its own number.
    OMP_NUM_THREADS: '1',
    ...Object.fromEntries(names.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))),
  }
}
