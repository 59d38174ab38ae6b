import { err, unreachable } from '../base/result.ts'
import { annotate } from '../github/annotations.ts'
import type { Api } from '../github/api.ts'
import { react, type Reaction } from '../github/comment/receive.ts'
import type { Request } from '../github/comment/request.ts'
import { downloadResult, parseResult, type Left, type RunReport } from '../github/comment/result.ts'
import { say } from '../github/log.ts'
import { post, titleOf, type Posting, type PostWord } from '../github/post.ts'
import { code } from '../report/escape.ts'
import type { Report } from '../report/model.ts'
import { audit, type Rules } from '../study/audit.ts'
import { judgedAt, specName, studyPart, textPart, type Part, type Setting } from './posting.ts'
import { rulesAt, type RuleInputs } from './rules-at.ts'

type StudyOutcome = Extract<RunReport['outcome'], { kind: 'study' }>

export interface Publishing extends Omit<Setting, 'foot'> {
  readonly api: Api
  readonly inputs: Setting['inputs'] & RuleInputs
  readonly what: readonly PostWord[]
  readonly request: Request
  /** The result of the run job, from the workflow: `success`, `failure`, `cancelled`, `skipped`. */
  readonly ended: string
}

/** Posts what the run job left. The exit code is 0 whatever the result is: the check shows the verdict. */
export async function publishResult(publishing: Publishing): Promise<number> {
  const { api, runner, inputs, what, request, ended } = publishing
  const { pull, sha, into } = request
  const left: Left =
    runner.noArtifacts === null ? await downloadResult(runner.runAttempt) : { result: err(runner.noArtifacts), page: null }
  const result = left.result.ok ? parseResult(left.result.value, { run: runner.runId, sha }) : left.result
  const part = result.ok ? await partOf(result.value, publishing, left.page) : endPart(result.error, publishing)
  const [run, title] = [runner.runId, titleOf(specName(inputs.spec, runner))]
  const problems = await post(api, { ...part, what, pull, sha, into, run, runUrl: runner.runUrl ?? '', title })
  if (request.command !== 'plan' && ended !== 'cancelled') await react(api, request.comment, reactionTo(part.verdict))
  tellUnposted(problems)
  return 0
}

/** What could not be posted becomes a notice. It changes nothing else. */
export function tellUnposted(problems: readonly string[]): void {
  for (const problem of problems) say(problem)
  const title = 'Not everything was posted'
  annotate(problems.map((message) => ({ level: 'notice', title, message: `${message} The verdict does not change.` })))
}

async function partOf({ outcome }: RunReport, publishing: Publishing, page: number | null): Promise<Part> {
  const {
    request: { command },
  } = publishing
  const setting = { ...publishing, foot: askedFor(publishing) }
  if (outcome.kind !== 'problem' && (outcome.kind === 'plan') !== (command === 'plan')) {
    return endPart(`the run left a ${outcome.kind}, and ${lineOf(command)} was asked for`, publishing)
  }
  switch (outcome.kind) {
    case 'study':
      return judgedPart(outcome, publishing, page)
    case 'plan':
      return textPart('What would run', outcome.text, setting)
    case 'problem':
      return textPart('No verdict: the input is not valid', outcome.text, setting)
    default:
      return unreachable(outcome, 'outcome')
  }
}

/**
 * A study, judged again by rules that this job reads itself. Only what follows from the numbers of each seed is posted. The
 * numbers come from the run, and no second check of them can tell whether they were measured.
 */
async function judgedPart({ report, gateLines }: StudyOutcome, publishing: Publishing, page: number | null): Promise<Part> {
  const { api, request, inputs, runner, ended } = publishing
  const found = await rulesAt(api, request, inputs, runner)
  if (!found.ok) return endPart(found.error, publishing)
  const { rules, of } = found.value
  const audited = auditOrRefuse(report, rules)
  if (!audited.ok) return endPart(audited.error, publishing)
  const [lines, gates] = [gateLines.length, rules.gates.length]
  if (lines !== gates) return endPart(`the result has ${lines} gate lines for ${gates} gates`, publishing)
  const foot = askedFor(publishing, of)
  const part = studyPart(audited.value, gateLines, pageAt(page, publishing), { ...publishing, foot })
  // A verdict that does not fail ends its job with success. If the job did not succeed, something else went wrong in it.
  if (part.verdict !== null && !part.verdict.fails && ended !== 'success') {
    const { status } = part.verdict
    return endPart(`the run's verdict is ${status}, but its job ended with "${ended}": only success is accepted`, publishing)
  }
  return part
}

/** A report that breaks the judging is refused like one that contradicts itself: nothing is posted as a success. */
function auditOrRefuse(report: Report, rules: Rules): ReturnType<typeof audit> {
  try {
    return audit(report, rules)
  } catch (error) {
    return err(`the result cannot be judged again: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const pageAt = (page: number | null, { runner }: Publishing): string | null =>
  page === null ? null : `${runner.runUrl ?? ''}/artifacts/${page}`

/** The request as it was commented. */
const lineOf = (command: Request['command']): string => `/tune${command === 'tune' ? '' : ` ${command}`}`

function askedFor({ request: { command, sha, base } }: Publishing, of?: 'base' | 'change'): string {
  const words = `\`${lineOf(command)}\` ${judgedAt(sha, of === 'base' ? base : null)}`
  const own = of === 'change' ? ', judged by its own gates, because the base commit has no spec' : ''
  const again = of === undefined ? '' : ". This job judged it again from the numbers of each seed, which are the run's own"
  return `<sub>${words}${own}${again}</sub>`
}

/** Why there is no verdict; the log has it too. */
function endPart(problem: string, publishing: Publishing): Part {
  const {
    runner: { runUrl },
    ended,
  } = publishing
  say(`No verdict: ${problem}`)
  const head = ended === 'cancelled' ? '### Stopped' : '### No verdict'
  const refused = `The result of the run is not posted: ${code(problem, 300)}.`
  const why = ended === 'cancelled' ? 'The run was cancelled.' : refused
  const text = `${head}\n\n${why} [This run](${runUrl}) has the log.\n\n${askedFor(publishing)}\n`
  return { text, verdict: null, notes: [] }
}

function reactionTo(verdict: Posting['verdict']): Reaction {
  if (verdict === null) return 'confused'
  return verdict.status === 'pass' ? '+1' : verdict.status === 'fail' ? '-1' : 'confused'
}
