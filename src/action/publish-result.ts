import { relative } from 'node:path'
import { printable } from '../base/diagnostics.ts'
import { unreachable } from '../base/result.ts'
import { annotate } from '../github/annotations.ts'
import type { Api } from '../github/api.ts'
import { react, type Reaction } from '../github/comment/receive.ts'
import type { Request } from '../github/comment/request.ts'
import { downloadResult, parseResult, type RunReport } from '../github/comment/result.ts'
import type { Runner } from '../github/environment.ts'
import { say } from '../github/log.ts'
import { post, type Posting, type PostWord } from '../github/post.ts'
import { fails, verdictNotes, type PublicationSettings } from '../github/publish.ts'
import { renderComment } from '../report/comment.ts'
import { code } from '../report/escape.ts'
import type { Report } from '../report/model.ts'

export interface Publishing {
  readonly api: Api
  readonly runner: Runner
  readonly inputs: { readonly spec: string; readonly failOn: PublicationSettings['failOn'] }
  readonly what: readonly PostWord[]
  readonly request: Request
  /** How the run job ended, as the workflow says: `success`, `failure`, `cancelled`, `skipped`. */
  readonly ended: string
}

/** Posts what the run job left. The exit code is 0 whatever is in it: the verdict is the check's to show. */
export async function publishResult(publishing: Publishing): Promise<number> {
  const { api, runner, request, ended } = publishing
  const left = runner.noArtifacts === null ? await downloadResult(runner.runAttempt) : { result: { ok: false, error: runner.noArtifacts } as const, page: null }
  const result = left.result.ok ? parseResult(left.result.value, { run: runner.runId, sha: request.sha }) : left.result
  const part = result.ok ? partOf(result.value, publishing, left.page) : { text: endText(ended, result.error, publishing), verdict: null, notes: [] }
  const problems = await post(api, { ...base(publishing), ...part })
  if (request.command !== 'plan' && ended !== 'cancelled') await react(api, request.comment, reactionTo(part.verdict))
  for (const problem of problems) say(problem)
  annotate(problems.map((message) => ({ level: 'notice', title: 'Not everything was posted', message: `${message} The verdict is what it was.` })))
  return 0
}

type Part = Pick<Posting, 'text' | 'verdict' | 'notes'>

function base({ what, request: { pull, sha }, runner, inputs }: Publishing): Omit<Posting, keyof Part> {
  const spec = relative(runner.workspace, inputs.spec)
  const title = spec === 'tuning.yml' ? 'tunegate' : `tunegate (${spec})`
  return { what, pull, sha, run: runner.runId, runUrl: runner.runUrl ?? '', title }
}

function partOf({ outcome }: RunReport, publishing: Publishing, page: number | null): Part {
  switch (outcome.kind) {
    case 'study':
      return studyPart(outcome.report, outcome.gateLines, publishing, page)
    case 'plan':
      return { text: `### What would run\n\n${askedFor(publishing)}\n\n${block(outcome.text)}\n`, verdict: null, notes: [] }
    case 'problem':
      return { text: `### No verdict: the input is not valid\n\n${askedFor(publishing)}\n\n${block(outcome.text)}\n`, verdict: null, notes: [] }
    default:
      return unreachable(outcome, 'outcome')
  }
}

/** A run of some stages alone has verified nothing, and sets no check. */
function studyPart(report: Report, gateLines: readonly number[], publishing: Publishing, page: number | null): Part {
  const { inputs: { failOn, spec }, runner } = publishing
  const run = runner.runUrl ?? ''
  const links = [{ text: 'The run', url: run }, ...(page === null ? [] : [{ text: 'Open the report', url: `${run}/artifacts/${page}` }])]
  const { status, sentence } = report.verdict
  return {
    text: `${renderComment(report, links).trimEnd()}\n\n${askedFor(publishing)}\n`,
    verdict: report.verification === null ? null : { status, sentence, fails: fails(status, failOn) },
    notes: verdictNotes({ verdict: report.verdict, spec, gateLines }, failOn, runner),
  }
}

const askedFor = ({ request: { command, sha } }: Publishing): string =>
  `<sub>\`/tune${command === 'tune' ? '' : ` ${command}`}\` at ${code(sha.slice(0, 12))}</sub>`

/** Text of the pull request as a block that it cannot end. */
function block(text: string): string {
  const lines = text.split('\n').slice(0, 200).map((line) => printable(line, 300).replaceAll('```', "'''"))
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``
}

function endText(ended: string, problem: string, publishing: Publishing): string {
  const { runUrl } = publishing.runner
  const head = ended === 'cancelled' ? '### Stopped' : '### No verdict'
  const why = ended === 'cancelled' ? 'The run was cancelled.' : `The run came to no result that could be read: ${code(problem, 200)}.`
  return `${head}\n\n${why} [This run](${runUrl}) has its log.\n\n${askedFor(publishing)}\n`
}

function reactionTo(verdict: Posting['verdict']): Reaction {
  if (verdict === null) return 'confused'
  return verdict.status === 'pass' ? '+1' : verdict.status === 'fail' ? '-1' : 'confused'
}
