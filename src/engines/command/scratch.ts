import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Works in a new folder of `parent`, which is gone when the work is over. Neither waits: nothing else happens meanwhile in a
 * process that trains one run at a time, and every wait is as long as the work.
 */
export async function inFolder<T>(parent: string, prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder(parent, prefix)
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Folders of runs that follow each other. A folder that a run leaves empty, as most do, becomes the next one's under a new
 * name: to rename a folder costs a tenth of what it costs to make and remove one.
 */
export class RunFolders {
  private readonly parent: string
  private spare: string | null = null
  private count = 0

  constructor(parent: string) {
    this.parent = parent
  }

  /** Works in an empty folder with a name that no other run has had. */
  async in<T>(id: string, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.renamed(id) ?? newFolder(this.parent, `${id}-`)
    try {
      return await work(folder)
    } finally {
      if (isEmpty(folder)) this.spare = folder
      else rmSync(folder, { recursive: true, force: true })
    }
  }

  /** Removes what waits for a next run. */
  close(): void {
    if (this.spare !== null) rmSync(this.spare, { recursive: true, force: true })
    this.spare = null
  }

  private renamed(id: string): string | null {
    const { spare } = this
    if (spare === null) return null
    this.spare = null
    const folder = join(this.parent, `${id}-${process.pid}-${++this.count}`)
    try {
      renameSync(spare, folder)
      return folder
    } catch {
      return null
    }
  }
}

function newFolder(parent: string, prefix: string): string {
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, prefix))
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}
