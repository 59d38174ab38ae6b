import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { commentStep, handOn, requested } from './action/comment.ts'
import { jobOf, unfinished } from './action/jobs.ts'
import { formatDiagnostic, InputError, printable } from './base/diagnostics.ts'
import { baselineOf, type WithoutLock } from './action/base-choice.ts'
import { judgedBy, verification } from './action/base-commit.ts'
import { triggerOf, triggerOfRequest } from './action/event.ts'
import { renewed } from './action/renewed.ts'
import { ensureEngine } from './action/ensure-engine.ts'
import { progressLogger } from './cli/progress.ts'
import { workerScript } from './cli/bundled-files.ts'
import { requireInside, requireOwn } from './action/change-guard.ts'
import { requireNoReport, requirePlainFolder } from './action/report-folder.ts'
import { postInstead, postStudy } from './action/post-step.ts'
import { repositoryOf, type Repository } from './action/repository.ts'
import { readPart, readPost } from './github/comment/inputs.ts'
import { runner, type Runner } from './github/environment.ts'
import { engineWishes, type EngineWish } from './engines/index.ts'
import { explain } from './github/failure.ts'
import { readInputs, type Inputs } from './github/inputs.ts'
import { endSection, say, sayAll, section } from './github/log.ts'
import { fails, publish, type Publication } from './github/publish.ts'
import type { StageName } from './records/plan.ts'
import { stageNames } from './stages/index.ts'
import { changeLines } from './report/change-lines.ts'
import type { Listener } from './run/events.ts'
import { Interrupted } from './run/execute.ts'
import type { EngineSource } from './study/engine.ts'
import { runStudy, type Study, type StudyOptions } from './study/run-study.ts'

export type StepInputs = Inputs<StageName, EngineWish>

const here = runner()
try {
  process.exitCode = (await commentStep(here)) ?? (await step(here))
} catch (error) {
  if (error instanceof Interrupted) say('Stopped. Finished runs are in the journal; a run that has it goes on from there.')
  else await explain(error, here)
  if (error instanceof InputError) await withoutVerdict(error)
  process.exitCode = 1
}

/** Inputs → study → what the run's page shows. The exit code says whether the verdict fails the step. */
async function step(runner: Runner): Promise<number> {
  process.chdir(runner.workspace)
  const inputs = readInputs(runner.workspace, { stages: stageNames, engines: engineWishes })
  if (!inputs.ok) throw new InputError(inputs.error)
  // Reports an unknown word before training.
  readPost()
  requireInside(inputs.value, runner)
  requirePlainFolder({ ...runner, out: inputs.value.out })
  const study = await studyOf(inputs.value, runner)
  endSection()
  if (study === 'done') return 0
  if (study === null) return unfinished(inputs.value.spec, runner)
  for (const line of changeLines(study.report)) say(`NOTE: ${printable(line, 4000)}`)
  say(`${study.verdict.status.toUpperCase()}: ${study.verdict.sentence}`)
  const page = await publish(publication(study, inputs.value), inputs.value, runner)
  await handOn(study, runner)
  await postStudy(study, page, inputs.value, runner)
  return fails(study.verdict.status, inputs.value.failOn) ? 1 : 0
}

/** Shown in place of the verdict. */
async function withoutVerdict(error: InputError): Promise<void> {
  await handOn(error, here)
  const inputs = readInputs(here.workspace, { stages: stageNames, engines: engineWishes })
  const text = error.diagnostics.map(formatDiagnostic).join('\n\n')
  if (inputs.ok) await postInstead('No verdict: the input is not valid', text, inputs.value.spec, here)
}

/** The study, or the task of a workflow job within it. */
async function studyOf(inputs: StepInputs, runner: Runner): Promise<Study | 'done' | null> {
  const { mode } = inputs
  // A comment determines what to run. Its steps that train nothing have already ended.
  const part = readPart()
  const checkout = part.does === 'run' || runner.eventName !== '' ? repositoryOf(runner.workspace, inputs.spec) : null
  if (checkout !== null) requireOwn(inputs.spec, checkout.root)
  const own = { ...studyOptions(inputs, runner), ...requested(checkout, runner) }
  const trigger =
    part.does === 'run' ? triggerOfRequest(part.request) : triggerOf(mode, { ...runner, head: checkout?.head ?? null })
  const job = mode === 'plan' || mode === 'shard' || mode === 'stage' || mode === 'gate'
  const without = job ? 'retrain-declared' : trigger.mode === 'tune' ? 'retrain-base' : 'refuse'
  const options =
    trigger.base === null ? own : { ...own, ...(await judged(trigger.base, without, own, { inputs, checkout, runner })) }
  if (job) return jobOf(mode, inputs, options, runner)
  if (trigger.mode !== 'tune' || trigger.base !== null)
    say(`mode: ${trigger.mode}${trigger.base === null ? '' : `, against ${trigger.base}`}`)
  if (trigger.mode === 'tune') return runStudy(options)
  const study = await runStudy({ ...options, ...(await verification(options)) })
  return trigger.mode === 'refresh' ? renewed(study, options.specPath) : study
}

interface JobContext {
  readonly inputs: StepInputs
  readonly checkout: Repository | null
  readonly runner: Runner
}

/** Only its base judges a change. Without a repository there is no base. */
async function judged(
  base: string,
  without: WithoutLock,
  own: StudyOptions,
  { inputs, checkout, runner }: JobContext,
): Promise<Partial<StudyOptions>> {
  if (checkout === null) throw new Error('an event about a change has a checkout')
  await requireNoReport({ ...runner, out: inputs.out })
  return judgedBy(base, without, own, { checkout, runner })
}

/** Paths are relative to the checkout, so that report and messages name no folder of the runner. */
function studyOptions(inputs: StepInputs, runner: Runner): StudyOptions {
  const { workspace } = runner
  const { stages, seeds, workers, baseline, out } = inputs
  const specPath = relative(workspace, inputs.spec)
  const signal = stopSignal()
  return {
    specPath,
    workspace,
    workerScript: workerScript(),
    workers: workers ?? availableParallelism(),
    engine: provided(inputs.engine, signal),
    ...(stages === null ? {} : { stages }),
    ...(seeds === null ? {} : { seeds }),
    ...(out === null ? {} : { outDir: out }),
    baseline: baselineOf(baseline, workspace),
    listener: folded(),
    signal,
    startedAt: new Date().toISOString(),
    clock: () => performance.now(),
  }
}

/** A spec with errors is reported at once, and nothing is installed. */
function provided(wanted: EngineWish, signal: AbortSignal): EngineSource {
  const choose: EngineSource['choose'] = async (checked) => {
    await checked
    try {
      return await ensureEngine(wanted, signal)
    } catch (error) {
      throw signal.aborted ? new Interrupted() : error
    }
  }
  return { wanted, choose }
}

/** Progress as plain lines. The lines of a stage are folded under its name; its conclusion stays visible. */
function folded(): Listener {
  const write = (text: string): void => sayAll(text.trimEnd().split('\n'))
  const print = progressLogger({ write, isTerminal: false, columns: 120, letters: 'unicode', now: () => performance.now() })
  return (event) => {
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

function publication({ report, verdict, prepared, files }: Study, inputs: StepInputs): Publication {
  return {
    name: report.study.name,
    verdict,
    warnings: prepared.warnings,
    gateLines: prepared.gateLines,
    levers: report.levers.chosen,
    markdown: files.markdown,
    spec: inputs.spec,
    folder: files.folder,
    files: files.all,
    page: files.page,
    lock: files.lockPath,
  }
}
