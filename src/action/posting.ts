import { relative } from 'node:path'
import { printable } from '../base/printable.ts'
import type { Runner } from '../github/environment.ts'
import type { Posting } from '../github/post.ts'
import { fails, verdictNotes, type PublicationSettings } from '../github/publish.ts'
import { renderComment } from '../report/comment.ts'
import { code, fenced } from '../report/escape.ts'
import type { Report } from '../report/model.ts'

/** What a post says about a run, however the run was started. */
export type Part = Pick<Posting, 'text' | 'verdict' | 'notes'>

/** The context of a post. */
export interface Setting {
  readonly inputs: { readonly spec: string; readonly failOn: PublicationSettings['failOn'] }
  readonly runner: Runner
  /** What was run, as a small line of Markdown. */
  readonly foot: string
}

/**
 * A finished study. A study of only some stages has verified nothing and sets no check.
 *
 * @param page address of the page that a browser opens; null for none
 */
export function studyPart(
  report: Report,
  gateLines: readonly number[],
  page: string | null,
  { inputs, runner, foot }: Setting,
): Part {
  const { failOn, spec } = inputs
  const links = [
    { text: 'The run', url: runner.runUrl ?? '' },
    ...(page === null ? [] : [{ text: 'Open the report', url: page }]),
  ]
  const { status, sentence } = report.verdict
  const { trainer } = report.study
  const made = trainer ? { script: trainer.measured } : {}
  return {
    text: `${renderComment(report, links).trimEnd()}\n\n${foot}\n`,
    verdict: report.verification === null ? null : { status, sentence, fails: fails(status, failOn), ...made },
    notes: verdictNotes({ verdict: report.verdict, spec, gateLines }, failOn, runner),
  }
}

/** Which commit, and whose gates; null if the base has none. */
export const judgedAt = (head: string, base: string | null): string =>
  `at ${code(head.slice(0, 12))}${base === null ? '' : `, judged by the gates and baseline of ${code(base.slice(0, 12))}`}`

/** A text instead of a verdict. */
export const textPart = (head: string, text: string, { foot }: Pick<Setting, 'foot'>): Part => ({
  text: `### ${head}\n\n${foot}\n\n${block(text)}\n`,
  verdict: null,
  notes: [],
})

/** Text of the pull request as a block that the text cannot close: the first lines, shortened. */
export const block = (text: string): string =>
  fenced(
    text
      .split('\n')
      .slice(0, 200)
      .map((line) => printable(line, 300)),
  )

/** Relative to the root of the checkout. */
export const specName = (spec: string, { workspace }: Runner): string => relative(workspace, spec).replaceAll('\\', '/')
