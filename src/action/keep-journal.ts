import { basename, relative, resolve, sep } from 'node:path'
import { entryAt } from '../base/files.ts'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { attempt } from '../github/cache-trust.ts'
import { insideWorkspace, runner, type Runner } from '../github/environment.ts'
import {
  journalPrefix,
  noKeptJournal,
  restoreJournal,
  saveJournal,
  studyEnds,
  type StudyEnd,
} from '../github/journal-cache.ts'
import { say } from '../github/log.ts'
import { readState, writeState } from '../github/outputs.ts'
import type { Report } from '../report/model.ts'
import { wasCutShort } from '../report/lock.ts'
import { scanJournal } from '../run/journal-scan.ts'
import type { StudyOptions } from '../study/options.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A journal of this step, as its `post` step finds it. */
interface KeptJournal {
  /** Absolute. */
  readonly path: string
  readonly prefix: string
  /** Where the restored one is; null if there was none. */
  readonly restored: string | null
}

const stateName = 'journals'
const endName = 'study'
const stateLimits = { bytes: 100_000, depth: 3, values: 1000 }

/**
 * Continues from what an earlier job of the same commit and plan kept in the Actions cache, and lets the `post` step keep
 * what this job adds. A cache that fails costs time, never the step.
 */
export function keptJournals(
  runner: Runner,
  head: string,
  env: Variables = process.env,
): NonNullable<StudyOptions['earlier']> {
  const journals: KeptJournal[] = []
  return async ({ path, plan, engine }) => {
    const shown = relative(runner.workspace, path).split(sep).join('/')
    const prefix = journalPrefix({ path: shown, plan, engine }, head)
    const restored = entryAt(path)
      ? null
      : await attempt('The journal', 'restored from', () => restoreJournal(prefix, runner, env))
    journals.push({ path, prefix, restored: restored ?? null })
    writeState(stateName, JSON.stringify(journals))
    return restored ?? null
  }
}

/** Tells the `post` step that the study came to its own end. Without that, it was stopped. */
export const tellEnd = ({ budget }: Pick<Report, 'budget'>): void =>
  writeState(endName, (wasCutShort(budget) ? 'spent' : 'finished') satisfies StudyEnd)

/**
 * The `post` step, which the runner starts when the job ends, is canceled or runs out of time. It keeps the journals of the
 * step for the next job of this commit, and never changes how the step ended.
 */
export async function keepJournals(env: Variables): Promise<number> {
  const journals = read(readState(stateName))
  const here = runner(env)
  // Asked again: processes of the job could have written the state.
  if (journals.length === 0 || noKeptJournal(env) !== null) return 0
  process.chdir(here.workspace)
  const end = studyEnds.find((one) => one === readState(endName)) ?? 'stopped'
  for (const journal of journals) await attempt('The journal', 'saved to', () => keep(journal, end, here))
  return 0
}

/** The end of a study is kept without a new run too: nobody goes on from its earlier, stopped entry again. */
async function keep({ path, prefix, restored }: KeptJournal, end: StudyEnd, here: Runner): Promise<void> {
  if (insideWorkspace(path, here.workspace) === null) throw new Error('the journal is outside the workspace')
  const [now, before] = [await scanJournal(path), restored === null ? undefined : await scanJournal(restored)]
  const added = [...(now?.places.keys() ?? [])].filter((id) => !before?.places.has(id)).length
  if (added === 0 && (end === 'stopped' || restored === null)) return
  if (!(await saveJournal(path, prefix, end, here))) return
  const runs = `${added} new ${added === 1 ? 'run' : 'runs'}`
  say(`The journal is kept in the Actions cache, with ${runs}. ${whoGoesOn[end]}`)
}

const whoGoesOn: Readonly<Record<StudyEnd, string>> = {
  stopped: 'A rerun of this commit continues there.',
  finished: 'The study is finished, so only another attempt of this run uses it.',
  spent: 'The study has spent its minutes, so a rerun starts again.',
}

function read(text: string): KeptJournal[] {
  const value = text === '' ? [] : jsonOrUndefined(text, stateLimits)
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (!isMap(item)) return []
    const { path, prefix, restored } = item
    if (typeof path !== 'string' || typeof prefix !== 'string') return []
    return [{ path: resolve(path), prefix, restored: typeof restored === 'string' ? restored : null }]
  })
}

/** Whether the runner started this program as the `post` step of the action, by the file that it named. */
export const isPostStep = (script = ''): boolean => basename(script) === 'post.js'
