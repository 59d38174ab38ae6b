import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprint } from '../base/hash.ts'
import { isHeld } from '../base/lock-file.ts'
import { curveBook, lossOf, thinCurve, type ThinCurve } from '../report/curves.ts'
import { stretchesFor } from '../report/explorer/grid.ts'
import { livePage } from '../report/files.ts'
import type { LiveSection } from '../report/html/live.ts'
import type { Report } from '../report/model.ts'
import { summarizer, type Summarized } from '../report/runs.ts'
import { scanJournal } from '../run/journal-scan.ts'
import { runsAt } from '../run/read-runs.ts'
import { livePath, readLive, type LiveFile } from './live-file.ts'
import { finished } from './render-again.ts'

/** How a study is doing, by its folder alone. */
export interface Seen {
  readonly state: 'waiting' | 'running' | 'stopped' | 'finished'
  /** Changes whenever there is something new to show. */
  readonly version: string
}

type Kept = Summarized & { readonly curve: ThinCurve }

/** A study as seen by someone who only reads its folder. Each line of the journal is read once. */
export class StudyWatch {
  private readonly folder: string
  private readonly now: () => number
  private readonly kept = new Map<string, Kept>()
  /** The plan that the kept runs belong to, and how far their journal was read. Another file begins anew. */
  private read = { plan: '', file: 0, end: 0 }

  constructor(folder: string, now: () => number) {
    this.folder = folder
    this.now = now
  }

  private get journal(): string {
    return join(this.folder, 'journal.jsonl')
  }

  async look(): Promise<Seen> {
    const [report, live, journal] = await Promise.all(
      [join(this.folder, 'report.json'), livePath(this.folder), this.journal].map(markOf),
    )
    const state = stateOf(isHeld(`${this.journal}.lock`), live !== '', report !== '')
    return { state, version: [state, report, live, journal].join(' ') }
  }

  /** The page of that state; null if its files are being replaced, or are not there yet. */
  async page(seen: Seen): Promise<string | null> {
    if (seen.state === 'finished') {
      const { report, runs } = await finished(this.folder)
      return livePage(report, await curveBook(report, runs))
    }
    const live = seen.state === 'waiting' ? null : await readLive(this.folder)
    return live === null ? null : this.pageOf(live, seen)
  }

  private async pageOf({ report, progress }: LiveFile, { state, version }: Seen): Promise<string> {
    await this.readNew(report)
    const kept = [...this.kept.values()]
    const runs = kept.map((run) => run.summary)
    const timing = { ...report.timing, runs: kept.map((run) => run.timing) }
    const curves = new Map(kept.map(({ curve }) => [curve.id, curve]))
    const section: LiveSection = {
      ...progress,
      state: state === 'stopped' ? 'stopped' : 'running',
      version,
      rest: `${state} ${fingerprint([report, kept.length])}`,
      secondsUsed: progress.before + (state === 'running' ? this.since(report) : progress.seconds),
    }
    const seconds = section.secondsUsed
    return livePage({ ...report, runs, timing: { ...timing, seconds } }, curves, section)
  }

  /** Seconds since the study was started; 0 if it does not say. */
  private since({ timing: { startedAt } }: Report): number {
    const started = startedAt === null ? Number.NaN : Date.parse(startedAt)
    return Number.isNaN(started) ? 0 : Math.max(0, (this.now() - started) / 1000)
  }

  private async readNew({ study, budget, levers }: Report): Promise<void> {
    const { ino: file, size } = await stat(this.journal).catch(() => ({ ino: 0, size: 0 }))
    const { plan } = study.fingerprints
    if (this.read.plan !== plan || this.read.file !== file || this.read.end > size) {
      this.kept.clear()
      this.read = { plan, file, end: 0 }
    }
    const found = await scanJournal(this.journal, this.read.end)
    if (!found) return
    const stretches = stretchesFor(budget.plannedRuns)
    const summarize = summarizer(levers.baseline)
    for await (const run of runsAt(this.journal, [...found.places.values()])) {
      const curve = thinCurve(run, study.objective, lossOf(study.task), stretches)
      this.kept.set(run.id, { ...summarize(run), curve })
    }
    this.read = { plan, file, end: found.end }
  }
}

/** The file of a running study stays if the study is stopped; a report may be that of an earlier one. */
function stateOf(held: boolean, live: boolean, report: boolean): Seen['state'] {
  if (live) return held ? 'running' : 'stopped'
  return report && !held ? 'finished' : 'waiting'
}

/** Empty if there is no such file. */
const markOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs, size }) => `${mtimeMs}-${size}`,
    () => '',
  )
