import { checkout, workflowScalar } from '../../compile/targets/workflow.ts'

export { unpinned as noCommit } from '../../compile/targets/workflow.ts'

export interface CommentWorkflow {
  /** Path of the spec, relative to the root of the repository. */
  readonly spec: string
  /** The action, as `owner/name@commit`. */
  readonly uses: string
}

/** Where `init --github` writes it. */
export const commentWorkflowPath = '.github/workflows/tunegate-comment.yml'

/**
 * The workflow behind `/tune`. It has three jobs: one decides and has a token, one runs code and data of the pull request
 * and has none, and one publishes and runs nothing of the pull request.
 */
export function commentWorkflow(named: CommentWorkflow): string {
  const [spec, uses] = [workflowScalar(named.spec), workflowScalar(named.uses)]
  return `# Runs what \`/tune\` in a comment on a pull request asks for; \`/tune help\` lists it.
name: tunegate-comment
on:
  # It runs the default branch's workflow, for comments of anybody; the jobs below are parted for that.
  issue_comment: # zizmor: ignore[dangerous-triggers]
    types: [created]

permissions: {}

jobs:
  # Reads the comment, asks GitHub whether its writer may ask for a run, and for which commit. Checks nothing out.
  decide:
    name: Decide
    # A first look that saves a runner: \`/tune\`, then a blank, a line break or nothing. The step reads the line.
    if: >-
      github.event.issue.pull_request && (startsWith(format('{0} ', github.event.comment.body), '/tune ')
      || startsWith(github.event.comment.body, fromJSON('"/tune\\r"'))
      || startsWith(github.event.comment.body, fromJSON('"/tune\\n"')))
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read # the spec's budget on the base branch
      issues: write # the answer and the reaction
      pull-requests: write # the same, on pull requests
    concurrency:
      group: tunegate-comment-decide-\${{ github.event.comment.id }}
      cancel-in-progress: false
    outputs:
      request: \${{ steps.decide.outputs.request }}
    steps:
      # Write the commit of a release here: a tag can be moved, a commit cannot.
      - id: decide
        uses: ${uses}
        with:
          mode: comment
          spec: ${spec}
          # Whether pull requests from forks may be run, where a comment names the commit.
          allow-forks: 'false'
          # With 'true' every comment must name the commit. Otherwise \`/tune\` alone runs the head when this job starts.
          require-sha: 'false'

  # Runs what the pull request holds: no secret, and a token that may nothing.
  run:
    name: Run
    needs: decide
    if: needs.decide.outputs.request != ''
    runs-on: ubuntu-latest
    timeout-minutes: 120
    # In a private repository the checkout needs \`contents: read\` here.
    permissions: {}
    # One run for a pull request: a newer request ends it, and \`/tune cancel\` is a request that runs nothing.
    concurrency:
      group: tunegate-comment-\${{ github.event.issue.number }}
      cancel-in-progress: true
    steps:
      - uses: ${checkout}
        if: fromJSON(needs.decide.outputs.request).command != 'cancel'
        with:
          ref: \${{ fromJSON(needs.decide.outputs.request).sha }}
          persist-credentials: false
          # It is judged by the gates and against the lock of its base commit, which must be here.
          fetch-depth: 0
      - uses: ${uses}
        if: fromJSON(needs.decide.outputs.request).command != 'cancel'
        with:
          spec: ${spec}
          request: \${{ needs.decide.outputs.request }}

  # Reads what the run left as a stranger's, judges it again by spec and lock of the base commit, which it asks GitHub for,
  # compares the head once more, and posts. Checks nothing out.
  publish:
    name: Publish
    needs: [decide, run]
    if: always() && needs.decide.outputs.request != '' && fromJSON(needs.decide.outputs.request || '{"command":"cancel"}').command != 'cancel'
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read # spec and lock of the base commit
      checks: write # the check on the commit, with notes at the spec's lines
      issues: write # the comment and the reaction
      pull-requests: write # the same, on pull requests
      statuses: write # the status of the commit
    # One after the other, so that two runs do not write the one comment at the same time.
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
