import { open } from 'node:fs/promises'
import { readAt } from '../base/files.ts'
import type { RunResult } from '../records/run.ts'
import { runOfLine } from './journal-line.ts'
import { scanJournal, type Place } from './journal-scan.ts'

/**
 * Reads runs of a journal without holding its lock, in the order of the ids, one in memory at a time; unknown ids are
 * skipped.
 */
export async function* readRuns(path: string, ids: readonly string[]): AsyncGenerator<RunResult> {
  const found = await scanJournal(path)
  if (found)
    yield* runsAt(
      path,
      ids.flatMap((id) => found.places.get(id) ?? []),
    )
}

/** Reads runs at places that a scan found, one in memory at a time. */
export async function* runsAt(path: string, places: readonly Place[]): AsyncGenerator<RunResult> {
  const file = await open(path, 'r')
  try {
    for (const { length, offset } of places) yield runOfLine((await readAt(file, length, offset)).toString('utf8'))
  } finally {
    await file.close()
  }
}
