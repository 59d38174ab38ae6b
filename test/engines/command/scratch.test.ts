import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunFolders } from '../../../src/engines/command/scratch.ts'

describe('the folders of runs that follow each other', () => {
  let parent: string
  let folders: RunFolders
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'run-folders-'))
    folders = new RunFolders(join(parent, 'runs'))
  })
  afterEach(() => rmSync(parent, { recursive: true, force: true }))

  const names = (): string[] => readdirSync(join(parent, 'runs'))
  const used = async (id: string, work: (folder: string) => void = () => {}): Promise<string> =>
    folders.in(id, async (folder) => {
      expect(readdirSync(folder)).toEqual([])
      work(folder)
      return folder
    })

  it('have names of their own, though one that stays empty is used again', async () => {
    const seen = [await used('a'), await used('b'), await used('b')]
    expect(new Set(seen).size).toBe(3)
    expect(seen.map((path) => basename(path).slice(0, 2))).toEqual(['a-', 'b-', 'b-'])
    expect(names()).toEqual([basename(seen[2] ?? '')])
    folders.close()
    expect(names()).toEqual([])
  })

  it('are removed with what a run leaves in them, and where it fails too', async () => {
    await used('a', (folder) => writeFileSync(join(folder, 'x.npy'), 'x'))
    expect(names()).toEqual([])
    const failed = used('b', (folder) => {
      mkdirSync(join(folder, 'checkpoint'))
      throw new Error('crashed')
    })
    await expect(failed).rejects.toThrow('crashed')
    expect(names()).toEqual([])
  })

  it('are made anew where a run has removed its own', async () => {
    await used('a', (folder) => rmSync(folder, { recursive: true }))
    expect(existsSync(await used('b'))).toBe(true)
  })

  it('are made anew where the waiting one has gone', async () => {
    rmSync(await used('a'), { recursive: true })
    expect(existsSync(await used('b'))).toBe(true)
  })
})
