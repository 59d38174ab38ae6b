import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, type Diagnostic } from '../../../base/diagnostics.ts'
import { unreachable } from '../../../base/result.ts'
import type { Command } from '../../install/compiler.ts'
import { problem } from '../../install/problems.ts'
import { runProcess, type Ended, type ProcessOptions } from '../../install/process.ts'
import type { Download, NpmPackage, Wheel } from './pins.ts'
import { notFetched, withoutNetwork, wrongContent } from './problems.ts'
import { makeFolder } from '../../../base/files.ts'
import { sha256OfFile } from '../../../base/hash.ts'

/** `good`: the pinned content is there. */
type State = 'good' | 'absent' | { readonly found: string }

async function stateOf(folder: string, { file, bytes, sha256 }: Download): Promise<State> {
  const path = join(folder, file)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return 'absent'
  if (found.size !== bytes) return { found: `${found.size} bytes instead of ${bytes}` }
  const digest = await sha256OfFile(path)
  return digest === sha256 ? 'good' : { found: `sha256 ${digest}` }
}

/** The downloads that a folder lacks, or has with other content. */
export async function lacking<D extends Download>(folder: string, downloads: readonly D[]): Promise<D[]> {
  const states = await Promise.all(downloads.map((d) => stateOf(folder, d)))
  return downloads.filter((_, i) => states[i] !== 'good')
}

/** Throws an `InputError` that names every missing or damaged file in a folder that a person has supplied. */
export async function requireAll(folder: string, downloads: readonly Download[]): Promise<void> {
  const problems: Diagnostic[] = []
  const absent: string[] = []
  for (const download of downloads) {
    const state = await stateOf(folder, download)
    if (state === 'absent') absent.push(download.file)
    else if (state !== 'good') problems.push(wrongContent(join(folder, download.file), state.found, download.sha256))
  }
  if (absent.length > 0) {
    problems.unshift(
      problem('missing-file', `${absent.length} of ${downloads.length} files are not in ${folder}`, {
        found: `missing ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ', …' : ''}`,
        hint: withoutNetwork(),
      }),
    )
  }
  if (problems.length > 0) throw new InputError(problems)
}

/** A client of a registry with its downloads. */
export type Order =
  | { readonly client: 'npm'; readonly command: Command; readonly packages: readonly NpmPackage[] }
  | { readonly client: 'pip'; readonly command: Command; readonly wheel: Wheel; readonly requirements: string }

/**
 * Lets npm or pip fetch files to `work`, checks each against its pin and moves it to `folder` as a whole. It uses the user's
 * clients because they know the user's registry, proxy, certificates and passwords. They install and run nothing.
 */
export async function fetchInto(folder: string, work: string, order: Order, options: ProcessOptions): Promise<void> {
  await makeFolder(work)
  const ended = await runProcess(commandOf(order, work), { ...options, env: { ...options.env, ...quiet } })
  const downloads: readonly Download[] = order.client === 'npm' ? order.packages : [order.wheel]
  if (!ended.ok) throw new InputError([failure(order, downloads, ended)])
  const problems: Diagnostic[] = []
  for (const download of downloads) {
    const state = await stateOf(work, download)
    if (state === 'good') await rename(join(work, download.file), join(folder, download.file))
    else
      problems.push(
        wrongContent(
          download.file,
          state === 'absent' ? `not there, but ${(await readdir(work)).slice(0, 3).join(', ') || 'nothing'}` : state.found,
          download.sha256,
        ),
      )
  }
  if (problems.length > 0) throw new InputError(problems)
}

/** A user who restricts pip to virtual environments means installs; this one only downloads. */
const quiet = { PIP_REQUIRE_VIRTUALENV: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' } as const

function commandOf(order: Order, work: string): string[] {
  switch (order.client) {
    case 'npm':
      return [
        ...order.command,
        'pack',
        '--loglevel=error',
        '--ignore-scripts',
        '--pack-destination',
        work,
        ...order.packages.map((p) => `${p.name}@${p.version}`),
      ]
    case 'pip':
      return [
        ...order.command,
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--no-cache-dir',
        '--require-hashes',
        '--implementation=cp',
        `--python-version=${order.wheel.python.replace(/^cp(\d)(\d+)$/, '$1.$2')}`,
        `--abi=${order.wheel.python}`,
        `--platform=${order.wheel.tag}`,
        '--dest',
        work,
        '--requirement',
        order.requirements,
      ]
    default:
      return unreachable(order, 'client')
  }
}

/** The requirements file for pip, which takes a digest from nowhere else. */
export const requirementOf = ({ project, version, sha256 }: Wheel): string =>
  `${project}==${version} --hash=sha256:${sha256}\n`

function failure(order: Order, downloads: readonly Download[], ended: Ended): Diagnostic {
  const [first] = downloads
  const mismatch = /THESE PACKAGES DO NOT MATCH THE HASHES|EINTEGRITY/.test(ended.said)
  if (first && mismatch)
    return wrongContent(
      downloads
        .map((d) => d.file)
        .slice(0, 3)
        .join(', '),
      `${order.client} reports that the registry serves different content`,
      first.sha256,
    )
  return notFetched(order.client, order.client === 'npm' ? `${downloads.length} packages` : (first?.file ?? ''), ended)
}
