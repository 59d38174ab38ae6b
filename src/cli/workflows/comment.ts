import { hostedMachine, machineLines, setUpLines, workflowScalar, type JobMachine } from '../../compile/targets/machine.ts'
import { checkout } from '../../compile/targets/workflow.ts'

export { unpinned as noCommit } from '../../compile/targets/workflow.ts'

export interface CommentWorkflow {
  /** Path of the spec, relative to the root of the repository. */
  readonly spec: string
  /** The action, as `owner/name@commit`. */
  readonly uses: string
  /** Where the job that trains runs. The other jobs have a token, and never share a machine with it. */
  readonly machine?: JobMachine
}

/** Where `init --github` writes it. */
export const commentWorkflowPath = '.github/workflows/tunegate-comment.yml'

/**
 * The workflow behind `/tune`. It has three jobs: one decides and has a token, one runs code and data of the pull request
 * and has none, and one publishes and runs nothing of the pull request.
 */
export function commentWorkflow(named: CommentWorkflow): string {
  const [spec, uses] = [workflowScalar(named.spec), workflowScalar(named.uses)]
  const hosted = machineLines(hostedMachine).join('\n')
  const { machine = hostedMachine } = named
  const setUp = setUpLines(machine).map((line) => `${line}\n`)
  const condition = "        if: fromJSON(needs.decide.outputs.request).command != 'cancel'\n"
  return `# Runs \`/tune\` commands from pull request comments; \`/tune help\` lists them.
name: tunegate-comment
on:
  # Anyone's comment runs this workflow from the default branch, so the jobs below are separate.
  issue_comment: # zizmor: ignore[dangerous-triggers]
    types: [created]

permissions: {}

jobs:
  # Reads the comment and asks GitHub whether its author may request a run, and of which commit. No checkout.
  decide:
    name: Decide
    # A quick filter that saves a runner: \`/tune\`, then a space, a line break or nothing. The step parses the line.
    if: >-
      github.event.issue.pull_request && (startsWith(format('{0} ', github.event.comment.body), '/tune ')
      || startsWith(github.event.comment.body, fromJSON('"/tune\\r"'))
      || startsWith(github.event.comment.body, fromJSON('"/tune\\n"')))
${hosted}
    timeout-minutes: 5
    permissions:
      contents: read # to read the spec's budget on the base branch
      issues: write # to reply and react
      pull-requests: write # the same, on pull requests
    concurrency:
      group: tunegate-comment-decide-\${{ github.event.comment.id }}
      cancel-in-progress: false
    outputs:
      request: \${{ steps.decide.outputs.request }}
    steps:
      # Pin this to the commit of a release: a tag can move, a commit cannot.
      - id: decide
        uses: ${uses}
        with:
          mode: comment
          spec: ${spec}
          # Whether to run pull requests from forks when a comment names the commit.
          allow-forks: 'false'
          # With 'true', every comment must name the commit. Otherwise, \`/tune\` alone runs the head when this job starts.
          require-sha: 'false'

  # Runs code and data of the pull request: no secret, and a token without permissions.
  run:
    name: Run
    needs: decide
    if: needs.decide.outputs.request != ''
${machineLines(machine).join('\n')}
    timeout-minutes: 120
    # In a private repository, the checkout needs \`contents: read\` here.
    permissions: {}
    # One run per pull request: a newer request cancels it, and \`/tune cancel\` is a request that runs nothing.
    concurrency:
      group: tunegate-comment-\${{ github.event.issue.number }}
      cancel-in-progress: true
    steps:
      - uses: ${checkout}
        if: fromJSON(needs.decide.outputs.request).command != 'cancel'
        with:
          ref: \${{ fromJSON(needs.decide.outputs.request).sha }}
          persist-credentials: false
          # The gates and the lock of the base commit judge the run, so that commit must be here.
          fetch-depth: 0
${setUp.join(condition)}      - uses: ${uses}
        if: fromJSON(needs.decide.outputs.request).command != 'cancel'
        with:
          spec: ${spec}
          request: \${{ needs.decide.outputs.request }}

  # Treats the result of the run as untrusted: judges it again with the spec and lock of the base commit, fetched from
  # GitHub, checks the head once more, and posts. No checkout.
  publish:
    name: Publish
    needs: [decide, run]
    if: always() && needs.decide.outputs.request != '' && fromJSON(needs.decide.outputs.request || '{"command":"cancel"}').command != 'cancel'
${hosted}
    timeout-minutes: 5
    permissions:
      contents: read # to read the spec and lock of the base commit
      checks: write # for the check on the commit, with notes on the lines of the spec
      issues: write # for the comment and the reaction
      pull-requests: write # the same, on pull requests
      statuses: write # for the commit status
    # One at a time, so that two runs do not write the same comment at once.
    concurrency:
      group: tunegate-comment-publish-\${{ github.event.issue.number }}
      cancel-in-progress: false
    steps:
      - uses: ${uses}
        with:
          mode: publish
          spec: ${spec}
          request: \${{ needs.decide.outputs.request }}
          run-result: \${{ needs.run.result }}
`
}
