import { parse } from 'yaml'

/** What of `pull_request` must start a check that is required: `edited` is how a pull request gets another base. */
const types = ['opened', 'synchronize', 'reopened', 'edited']

type Map = Readonly<Record<string, unknown>>
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value)
const keys = (value: unknown): readonly string[] => (isMap(value) ? Object.keys(value) : [value].flat().map(String))
const onTarget = 'pull_request_target runs a change beside a token that may write'

/**
 * Why a workflow cannot serve as a required check of pull requests; empty for a workflow that pull requests do not start.
 * A filter leaves the check pending forever, a skipped job counts as passed, and a missing event leaves an old verdict in
 * place.
 */
export function unfitToRequire(workflow: string): readonly string[] {
  const { on, jobs }: { on?: unknown; jobs?: unknown } = parse(workflow)
  const events = keys(on)
  const target = events.includes('pull_request_target') ? [onTarget] : []
  if (!events.includes('pull_request')) return target
  const pull = isMap(on) && isMap(on['pull_request']) ? on['pull_request'] : {}
  const named = keys(pull['types'] ?? types.slice(0, 3))
  return [
    ...target,
    ...types.filter((type) => !named.includes(type)).map((type) => `pull_request: types lacks ${type}`),
    ...['paths', 'paths-ignore']
      .filter((filter) => filter in pull)
      .map((filter) => `pull_request: ${filter} leaves a required check pending`),
    ...(events.includes('merge_group') ? [] : ['merge_group is missing: a merge queue waits for the check']),
    ...Object.entries(isMap(jobs) ? jobs : {}).flatMap(([id, job]) => skippable(id, job)),
  ]
}

/** GitHub takes a job that its condition skips for a success. */
function skippable(id: string, job: unknown): readonly string[] {
  const condition = isMap(job) ? job['if'] : undefined
  const runs = condition === undefined || /^(\$\{\{\s*)?always\(\)(\s*\}\})?$/.test(String(condition))
  return runs ? [] : [`job ${id}: a skipped job counts as passed`]
}
