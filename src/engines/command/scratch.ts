import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Works in a new folder of `parent`, which is gone when the work is over. Neither waits: nothing else happens meanwhile in a
 * process that trains one run at a time, and every wait is as long as the work.
 */
export async function inFolder<T>(parent: string, prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, prefix))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
