import { isMap } from '../base/json.ts'
import { githubApi } from '../github/api.ts'
import { readPayload } from '../github/comment/event.ts'
import { isBranch, isSha } from '../github/comment/request.ts'
import { post, titleOf } from '../github/post.ts'
import type { Study } from '../study/conclude.ts'
import type { Step, StepInputs } from './inputs.ts'
import { judgedAt, specName, studyPart, textPart, type Part, type Setting } from './posting.ts'
import { tellUnposted } from './publish-result.ts'

/** What a step needs in order to post. */
interface PostingStep extends Pick<Step, 'runner'> {
  readonly inputs: Pick<StepInputs, 'spec' | 'post' | 'token'>
}

/** A study, or results of another tool, after its verdict. */
export interface JudgedStudy extends Pick<Study, 'report' | 'verdict' | 'files'> {
  readonly prepared: Pick<Study['prepared'], 'warnings' | 'gateLines'>
}

/** The pull request that this step runs for, according to its event. */
interface Pull {
  readonly number: number
  /** Its head. The checkout is usually a merge commit that nobody sees. */
  readonly head: string
  readonly base: string | null
  /** The branch that it was to be merged into when the event arrived. */
  readonly into: string
}

/**
 * Posts a study if the workflow requests it. Any failure becomes a notice. The verdict comes from this process, by the rules
 * of the base commit. The runs are its own or, for the gate of a compiled workflow, come from bundles of other jobs, whose
 * numbers it must accept.
 */
export async function postStudy(
  { report, prepared: { gateLines } }: Pick<JudgedStudy, 'report' | 'prepared'>,
  page: string | null,
  step: PostingStep & Pick<Setting, 'inputs'>,
): Promise<void> {
  await postStep(step, (foot) => studyPart(report, gateLines, page, { ...step, foot }))
}

/** The same if there is no study to judge, so that earlier posts do not stay. */
export async function postInstead(head: string, text: string, step: PostingStep): Promise<void> {
  await postStep(step, (foot) => textPart(head, text, { foot }))
}

async function postStep(step: PostingStep, partOf: (foot: string) => Part): Promise<void> {
  try {
    tellUnposted(await posted(step, partOf))
  } catch (error) {
    tellUnposted([`Nothing was posted: ${error instanceof Error ? error.message : String(error)}.`])
  }
}

const onTarget = 'Nothing was posted: a step on pull_request_target has a write token next to files from the pull request.'

/**
 * What could not be posted. Events other than a pull request have nowhere to post, so the workflow need not exclude them.
 */
async function posted({ inputs, runner }: PostingStep, partOf: (foot: string) => Part): Promise<readonly string[]> {
  const { spec, post: what, token } = inputs
  if (what === null || !runner.eventName.startsWith('pull_request')) return []
  if (runner.eventName === 'pull_request_target') return [onTarget]
  const pull = pullIn(readPayload())
  if (pull === null) return ['Nothing was posted: the event does not name a pull request.']
  const api = githubApi({ token, repository: runner.repository, baseUrl: runner.apiUrl })
  return post(api, {
    ...partOf(`<sub>${judgedAt(pull.head, pull.base)}</sub>`),
    what,
    pull: pull.number,
    sha: pull.head,
    into: pull.into,
    run: runner.runId,
    runUrl: runner.runUrl ?? '',
    title: titleOf(specName(spec, runner)),
  })
}

function pullIn(payload: unknown): Pull | null {
  const pull = isMap(payload) ? payload['pull_request'] : null
  if (!isMap(pull) || !isMap(pull['head'])) return null
  const target = isMap(pull['base']) ? pull['base'] : {}
  const [number, head, base, into] = [pull['number'], pull['head']['sha'], target['sha'], target['ref']]
  return typeof number === 'number' && isSha(head) && isBranch(into)
    ? { number, head, into, base: isSha(base) ? base : null }
    : null
}
