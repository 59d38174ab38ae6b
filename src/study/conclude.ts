import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { explainFileError, makeFolder } from '../base/files.ts'
import type { BaselineEvidence } from '../gates/evidence.ts'
import { verificationStatistics } from '../gates/verification.ts'
import { verifyFindings, type VerifyFindings } from '../records/decision.ts'
import type { Lock, SavedModel } from '../records/lock.ts'
import type { RunResult } from '../records/run.ts'
import type { Verdict } from '../records/verdict.ts'
import { pathsOf } from '../data/parts.ts'
import { buildReport, type ReportInput } from '../report/build.ts'
import type { ChangeSection, Report } from '../report/model.ts'
import { summarizer, type Summarized } from '../report/runs.ts'
import { runsOf, type StudyOutcome } from '../run/execute.ts'
import type { Journal } from '../run/journal.ts'
import { scoresByClass } from './by-class.ts'
import { scoresByLabel } from './by-label.ts'
import { keptPredictions, winnerOutputs } from './kept-outputs.ts'
import { worstRows } from './worst-rows.ts'
import { studyDiagnostics } from './diagnostics.ts'
import { verifiedEnsemble } from './ensemble.ts'
import { scratchFolder, scriptNotes } from './prepare-script.ts'
import { changeOf } from './evaluation-rows.ts'
import { judgingOf, type Judging } from './judging.ts'
import type { StudyOptions } from './options.ts'
import { outFolder } from './out-folder.ts'
import { checksMade, isScript, type Prepared } from './prepare.ts'
import { repeatCommand } from './repeat.ts'
import { openJournal } from './resources.ts'
import { writeModels } from './save-models.ts'
import { toolName } from './version.ts'
import { writeReport, type WrittenFiles } from './write-report.ts'

export interface Study {
  readonly prepared: Prepared
  readonly report: Report
  readonly verdict: Verdict
  readonly lock: Lock
  readonly files: WrittenFiles
}

/** The engine that trains a study. */
interface EngineUsed {
  readonly label: string
  /** Why it was chosen; null if unknown. */
  readonly why: string | null
}

/** A study with its folder, its journal and its judge: where its runs go, and what they are compared with. */
export interface OpenStudy {
  readonly options: StudyOptions
  readonly prepared: Prepared
  readonly engine: EngineUsed
  /** Runs of a base spec that were retrained before; null if there are none. */
  readonly base: BaselineEvidence | null
  readonly outDir: string
  readonly judging: Judging
  /** Whoever opens the study closes it. */
  readonly journal: Journal
}

/** Fixes how the study is judged, and opens its folder with its journal. */
export async function openStudy(
  options: StudyOptions,
  prepared: Prepared,
  engine: EngineUsed,
  base: BaselineEvidence | null = null,
): Promise<OpenStudy> {
  const judging = await judgingOf(options, prepared, engine.label, base)
  const outDir = outFolder(options, prepared)
  await makeFolder(outDir).catch((error: unknown) => {
    throw explainFileError(error, 'run/no-output-folder', 'the output folder cannot be created')
  })
  const journal = await openJournal(outDir, prepared, engine.label, options)
  // What the runs of an earlier study left for each other does not bind those of a new one.
  if (isScript(prepared) && journal.size === 0)
    await rm(join(scratchFolder(outDir), 'labels'), { recursive: true, force: true })
  return { options, prepared, engine, base, outDir, judging, journal }
}

/** Runs → evidence → verdict → report → files. */
export async function conclude(study: OpenStudy, outcome: StudyOutcome, seconds: number): Promise<Study> {
  const { prepared, judging, outDir, journal } = study
  const verify = verifyFindings(outcome.decisions)
  const verdict = judging.verdict(verify, outcome.cutShort)
  // One run is in memory at a time.
  const runs = (): AsyncIterable<RunResult> => runsOf(journal, outcome.decisions)
  const saving = { verify, engine: study.engine.label, formats: study.options.saveModel }
  const { models, files: written } = await writeModels(prepared, saving, outDir, (id) => journal.read(id))
  const report = await reportOf(study, { outcome, seconds, runs, verify, verdict, models })
  const files = await writeReport(report, outDir, runs())
  return { prepared, report, verdict, lock: files.lock, files: { ...files, all: [...written, ...files.all] } }
}

interface Finished {
  readonly outcome: StudyOutcome
  readonly seconds: number
  readonly runs: () => AsyncIterable<RunResult>
  readonly verify: VerifyFindings | null
  readonly verdict: Verdict
  readonly models: readonly SavedModel[]
}

async function reportOf(study: OpenStudy, { outcome, seconds, runs, verify, verdict, models }: Finished): Promise<Report> {
  const { options, prepared, judging, engine, base, journal } = study
  const { plan } = prepared
  const summarize = summarizer(plan.baseline)
  const summaries: Summarized[] = []
  for await (const run of runs()) summaries.push(summarize(run))
  const change = await changeOf(prepared, options.baseData)
  const { together, byClass, worst } = await predicted(prepared, verify, journal)
  return buildReport({
    ...knownBefore(study, otherData(change) ? study.options.baseData?.path : undefined),
    decisions: outcome.decisions,
    runs: summaries,
    verdict,
    against: judging.evidence(verify).baseline?.source ?? null,
    ...(base ? { base } : {}),
    statistics: verify ? verificationStatistics(verify, plan.workload.objective, plan.leastEffect) : [],
    ...(together?.ok ? { ensemble: together.value } : {}),
    models,
    ...(byClass ? { byClass } : {}),
    ...(worst ? { worst } : {}),
    diagnostics: await studyDiagnostics(plan, verify, runs(), isScript(prepared) ? null : prepared.dataset),
    omissions: together === null || together.ok ? [] : [{ what: 'scores of an ensemble', why: together.error }],
    exhausted: outcome.exhausted,
    cutShort: outcome.cutShort,
    ...(isScript(prepared) ? { deterministic: prepared.deterministic ?? null } : {}),
    ...(change ? { change } : {}),
    timing: {
      startedAt: options.startedAt,
      seconds,
      stages: outcome.seconds,
      machine: machineOf(options, engine),
    },
  })
}

/** What a report says that is known before the first run. `baseData` is named in the command if it judged the change. */
export function knownBefore({ options, prepared, judging, engine }: OpenStudy, baseData?: string) {
  return {
    plan: prepared.plan,
    lock: judging.lock?.lock ?? null,
    engine: engine.label,
    tool: toolName,
    command: repeatCommand(options, baseData),
    specFile: options.specPath,
    data: dataOf(prepared),
  } satisfies Partial<ReportInput>
}

/** What the outputs say that the winner's runs kept; nothing for a script, whose rows are its own. */
async function predicted(prepared: Prepared, verify: VerifyFindings | null, journal: Journal) {
  if (isScript(prepared)) return { together: null }
  const { dataset } = prepared
  const predictions = await keptPredictions(verify, (id) => journal.read(id))
  const kept = winnerOutputs(predictions, dataset)
  return {
    together: verifiedEnsemble(verify, predictions, dataset),
    byClass:
      dataset.task === 'multi-label' ? scoresByLabel(kept, dataset.targetNames ?? []) : scoresByClass(kept, dataset.classes),
    worst: worstRows(kept, dataset),
  }
}

/** What the report says about the data. Those of a script are its own. */
export function dataOf(prepared: Prepared): ReportInput['data'] {
  if (isScript(prepared)) return { source: 'the training script', checks: [], findings: [], notes: scriptNotes(prepared) }
  const { spec, findings, dataset } = prepared
  const source = pathsOf(spec.data)
    .map(([, path]) => path)
    .join(', ')
  const judged = findings.map((f) => (spec.checks[f.check] === 'note' ? { ...f, severity: 'note' as const } : f))
  return { source, checks: checksMade(spec), findings: judged, notes: dataset.notes }
}

/** Whether rows or columns were compared with those of another file, and differ. */
const otherData = (change: ChangeSection | undefined): boolean =>
  change !== undefined &&
  (Boolean(change.training ?? change.columns) || (change.rows !== undefined && 'parts' in change.rows))

function machineOf({ workers }: StudyOptions, { why }: EngineUsed): Report['timing']['machine'] {
  const machine = {
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    workers,
    node: process.version,
  }
  return why === null ? machine : { ...machine, whyEngine: why }
}
