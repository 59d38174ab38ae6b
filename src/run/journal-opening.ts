// What happens to the journal in the output folder before a study continues with it.
import { constants } from 'node:fs'
import { copyFile, open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, readAt, syncFolder, writeFileAtomic } from '../base/files.ts'
import type { RunRequest } from '../records/run.ts'
import { differences, elapsedLine, headerLine, type JournalHeader, fittingRun } from './journal-line.ts'
import { scanJournal, type Place, type Scan } from './journal-scan.ts'

export interface OpenOptions {
  /** Sets aside whatever is there. */
  readonly fresh?: boolean
  /** The id of a request in this study. It decides which runs behind a damaged header are kept; if omitted, none are. */
  readonly idOf?: (request: RunRequest) => string
  /** A journal of an earlier job, used if there is none at the path. Only runs that fit the study are taken from it. */
  readonly earlier?: string | null
}

/** A journal that belongs to this study, and what the user should know about the one that was found. */
export interface Settled {
  readonly scan: Scan
  readonly notices: readonly string[]
}

/** Leaves a journal of this study at the path: the existing one, what can be kept of it, or a new one. */
export async function settleJournal(
  path: string,
  header: JournalHeader,
  { fresh = false, idOf, earlier = null }: OpenOptions,
): Promise<Settled> {
  const before = await scanJournal(path)
  if (!before && earlier !== null && idOf) return adopted(path, header, earlier, idOf)
  if (!before) return { scan: await create(path, header), notices: [] }
  if (fresh) return replaced(path, header, 'everything is trained again')
  if (before.end === 0 && !before.torn) {
    return { scan: await create(path, header), notices: ['the journal was empty, as after a power cut; it is recreated'] }
  }
  const changed = before.first && differences(before.first.header, header)
  if (changed?.length === 0) return { scan: before, notices: repairs(before) }
  const why = changed ? `${changed.join(' and ')} changed since the journal was started` : unreadable
  if (before.first?.checked) return replaced(path, header, why)
  // The header is damaged or too old to identify the study. The ids of the runs then show which study they belong to.
  const fitting = idOf ? await fittingRuns(path, before, header.engine, idOf) : []
  return fitting.length === 0 ? replaced(path, header, why) : mended(path, header, before, fitting)
}

const unreadable =
  'the journal in this folder cannot be read: its first line is damaged or from another version, and no run in it belongs to this study'

async function replaced(path: string, header: JournalHeader, reason: string): Promise<Settled> {
  const aside = await setAside(path)
  return { scan: await create(path, header), notices: [`${reason}; the old journal is kept as ${aside}`] }
}

async function create(path: string, header: JournalHeader): Promise<Scan> {
  const text = Buffer.from(headerLine(header))
  await writeFileAtomic(path, text)
  return { first: { header, checked: true }, places: new Map(), end: text.length, torn: false, damaged: 0, elapsed: 0 }
}

/** Every line is checked, because the whole file may be made up. Its header is not read. */
async function adopted(
  path: string,
  header: JournalHeader,
  earlier: string,
  idOf: (request: RunRequest) => string,
): Promise<Settled> {
  const from = await scanJournal(earlier)
  const fitting = from ? await fittingRuns(earlier, from, header.engine, idOf) : []
  if (!from || fitting.length === 0) return { scan: await create(path, header), notices: [] }
  const scan = await copied(path, header, { from: earlier, elapsed: from.elapsed }, fitting)
  const left = from.places.size - fitting.length
  const ignored = left === 0 ? '' : `; ${left} more in it do not belong to this study and are ignored`
  return { scan, notices: [`${fitting.length} ${plural(fitting)} of an earlier job restored${ignored}`] }
}

const plural = (runs: readonly unknown[]): string => (runs.length === 1 ? 'run' : 'runs')

/** Writes a journal with runs of another file. */
async function copied(
  path: string,
  header: JournalHeader,
  { from, elapsed }: { readonly from: string; readonly elapsed: number },
  fitting: readonly Place[],
): Promise<Scan> {
  await writeFileAtomic(path, linesAt(from, [headerLine(header), elapsedLine(elapsed)], fitting))
  const scan = await scanJournal(path)
  if (!scan) throw new Error(`${path} was written and is gone`)
  return scan
}

async function fittingRuns(
  path: string,
  { places }: Scan,
  engine: string,
  idOf: (request: RunRequest) => string,
): Promise<Place[]> {
  const fitting: Place[] = []
  const file = await open(path, 'r')
  try {
    for (const place of places.values()) {
      const line = (await readAt(file, place.length, place.offset)).toString('utf8')
      if (fittingRun(line, engine, idOf)) fitting.push(place)
    }
  } finally {
    await file.close()
  }
  return fitting
}

/** Copies the damaged file first, so that a kill in between leaves it in place. */
async function mended(path: string, header: JournalHeader, before: Scan, fitting: readonly Place[]): Promise<Settled> {
  const aside = await freeName(path)
  await copyFile(path, aside, constants.COPYFILE_EXCL)
  const scan = await copied(path, header, { from: aside, elapsed: before.elapsed }, fitting)
  const runs = fitting.length === 1 ? '1 run in it belongs' : `${fitting.length} runs in it belong`
  return {
    scan,
    notices: [
      `the first line of the journal was damaged; ${runs} to this study and ${fitting.length === 1 ? 'is' : 'are'} kept; the damaged file is kept as ${aside}`,
    ],
  }
}

async function* linesAt(path: string, first: readonly string[], places: readonly Place[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first.join(''))
  const file = await open(path, 'r')
  try {
    for (const { length, offset } of places) yield Buffer.concat([await readAt(file, length, offset), Buffer.from('\n')])
  } finally {
    await file.close()
  }
}

function repairs({ torn, damaged }: Scan): string[] {
  return [
    ...(torn ? ['the last line of the journal was torn and is removed; that run is trained again'] : []),
    ...(damaged === 1 ? ['a damaged line of the journal is ignored; that run is trained again'] : []),
    ...(damaged > 1 ? [`${damaged} damaged lines of the journal are ignored; those runs are trained again`] : []),
  ]
}

/** The lock keeps other processes from choosing the same name. */
async function setAside(path: string): Promise<string> {
  const to = await freeName(path)
  await rename(path, to)
  await syncFolder(dirname(path))
  return to
}

/** The first free `<name>.<n>.stale`. */
export async function freeName(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const to = `${path}.${n}.stale`
    if (
      !(await stat(to).then(
        () => true,
        () => false,
      ))
    )
      return to
  }
}

/** Explains to the user why the journal cannot be used. Returns errors that are not from the system unchanged. */
export function explainJournalError(error: unknown): unknown {
  return error instanceof InputError
    ? error
    : explainFileError(error, 'journal/unusable', 'the journal in the output folder cannot be opened')
}
