import { open } from 'node:fs/promises'
import { readAt } from '../base/files.ts'
import type { RunResult } from '../records/run.ts'
import { runOfLine } from './journal-line.ts'
import { scanJournal } from './journal-scan.ts'

/**
 * Reads runs of a journal without holding its lock, in the order of the ids, one in memory at a time; unknown ids are
 * skipped.
 */
export async function* readRuns(path: string, ids: readonly string[]): AsyncGenerator<RunResult> {
  const found = await scanJournal(path)
  if (!found) return
  const file = await open(path, 'r')
  try {
    for (const id of ids) {
      const place = found.places.get(id)
      if (place) yield runOfLine((await readAt(file, place.length, place.offset)).toString('utf8'))
    }
  } finally {
    await file.close()
  }
}
