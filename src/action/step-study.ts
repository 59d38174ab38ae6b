import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { workerScript } from '../cli/bundled-files.ts'
import { progressLogger } from '../cli/progress.ts'
import type { EngineWish } from '../engines/index.ts'
import { noKeptJournal } from '../github/journal-cache.ts'
import { endSection, say, sayAll, section } from '../github/log.ts'
import { writeResumed } from '../github/outputs.ts'
import type { Listener } from '../run/events.ts'
import { Interrupted } from '../run/execute.ts'
import { chosenFormats } from '../saved-model/formats/index.ts'
import type { EngineSource } from '../study/engine.ts'
import type { Study } from '../study/conclude.ts'
import type { StudyOptions } from '../study/options.ts'
import { runStudy } from '../study/run-study.ts'
import { baselineOf, type WithoutLock } from './base-choice.ts'
import { judgedBy, verification } from './base-commit.ts'
import { requireOwn } from './change-guard.ts'
import { requested, type Asked } from './comment.ts'
import { ensureAvailable, ensureEngine } from './ensure-engine.ts'
import { triggerOf, triggerOfRequest } from './event.ts'
import type { Step } from './inputs.ts'
import { isJobMode, jobOf } from './jobs.ts'
import { keptJournals, tellEnd } from './keep-journal.ts'
import { renewed } from './renewed.ts'
import { requireNoReport } from './report-folder.ts'
import { repositoryOf, type Repository } from './repository.ts'

/** The study of a step, or the task of a workflow job within it: `done`, or null if there is nothing to judge. */
export async function studyOf(step: Step): Promise<Study | 'done' | null> {
  const {
    inputs: { mode, part, spec },
    runner,
  } = step
  // A comment determines what to run. Its steps that train nothing have already ended.
  const checkout = part.does === 'run' || runner.eventName !== '' ? repositoryOf(runner.workspace, spec) : null
  if (checkout !== null) requireOwn(spec, checkout.root)
  const own = studyOptions(step, requested(step, checkout))
  const trigger =
    part.does === 'run' ? triggerOfRequest(part.request) : triggerOf(mode, { ...runner, head: checkout?.head ?? null })
  const job = isJobMode(mode)
  const without = job ? 'jobs' : trigger.mode === 'tune' ? 'study' : 'proposal'
  const options =
    trigger.base === null
      ? continuing(own, step, job, checkout)
      : { ...own, ...(await judged(trigger.base, without, own, step, checkout)) }
  if (job) return jobOf(mode, step, options)
  if (trigger.mode !== 'tune' || trigger.base !== null)
    say(`mode: ${trigger.mode}${trigger.base === null ? '' : `, against ${trigger.base}`}`)
  const study = await runStudy(trigger.mode === 'tune' ? options : { ...options, ...(await verification(options)) })
  if (options.earlier) tellEnd(study.report)
  if (trigger.mode === 'tune') return study
  return trigger.mode === 'refresh' ? renewed(study, options.specPath) : study
}

/**
 * With the journal of an earlier job, where no change is judged. The jobs of a compiled workflow have artifacts for that.
 * With `resume: false`, everything is trained again.
 */
function continuing(own: StudyOptions, { inputs, runner }: Step, job: boolean, checkout: Repository | null): StudyOptions {
  if (!inputs.resume) return { ...own, fresh: true }
  if (job || checkout === null) return own
  const why = noKeptJournal(process.env)
  if (why === null) return { ...own, earlier: keptJournals(runner, checkout.head) }
  say(`Nothing is resumed from the Actions cache: ${why}.`)
  return own
}

/** Only its base judges a change. Without a repository there is no base. */
async function judged(
  base: string,
  without: WithoutLock,
  own: StudyOptions,
  { inputs, runner }: Step,
  checkout: Repository | null,
): Promise<Partial<StudyOptions>> {
  if (checkout === null) throw new Error('an event about a change has a checkout')
  await requireNoReport({ ...runner, out: inputs.out })
  return judgedBy(base, without, own, { checkout, runner, token: inputs.token })
}

/** Paths are relative to the checkout, so that report and messages name no folder of the runner. */
function studyOptions({ inputs, runner: { workspace } }: Step, asked: Asked): StudyOptions {
  const { workers, baseline, out } = inputs
  const signal = stopSignal()
  return {
    specPath: relative(workspace, inputs.spec),
    workspace,
    env: process.env,
    workerScript: workerScript(),
    workers: workers ?? availableParallelism(),
    engine: provided(inputs.engine, workspace, signal),
    stages: asked.stages ?? inputs.stages ?? undefined,
    seeds: asked.seeds ?? inputs.seeds ?? undefined,
    trials: asked.trials ?? undefined,
    minutes: asked.minutes ?? undefined,
    saveModel: inputs.saveModel === null ? undefined : chosenFormats(inputs.saveModel),
    outDir: out ?? undefined,
    baseline: baselineOf(baseline, workspace),
    listener: folded(),
    signal,
    startedAt: new Date().toISOString(),
    clock: () => performance.now(),
  }
}

/** A spec with errors is reported at once, and nothing is installed. */
function provided(wanted: EngineWish, workspace: string, signal: AbortSignal): EngineSource {
  const afterwards = async <T>(checked: Promise<unknown>, work: () => Promise<T>): Promise<T> => {
    await checked
    try {
      return await work()
    } catch (error) {
      throw signal.aborted ? new Interrupted() : error
    }
  }
  return {
    wanted,
    choose: (checked) => afterwards(checked, () => ensureEngine(wanted, workspace, signal)),
    available: (name, checked) => afterwards(checked, () => ensureAvailable(name, workspace, signal)),
  }
}

/** Progress as plain lines. The lines of a stage are folded under its name; its conclusion stays visible. */
function folded(): Listener {
  const write = (text: string): void => sayAll(text.trimEnd().split('\n'))
  const { listener: print } = progressLogger({
    write,
    isTerminal: false,
    columns: 120,
    letters: 'unicode',
    now: () => performance.now(),
  })
  let resumed = false
  return (event) => {
    if (event.type === 'study-started') {
      resumed ||= event.resumedRuns > 0
      writeResumed(resumed)
    }
    if (event.type === 'stage-decided' || event.type === 'study-finished') endSection()
    if (event.type === 'stage-started') section(`Stage ${event.position} of ${event.of}: ${event.job.id}`)
    print(event)
  }
}

/** A canceled job gets two stop signals before it is killed. The first is enough to close the journal. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}
