import { isAbsolute, resolve } from 'node:path'
import type { Diagnostic } from '../base/diagnostics.ts'
import { printable } from '../base/printable.ts'
import { annotate, annotatedFile, annotationOf, type Annotation } from './annotations.ts'
import { uploadReport, type Uploaded } from './artifacts.ts'
import { insideWorkspace, type Runner } from './environment.ts'
import { say } from './log.ts'
import { writeOutputs, type GateOutput } from './outputs.ts'
import { fitted, mostBytes, writeSummary } from './summary.ts'

/** The part of a finished study that GitHub shows. */
export interface Publication {
  readonly name: string
  readonly verdict: Judgement & { readonly gates: readonly GateJudgement[] }
  /** Things to look at that stopped nothing. */
  readonly warnings: readonly Diagnostic[]
  /** For each gate, the line of the spec that declares it. */
  readonly gateLines: readonly number[]
  /** Null if nothing was tuned. */
  readonly levers: unknown
  /** What each gate says, for later steps. */
  readonly gates: readonly GateOutput[]
  /** The report as Markdown. */
  readonly markdown: string
  /** Absolute paths. */
  readonly spec: string
  readonly folder: string
  readonly files: readonly string[]
  readonly page: string | null
  readonly lock: string | null
}

export interface Judgement {
  readonly status: 'pass' | 'fail' | 'inconclusive'
  readonly sentence: string
}

export interface GateJudgement extends Judgement {
  /** Whether the spec lets it decide. */
  readonly blocks: boolean
  /** What would settle it; null or omitted if nothing needs to. */
  readonly remedy?: string | null
}

/** The mildest verdict that fails a step, the strictest setting first. */
export const failWords = ['inconclusive', 'fail', 'never'] as const
export type FailOn = (typeof failWords)[number]

export interface PublicationSettings {
  readonly failOn: FailOn
  readonly artifact: boolean
  readonly retentionDays: number | null
}

/** Whether a verdict fails the step. An inconclusive verdict fails it unless the workflow says otherwise. */
export function fails(status: Judgement['status'], failOn: FailOn): boolean {
  return failOn !== 'never' && (status === 'fail' || (status === 'inconclusive' && failOn === 'inconclusive'))
}

/** What the step would have been by default, if the workflow keeps it green whatever the verdict; null otherwise. */
export const wouldHaveFailed = (status: Judgement['status'], failOn: FailOn): string | null =>
  failOn === 'never' && fails(status, 'inconclusive')
    ? 'This step informs: it would fail by default, and stays green because fail-on is never.'
    : null

/**
 * Shows a finished study on the run's page: artifacts, outputs, annotations, summary. Nothing here changes the verdict.
 * Returns the address of the uploaded page, or null.
 */
export async function publish(study: Publication, settings: PublicationSettings, runner: Runner): Promise<string | null> {
  const uploaded = await upload(study, settings, runner)
  const address = (id: number): string => (runner.runUrl ? `${runner.runUrl}/artifacts/${id}` : '')
  const [page, folder] = [uploaded?.page, uploaded?.folder].map((id) => (typeof id === 'number' ? address(id) : ''))
  writeOutputs({
    verdict: study.verdict.status,
    levers: study.levers,
    lock: study.lock === null ? '' : shown(study.lock, runner),
    reportUrl: page || folder || runner.runUrl || '',
    reportDir: shown(study.folder, runner),
    gates: study.gates,
    artifactId: uploaded?.folder ?? null,
  })
  const problems = uploaded?.problems ?? []
  const missing = problems.map((p) => notUploaded(p, shown(study.folder, runner)))
  const warnings = study.warnings.map((w) => annotationOf(w, runner.workspace))
  annotate([...verdictNotes(study, settings.failOn, runner), ...warnings, ...missing])
  const links = [page && `[Open the report](${page})`, folder && `[Download it with curves and data](${folder})`].filter(
    Boolean,
  )
  const green = wouldHaveFailed(study.verdict.status, settings.failOn)
  if (green !== null) say(green)
  const foot = `${green === null ? '' : `\n\n${green}`}${links.length > 0 ? `\n\n${links.join(' · ')}` : ''}\n`
  const written = await writeSummary(fitted(study.markdown, mostBytes - Buffer.byteLength(foot)) + foot)
  if (!written) say('This runner shows no job summary.')
  return page || null
}

async function upload(study: Publication, settings: PublicationSettings, runner: Runner): Promise<Uploaded | null> {
  if (!settings.artifact) return null
  if (runner.noArtifacts !== null) return { folder: null, page: null, problems: [runner.noArtifacts] }
  const { name, files, folder, page } = study
  return uploadReport({ name, files, folder, page, retentionDays: settings.retentionDays })
}

const shown = (path: string, { workspace }: Runner): string =>
  insideWorkspace(isAbsolute(path) ? path : resolve(workspace, path), workspace) ?? path

function notUploaded(problem: string, folder: string): Annotation {
  const message = `${said(problem)}\nThe report stays on the runner, in ${printable(folder)}. The verdict does not change.`
  return { level: 'warning', title: 'The report was not uploaded', message }
}

const withRemedy = ({ status, sentence, remedy = null }: Judgement & Pick<GateJudgement, 'remedy'>): Judgement => ({
  status,
  sentence: remedy === null ? said(sentence) : `${said(sentence)}\nTo settle it: ${said(remedy)}`,
})

const said = (text: string): string => printable(text, 2000)

/** One note for the verdict, and one for each gate that did not pass, at the spec's lines that declare them. */
export function verdictNotes(
  { verdict, spec, gateLines }: Pick<Publication, 'verdict' | 'spec' | 'gateLines'>,
  failOn: FailOn,
  runner: Runner,
): Annotation[] {
  const file = annotatedFile(spec, runner.workspace)
  const note = ({ status, sentence }: Judgement, what: string, blocks: boolean, line = 1): Annotation => ({
    level: status === 'pass' ? 'notice' : blocks && fails(status, failOn) ? 'error' : 'warning',
    title: `${what}: ${status}`,
    message: sentence,
    ...(file ? { at: { file, line } } : {}),
  })
  const gates = verdict.gates.map((g, i) => ({ g, note: note(withRemedy(g), 'Gate', g.blocks, gateLines[i]) }))
  return [note(withRemedy(verdict), 'Verdict', true), ...gates.filter(({ g }) => g.status !== 'pass').map((one) => one.note)]
}
