import { formatDiagnostic, InputError, printable } from '../base/diagnostics.ts'
import { runner, type Runner } from '../github/environment.ts'
import { explain } from '../github/failure.ts'
import type { GateOutput } from '../github/outputs.ts'
import { gateOf } from '../gates/index.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { endSection, say } from '../github/log.ts'
import { fails, publish, type Publication } from '../github/publish.ts'
import { changeLines } from '../report/change-lines.ts'
import { Interrupted } from '../run/execute.ts'
import { requireInside } from './change-guard.ts'
import { commentStep, handOn } from './comment.ts'
import { givenInputs, type GivenInputs, type Step } from './inputs.ts'
import { unfinished } from './jobs.ts'
import { postInstead, postStudy, type JudgedStudy } from './post-step.ts'
import { requirePlainFolder } from './report-folder.ts'
import { judgeResults } from './results-step.ts'
import { studyOf } from './step-study.ts'
import { isResults } from '../report/sides.ts'

/** One step of a workflow: inputs → what it does → exit code. Every error becomes an exit code, and is explained. */
export async function main(env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const here = runner(env)
  const given = givenInputs(here.workspace)
  try {
    if (!given.inputs.ok) throw new InputError(given.inputs.error)
    const step = { inputs: given.inputs.value, runner: here }
    return (await commentStep(step)) ?? (await studyStep(step))
  } catch (error) {
    if (error instanceof Interrupted) say('Stopped. Finished runs are in the journal; a run that has it goes on from there.')
    else await explain(error, here)
    if (error instanceof InputError) await withoutVerdict(error, given, here)
    return 1
  }
}

/** Inputs → study → what the run's page shows. The exit code says whether the verdict fails the step. */
async function studyStep(step: Step): Promise<number> {
  const { inputs, runner } = step
  process.chdir(runner.workspace)
  requireInside(inputs, runner)
  requirePlainFolder({ ...runner, out: inputs.out })
  const study = inputs.results === null ? await studyOf(step) : await judgeResults(step, inputs.results)
  endSection()
  if (study === 'done') return 0
  if (study === null) return unfinished(step)
  for (const line of changeLines(study.report)) say(`NOTE: ${printable(line, 4000)}`)
  say(`${study.verdict.status.toUpperCase()}: ${study.verdict.sentence}`)
  const page = await publish(publication(study, inputs.spec), inputs, runner)
  await handOn(study, inputs.part.does === 'run' ? inputs.part.request : null, runner)
  await postStudy(study, page, step)
  return fails(study.verdict.status, inputs.failOn) ? 1 : 0
}

/** Shown in place of the verdict. */
async function withoutVerdict(
  error: InputError,
  { request, spec, post, token }: GivenInputs,
  runner: Runner,
): Promise<void> {
  await handOn(error, request, runner)
  if (spec === null) return
  const text = error.diagnostics.map(formatDiagnostic).join('\n\n')
  await postInstead('No verdict: the input is not valid', text, { inputs: { spec, post, token }, runner })
}

function gateOutput({ rule, status, blocks, estimate, limit, sentence }: GateVerdict): GateOutput {
  const judged = gateOf(rule).measures(rule)
  const interval = estimate && { value: estimate.value, lower: estimate.lower, upper: estimate.upper }
  const { metric = null, split = null } = judged ?? {}
  return { gate: rule.gate, metric, split, status, blocks, estimate: interval, limit, sentence }
}

function publication({ report, verdict, prepared, files }: JudgedStudy, spec: string): Publication {
  return {
    name: report.study.name,
    verdict,
    warnings: prepared.warnings,
    gateLines: prepared.gateLines,
    levers: isResults(report) ? null : report.levers.chosen,
    gates: verdict.gates.map(gateOutput),
    markdown: files.markdown,
    spec,
    folder: files.folder,
    files: files.all,
    page: files.page,
    lock: files.lockPath,
  }
}
