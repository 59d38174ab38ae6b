import { getInput, setOutput, setSecret } from '@actions/core'
import { InputError } from '../../base/diagnostics.ts'
import { postWords, type PostWord } from '../post.ts'
import type { Rules } from './policy.ts'
import { parseRequest, type Request } from './request.ts'

/** The step's role in a workflow for comments: it decides, publishes, runs a request, or has none. */
export type Part =
  | { readonly does: 'decide'; readonly rules: Rules }
  | { readonly does: 'publish'; readonly request: Request; readonly ended: string }
  | { readonly does: 'run'; readonly request: Request }
  | { readonly does: 'other' }

export function readPart(): Part {
  const [mode, request] = [getInput('mode'), getInput('request')]
  if (mode === 'comment') {
    return { does: 'decide', rules: { allowForks: flag('allow-forks'), requireSha: flag('require-sha') } }
  }
  if (mode === 'publish') return { does: 'publish', request: parseRequest(request), ended: getInput('run-result') }
  return request === '' ? { does: 'other' } : { does: 'run', request: parseRequest(request) }
}

/** Any other word is refused: it may have been meant as the stricter of the two. */
function flag(name: 'allow-forks' | 'require-sha'): boolean {
  const text = getInput(name).toLowerCase()
  if (text === '' || text === 'false' || text === 'true') return text === 'true'
  throw new InputError([
    {
      code: `action/${name}`,
      severity: 'error',
      message: `the input '${name}' of this step is not valid`,
      found: text,
      allowed: 'true, false',
    },
  ])
}

/** What is posted on a pull request besides the summary; null if the workflow leaves it to the step. */
export function readPost(): readonly PostWord[] | null {
  const words = getInput('post')
    .split(/[\s,]+/)
    .filter((w) => w !== '')
  const unknown = words.find((w) => !postWords.some((p) => p === w))
  if (words.length === 0) return null
  if (unknown === undefined) return postWords.filter((p) => words.includes(p))
  throw new InputError([
    {
      code: 'action/post',
      severity: 'error',
      message: "the input 'post' of this step is not valid",
      found: unknown,
      allowed: postWords.join(', '),
    },
  ])
}

export function readToken(): string {
  const token = getInput('token')
  if (token !== '') setSecret(token)
  return token
}

/** Empty if nothing is to be run. */
export const writeRequest = (request: Request | null): void =>
  setOutput('request', request === null ? '' : JSON.stringify(request))
