import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../base/hash.ts'
import { TrainerFault } from './protocol/events.ts'

/**
 * The answers of a split are the same in every run of a study, or its metrics measure different things. The first run of a
 * workload leaves their digest in `scratch`; workers share that folder.
 *
 * @param digest of the answers, 64 hexadecimal digits
 * @throws `TrainerFault` if they are not those of the first run
 */
export async function sameLabels(scratch: string, workload: string, split: string, digest: string): Promise<void> {
  const folder = join(scratch, 'labels')
  const file = join(folder, sha256(`${workload} ${split}`).slice(0, 16))
  const first = (await kept(file)) ?? (await keep(folder, file, digest))
  if (first === digest) return
  throw new TrainerFault(
    'labels',
    `the labels of the split ${split} are not those of the study's first run; the split must not depend on the seed`,
  )
}

/** Undefined if there is none, or only a part of one: a machine that lost power may leave an empty file. */
async function kept(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined
}

/**
 * Keeps a digest unless another worker was faster, and returns the one that is kept. A name is linked to a file that is
 * complete: whoever reads in between, or continues after a kill, would take a part of a digest for other labels.
 */
async function keep(folder: string, file: string, digest: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const whole = join(folder, `.${randomUUID()}`)
  await writeFile(whole, digest)
  try {
    await link(whole, file)
    return digest
  } catch {
    const other = await kept(file)
    // A damaged file is replaced, and so is none, where the file system has no links.
    if (other === undefined) await rename(whole, file)
    return other ?? digest
  } finally {
    await rm(whole, { force: true })
  }
}
