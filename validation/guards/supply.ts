import type { Guard, GuardTest } from './guard.ts'

const workflows = 'test/workflows.int.test.ts'
const advice = 'test/advice.test.ts'
const comment = 'src/cli/workflows/comment.ts'
const compiled = 'src/compile/targets/workflow.ts'
const example = 'examples/workflows/tune.yml'
const policy = 'src/github/comment/policy.ts'
const fit = {
  file: advice,
  name: 'attack 22: reports on every change of a pull request, its base and a merge queue',
}
const holdsNothing = {
  file: workflows,
  name: 'attack 4: gives no secret and no permission to the job that runs the pull request',
}
const reads = { file: workflows, name: 'attack 4: lets a compiled job read and nothing else' }
const oneRun = { file: workflows, name: 'attack 10: runs once for a pull request' }
const sees = (what: string): GuardTest => ({ file: advice, name: `attack 22: ${what}` })

/** What generated workflows and examples may do, and what a run may cost. */
export const supplyGuards: readonly Guard[] = [
  {
    attack: 3,
    guard: 'The workflow for comments runs no pull request of a fork unless somebody changes it.',
    file: comment,
    find: "allow-forks: 'false'",
    replace: "allow-forks: 'true'",
    tests: [{ file: workflows, name: 'attack 3: runs no pull request of a fork unless the workflow is changed' }],
  },
  {
    attack: 4,
    guard: 'The job that runs the pull request has no permission.',
    file: comment,
    find: ' here.\n    permissions: {}\n',
    replace: ' here.\n    permissions: { contents: write }\n',
    tests: [holdsNothing],
  },
  {
    attack: 4,
    guard: 'The checkout of the pull request keeps no token.',
    file: comment,
    find: 'persist-credentials: false',
    replace: 'persist-credentials: true',
    tests: [holdsNothing],
  },
  {
    attack: 4,
    guard: 'A job of a compiled workflow may read and nothing else.',
    file: compiled,
    find: "'      contents: read'",
    replace: "'      contents: write'",
    tests: [reads],
  },
  {
    attack: 4,
    guard: 'A compiled workflow gives its jobs nothing by default.',
    file: compiled,
    find: '\npermissions: {}\n',
    replace: '\npermissions: read-all\n',
    tests: [reads],
  },
  {
    attack: 4,
    guard: 'The checkout of a compiled job keeps no token.',
    file: compiled,
    find: 'persist-credentials: false',
    replace: 'persist-credentials: true',
    tests: [reads],
  },
  {
    attack: 4,
    guard: 'Nothing is posted on pull_request_target.',
    file: 'src/action/post-step.ts',
    find: "if (runner.eventName === 'pull_request_target')",
    replace: "if (runner.eventName === 'pull_request_target' && what.length === 0)",
    tests: [{ file: 'test/action/pull.int.test.ts', name: 'attack 4: never posts on pull_request_target' }],
  },
  {
    attack: 10,
    guard: 'A pull request has one run at a time.',
    file: comment,
    find: 'cancel-in-progress: true',
    replace: 'cancel-in-progress: false',
    tests: [oneRun],
  },
  {
    attack: 10,
    guard: 'No other job shares the group in which a newer run ends an older one.',
    file: comment,
    find: 'group: tunegate-comment-\\${{ github.event.issue.number }}',
    replace: 'group: tunegate-comment-\\${{ github.run_id }}',
    tests: [oneRun],
  },
  {
    attack: 10,
    guard: 'A comment cannot ask for more than the budget of the base.',
    file: policy,
    find: 'if (over !== undefined) return err(over)',
    replace: "if (over === '') return err(over)",
    tests: [{ file: 'test/github/comment/policy.test.ts', name: 'attack 10: trials=201 against a budget of 200: false' }],
  },
  {
    attack: 10,
    guard: 'Nothing is run where the budget of the base could not be read.',
    file: policy,
    find: 'if (base === null) return err(',
    replace: 'if (base === null) return request(command.options)\n  if (base === null) return err(',
    tests: [{ file: 'test/github/comment/policy.test.ts', name: 'is refused where the budget could not be read' }],
  },
  {
    attack: 22,
    guard: 'A pull request that gets another base branch is measured again.',
    file: example,
    find: 'reopened, edited]',
    replace: 'reopened]',
    tests: [fit],
  },
  {
    attack: 22,
    guard: 'The check reports in a merge queue.',
    file: example,
    find: '\n  merge_group:\n',
    replace: '\n',
    tests: [fit],
  },
  {
    attack: 22,
    guard: 'No filter leaves the required check pending.',
    file: example,
    find: '    branches: [main]\n    # `edited`',
    replace: '    branches: [main]\n    paths: [data]\n    # `edited`',
    tests: [fit],
  },
  {
    attack: 22,
    guard: 'The required job is never skipped, since a skipped job counts as passed.',
    file: example,
    find: '    name: Tune and gate\n',
    replace: "    name: Tune and gate\n    if: github.event.action != 'edited'\n",
    tests: [fit],
  },
  {
    attack: 22,
    guard: 'The example compares with the base that GitHub names.',
    file: example,
    find: '|| github.event.pull_request.base.sha',
    replace: '|| github.event.pull_request.head.sha',
    tests: [{ file: advice, name: 'is told the base by GitHub, and stops the study by its own output alone' }],
  },
  {
    attack: 22,
    guard: 'Where git cannot tell, the study runs.',
    file: example,
    find: 'changed=true\n',
    replace: 'changed=false\n',
    tests: ['no base', 'a base that was not fetched'].map((what) => sees(`measures where git cannot tell: ${what}`)),
  },
  {
    attack: 22,
    guard: 'A submodule that the change hides counts as a change.',
    file: example,
    find: ' --ignore-submodules=none',
    replace: '',
    tests: [sees('sees a change of a submodule that a rule of the change hides')],
  },
  {
    attack: 22,
    guard: 'A change of the workflows counts as a change.',
    file: example,
    find: 'tuning.lock.json .github/workflows',
    replace: 'tuning.lock.json',
    tests: [sees('sees a change of a workflow')],
  },
]
