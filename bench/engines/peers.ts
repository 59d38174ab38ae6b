import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** What a scratch environment gets; the scripts of the peers say the same. */
export const pythonPackages: Readonly<Record<string, string>> = {
  torch: '2.15.0',
  keras: '3.15.1',
  'tensorflow-cpu': '2.21.0',
  optuna: '5.0.0',
  jax: '0.9.0',
  numpy: '2.4.6',
}

/** Runs a program with one thread for numbers; gives what it prints. */
export function command(file: string, args: readonly string[]): string {
  const env = { ...process.env, OMP_NUM_THREADS: '1' }
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', env, maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`${file} ${args[0] ?? ''}: ${error?.message ?? stderr.slice(-2000)}`)
  return stdout
}

/** The last line that a program printed. */
export const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '')

/** The interpreter that is named, or one of a scratch environment with the peers in it. */
export function pythonOf(named: string | undefined, scratch: string): string {
  if (named) return named
  const folder = join(scratch, 'venv')
  command('python3', ['-m', 'venv', folder])
  const pinned = Object.entries(pythonPackages).map(([name, version]) => `${name}==${version}`)
  // PyTorch for the processor alone, where that index can be reached; the one with all its CUDA libraries is no slower here.
  const index = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu']
  command(join(folder, 'bin/pip'), ['install', '--quiet', ...pinned, ...index])
  return join(folder, 'bin/python')
}

/** Versions of the peers as they are installed. A reused environment may differ in them, or lack some. */
export function versionsOf(python: string): Record<string, string> {
  const script =
    'import json, sys, importlib.metadata as m\n' +
    'have = {d.metadata["Name"].lower(): d.version for d in m.distributions()}\n' +
    'print(json.dumps({"Python": sys.version.split()[0], **{n: have[n] for n in sys.argv[1:] if n in have}}))'
  return lastLine(command(python, ['-c', script, ...Object.keys(pythonPackages)])) as Record<string, string>
}
