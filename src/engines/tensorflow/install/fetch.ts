import { mkdtemp, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError, type Diagnostic } from '../../../base/diagnostics.ts'
import { isProblem, type Command } from '../../install/compiler.ts'
import { explained, waitForLock } from '../../install/place.ts'
import { noSpace } from '../../install/problems.ts'
import { bareFolder, type CallerOptions, type ProcessOptions } from '../../install/process.ts'
import { removeFolder } from '../../install/record.ts'
import type { InstallEvent } from '../../installer.ts'
import { fetchInto, lacking, requirementOf, type Order } from './downloads.ts'
import { pins as ours, type NpmPackage, type Pins, type Wheel } from './pins.ts'
import type { Platform } from './platform.ts'
import { findNpm, findPip } from './clients.ts'
import { makeFolder } from '../../../base/files.ts'

/** What a folder lacks of the downloads for a platform. */
export interface Lack {
  readonly packages: readonly NpmPackage[]
  readonly wheels: readonly Wheel[]
  readonly bytes: number
}

export async function lackOf(folder: string, { packages, headers, wheels }: Pins, platform: Platform): Promise<Lack> {
  const [npm, pip] = [await lacking(folder, [...packages, headers]), await lacking(folder, [wheels[platform]])]
  return { packages: npm, wheels: pip, bytes: [...npm, ...pip].reduce((sum, d) => sum + d.bytes, 0) }
}

/** The clients that are needed to fetch what is missing. */
export interface Clients {
  readonly npm: Command | null
  readonly pip: Command | null
}

/** Throws an `InputError` that names every missing client, together with other problems found. */
export async function clientsFor(lack: Lack, options: ProcessOptions, others: readonly Diagnostic[] = []): Promise<Clients> {
  const npm = lack.packages.length > 0 ? await findNpm(options) : null
  const pip = lack.wheels.length > 0 ? await findPip(options) : null
  const problems = [...others, ...[npm, pip].filter((client) => client !== null).filter(isProblem)]
  if (problems.length > 0 || (npm && isProblem(npm)) || (pip && isProblem(pip))) throw new InputError(problems)
  return { npm, pip }
}

/** npm and pip run at the same time, below `scratch`. What one has fetched is kept if the other fails. */
export async function fetchLacking(
  folder: string,
  scratch: string,
  lack: Lack,
  clients: Clients,
  options: ProcessOptions,
): Promise<void> {
  await makeFolder(folder)
  const requirements = join(scratch, 'requirements.txt')
  await writeFile(requirements, lack.wheels.map(requirementOf).join(''))
  const orders: Order[] = [
    ...(clients.npm ? [{ client: 'npm', command: clients.npm, packages: lack.packages } as const] : []),
    ...lack.wheels.flatMap((wheel) =>
      clients.pip ? [{ client: 'pip', command: clients.pip, wheel, requirements } as const] : [],
    ),
  ]
  const done = await Promise.allSettled(
    orders.map((order) => fetchInto(folder, join(scratch, order.client), order, options)),
  )
  const errors = done.flatMap((d): unknown[] => (d.status === 'rejected' ? [d.reason] : []))
  const defect = errors.find((error) => !(error instanceof InputError))
  if (defect) throw defect
  if (errors.length > 0)
    throw new InputError(errors.flatMap((error) => (error instanceof InputError ? error.diagnostics : [])))
}

/** Throws an `InputError` if the disk has no room for this many bytes in a folder that may not exist yet. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  let there = folder
  while (
    dirname(there) !== there &&
    !(await stat(there).then(
      () => true,
      () => false,
    ))
  )
    there = dirname(there)
  const { bavail, bsize } = await statfs(there)
  if (bavail * bsize < bytes) throw new InputError([noSpace(folder, bytes, bavail * bsize)])
}

export interface DownloadOptions extends CallerOptions {
  readonly folder: string
  readonly platform: Platform
  readonly listener: (event: InstallEvent) => void
  readonly pins?: Pins
}

/** Fills a folder with everything that an install needs from the network, for this machine or another. */
export async function downloadEngine({ folder, platform, listener, pins = ours, ...given }: DownloadOptions): Promise<void> {
  await explained(folder, given.signal, async () => {
    await makeFolder(folder)
    const lock = await waitForLock(
      join(folder, '.tunegate.lock'),
      (holder) => listener({ type: 'waiting', holder }),
      given.signal,
    )
    const scratch = await mkdtemp(join(folder, '.tunegate-'))
    try {
      const options = { ...given, cwd: await bareFolder(scratch) }
      const lack = await lackOf(folder, pins, platform)
      const clients = await clientsFor(lack, options)
      await requireSpace(folder, lack.bytes)
      listener({ type: 'fetching', files: lack.packages.length + lack.wheels.length, bytes: lack.bytes })
      await fetchLacking(folder, scratch, lack, clients, options)
    } finally {
      await removeFolder(scratch)
      lock.release()
    }
  })
}
