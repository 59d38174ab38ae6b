import { writeFileAtomic } from '../base/files.ts'
import type { StageDecision } from '../records/decision.ts'
import { plannedRuns } from '../records/plan.ts'
import { buildReport } from '../report/build.ts'
import { stageText, type Listener } from '../run/events.ts'
import { RunsInTraining, type RunInTraining } from '../run/in-training.ts'
import { knownBefore, type OpenStudy } from './conclude.ts'
import { livePath, removeLive, type LiveProgress } from './live-file.ts'
import type { StudyOptions } from './options.ts'

export interface LiveWriter {
  readonly listener: Listener
  /** Removes the file once the report is there. */
  readonly end: () => Promise<void>
}

/** Milliseconds between two writes of the file. */
const everyMs = 1000

/**
 * Keeps `live.json` in the study's folder up to date, for `tunegate watch`. Nothing depends on it, so a write that fails
 * changes nothing.
 */
export function liveWriter(study: OpenStudy, options: StudyOptions): LiveWriter {
  const { journal, outDir } = study
  const begin = options.clock()
  const decisions: StageDecision[] = []
  let progress: LiveProgress = {
    stage: null,
    finished: 0,
    expected: plannedRuns(study.prepared.plan),
    best: null,
    secondsLeft: null,
    before: journal.elapsed / 1000,
    seconds: 0,
    training: [],
  }
  const training = new RunsInTraining(options.clock)
  let last = -Infinity
  let writing: Promise<void> = Promise.resolve()
  const write = (): void => {
    last = options.clock()
    progress = { ...progress, seconds: (last - begin) / 1000, training: training.all.flatMap(liveRun) }
    const text = JSON.stringify({ progress, report: reportSoFar(study, decisions) })
    writing = writing.then(() => writeFileAtomic(livePath(outDir), text)).catch(() => {})
  }
  const writeSoon = (): void => {
    if (options.clock() - last >= everyMs) write()
  }
  const listener: Listener = (event) => {
    training.take(event)
    switch (event.type) {
      case 'stage-started':
        progress = { ...progress, stage: stageText(event) }
        return write()
      case 'run-finished':
        progress = { ...progress, ...event.progress }
        return writeSoon()
      case 'run-progress':
        return writeSoon()
      case 'stage-decided':
        decisions.push(event.decision)
        return write()
      default:
        return
    }
  }
  return { listener, end: () => writing.then(() => removeLive(outDir)) }
}

/** A run that has taken a while; a short one is over before anybody reads of it. */
const liveRun = ({ request: { label, seed }, soFar, losses }: RunInTraining): LiveProgress['training'] =>
  soFar === null ? [] : [{ ...soFar, label, seed, losses }]

const still = 'The study has not ended. There is no verdict yet.'

/** The report with the stages that have decided. Its runs are read from the journal. */
function reportSoFar(study: OpenStudy, decisions: readonly StageDecision[]): ReturnType<typeof buildReport> {
  return buildReport({
    ...knownBefore(study),
    decisions,
    runs: [],
    verdict: { status: 'inconclusive', sentence: still, gates: [] },
    against: null,
    statistics: [],
    omissions: [],
    exhausted: null,
    timing: { startedAt: study.options.startedAt, seconds: 0, stages: [], machine: null },
  })
}
