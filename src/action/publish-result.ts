import { err, unreachable } from '../base/result.ts'
import { annotate } from '../github/annotations.ts'
import type { Api } from '../github/api.ts'
import { react, type Reaction } from '../github/comment/receive.ts'
import type { Request } from '../github/comment/request.ts'
import { downloadResult, parseResult, type Left, type RunReport } from '../github/comment/result.ts'
import { say } from '../github/log.ts'
import { post, titleOf, type Posting, type PostWord } from '../github/post.ts'
import { code } from '../report/escape.ts'
import { judgedAt, specName, studyPart, textPart, type Part, type Setting } from './posting.ts'

export interface Publishing extends Omit<Setting, 'foot'> {
  readonly api: Api
  readonly what: readonly PostWord[]
  readonly request: Request
  /** How the run job ended, as the workflow says: `success`, `failure`, `cancelled`, `skipped`. */
  readonly ended: string
}

/** Posts what the run job left. The exit code is 0 whatever is in it: the verdict is the check's to show. */
export async function publishResult(publishing: Publishing): Promise<number> {
  const { api, runner, inputs, what, request, ended } = publishing
  const { pull, sha, gates } = request
  const left: Left = runner.noArtifacts === null ? await downloadResult(runner.runAttempt) : { result: err(runner.noArtifacts), page: null }
  const result = left.result.ok ? parseResult(left.result.value, { run: runner.runId, sha, gates }) : left.result
  const part = result.ok ? partOf(result.value, publishing, left.page) : endPart(ended, result.error, publishing)
  const [run, title] = [runner.runId, titleOf(specName(inputs.spec, runner))]
  const problems = await post(api, { ...part, what, pull, sha, run, runUrl: runner.runUrl ?? '', title })
  if (request.command !== 'plan' && ended !== 'cancelled') await react(api, request.comment, reactionTo(part.verdict))
  tellUnposted(problems)
  return 0
}

/** What could not be posted is a notice; it changes nothing else. */
export function tellUnposted(problems: readonly string[]): void {
  for (const problem of problems) say(problem)
  const title = 'Not everything was posted'
  annotate(problems.map((message) => ({ level: 'notice', title, message: `${message} The verdict is what it was.` })))
}

function partOf({ outcome }: RunReport, publishing: Publishing, page: number | null): Part {
  const setting = { ...publishing, foot: askedFor(publishing) }
  switch (outcome.kind) {
    case 'study':
      return studyPart(outcome.report, outcome.gateLines, pageAt(page, publishing), setting)
    case 'plan':
      return textPart('What would run', outcome.text, setting)
    case 'problem':
      return textPart('No verdict: the input is not valid', outcome.text, setting)
    default:
      return unreachable(outcome, 'outcome')
  }
}

const pageAt = (page: number | null, { runner }: Publishing): string | null =>
  (page === null ? null : `${runner.runUrl ?? ''}/artifacts/${page}`)

const askedFor = ({ request: { command, sha, base, gates } }: Publishing): string =>
  `<sub>\`/tune${command === 'tune' ? '' : ` ${command}`}\` ${judgedAt(sha, gates === null ? null : base)}</sub>`

function endPart(ended: string, problem: string, publishing: Publishing): Part {
  const { runUrl } = publishing.runner
  const head = ended === 'cancelled' ? '### Stopped' : '### No verdict'
  const why = ended === 'cancelled' ? 'The run was cancelled.' : `The run came to no result that could be read: ${code(problem, 200)}.`
  const text = `${head}\n\n${why} [This run](${runUrl}) has its log.\n\n${askedFor(publishing)}\n`
  return { text, verdict: null, notes: [] }
}

function reactionTo(verdict: Posting['verdict']): Reaction {
  if (verdict === null) return 'confused'
  return verdict.status === 'pass' ? '+1' : verdict.status === 'fail' ? '-1' : 'confused'
}
