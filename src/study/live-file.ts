import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readWithin } from '../base/files.ts'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { asReport, mostReportBytes } from '../report/json.ts'
import type { LiveSection } from '../report/html/live.ts'
import type { Report } from '../report/model.ts'
import type { Progress } from '../run/events.ts'

/** How far a study is. */
export interface LiveProgress extends Progress, Pick<LiveSection, 'stage' | 'training'> {
  /** Seconds that earlier processes used. */
  readonly before: number
  /** Seconds that this process had used when it wrote this. */
  readonly seconds: number
}

export interface LiveFile {
  readonly progress: LiveProgress
  /** As a report, without runs: those are in the journal. */
  readonly report: Report
}

/** What a study says about itself while it runs. The file is removed when the report is written. */
export const livePath = (folder: string): string => join(folder, 'live.json')

export const removeLive = (folder: string): Promise<void> => rm(livePath(folder), { force: true }).catch(() => {})

const limits = { bytes: mostReportBytes, depth: 64, values: 1_000_000 }

/** Null if the file is not there, or not what this version writes. */
export async function readLive(folder: string): Promise<LiveFile | null> {
  const bytes = await readWithin(livePath(folder), limits.bytes).catch(() => undefined)
  const value = bytes === undefined ? undefined : jsonOrUndefined(bytes.toString('utf8'), limits)
  if (!isMap(value) || !isProgress(value['progress'])) return null
  const report = asReport(value['report'])
  return report && { progress: value['progress'], report }
}

function isProgress(value: unknown): value is LiveProgress {
  if (!isMap(value)) return false
  const { stage, finished, expected, best, secondsLeft, before, seconds, training } = value
  const numbers = [finished, expected, before, seconds]
  const maybe = [best, secondsLeft]
  return (
    (stage === null || (typeof stage === 'string' && stage.length <= 200)) &&
    numbers.every((n) => typeof n === 'number' && Number.isFinite(n) && n >= 0) &&
    maybe.every((n) => n === null || (typeof n === 'number' && Number.isFinite(n))) &&
    Array.isArray(training) &&
    training.every(isTraining)
  )
}

function isTraining(value: unknown): value is LiveProgress['training'][number] {
  if (!isMap(value)) return false
  const { label, seed, step, of, loss, losses } = value
  const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  return (
    typeof label === 'string' &&
    isCount(seed) &&
    isCount(step) &&
    (of === null || isCount(of)) &&
    typeof loss === 'number' &&
    Array.isArray(losses) &&
    losses.every((loss) => typeof loss === 'number')
  )
}
