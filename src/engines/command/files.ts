import { lstat, readdir } from 'node:fs/promises'
import { join, posix, resolve } from 'node:path'
import { fingerprint, sha256OfFile } from '../../base/hash.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { TrainerFiles, TrainerSettings } from '../../records/trainer.ts'

/** Files that pin the packages a script imports. */
const lockFiles: readonly string[] = [
  'requirements.txt',
  'requirements.lock',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'pdm.lock',
  'conda-lock.yml',
  'environment.yml',
  'renv.lock',
  'Manifest.toml',
  'Cargo.lock',
  'go.sum',
  'package-lock.json',
]

/** Folders that hold no code of a person, or the results of earlier studies. */
const skipped: readonly string[] = ['.git', '.tunegate', 'node_modules', '__pycache__', '.venv', 'venv']
const mostFiles = 20_000

/** Why the files of a script cannot be told apart, with the key of the section at fault. */
export interface FilesProblem {
  readonly key: 'files' | 'data'
  readonly index: number
  readonly message: string
  readonly found: string
}

/** Digests of the files behind a script: what it trains, and what it is measured on. */
export async function digestFiles(
  { command, files, data }: Pick<TrainerSettings, 'command' | 'files' | 'data'>,
  folder: string,
): Promise<Result<TrainerFiles, FilesProblem>> {
  const all = files !== null || data.length > 0 ? await filesUnder(folder) : []
  const matched = { files: new Set<string>(), data: new Set<string>() }
  for (const [key, globs] of [
    ['files', files ?? []],
    ['data', data],
  ] as const) {
    for (const [index, glob] of globs.entries()) {
      const pattern = patternOf(glob)
      const found = all.filter((path) => pattern.test(path))
      if (found.length === 0) return err({ key, index, message: 'no file matches', found: glob })
      for (const path of found) matched[key].add(path)
    }
  }
  if (files === null) for (const path of await usualFiles(command, folder)) matched.files.add(path)
  return ok({
    code: await digestOf([...matched.files], folder),
    data: await digestOf([...matched.data], folder),
    packages: await digestOf(await packageLocks(matched.files, folder), folder),
    counts: { code: matched.files.size, data: matched.data.size },
  })
}

/** Arguments that are files of the folder, and package lock files beside the spec. */
async function usualFiles(command: readonly string[], folder: string): Promise<string[]> {
  const candidates = [...command.filter((word) => !word.startsWith('-') && !word.startsWith('/')), ...lockFiles]
  return existing(candidates, folder)
}

/** Package lock files beside the spec, and those that the spec lists. */
async function packageLocks(files: ReadonlySet<string>, folder: string): Promise<string[]> {
  const listed = [...files].filter((path) => lockFiles.includes(posix.basename(path)))
  return [...new Set([...listed, ...(await existing(lockFiles, folder))])]
}

async function existing(candidates: readonly string[], folder: string): Promise<string[]> {
  const found = await Promise.all(
    candidates.map(async (path) => {
      const entry = await lstat(resolve(folder, path)).catch(() => null)
      return entry?.isFile() && !path.startsWith('..') ? [path] : []
    }),
  )
  return found.flat()
}

async function digestOf(paths: readonly string[], folder: string): Promise<string> {
  const digests: (readonly [string, string])[] = []
  for (const path of [...paths].sort()) digests.push([path, await sha256OfFile(join(folder, path))])
  return fingerprint(digests)
}

/** Paths of regular files with `/` between folders. Links are not followed. */
async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && !skipped.includes(entry.name)) await visit(path)
      else if (entry.isFile()) found.push(path)
      if (found.length > mostFiles) return
    }
  }
  await visit('')
  return found
}

/** `*` and `?` within a folder, `**` over folders. */
function patternOf(glob: string): RegExp {
  const normal = glob.replace(/^\.\//, '')
  const source = normal.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:[^/]+/)*'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : `\\${part}`
  })
  return new RegExp(`^${source}$`)
}
