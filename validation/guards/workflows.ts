import type { Guard } from './guard.ts'

const policy = 'src/github/comment/policy.ts'
const policyTest = 'test/github/comment/policy.test.ts'
const receiveTest = 'test/github/comment/receive.test.ts'
const postTest = 'test/github/post.test.ts'
const parcelTest = 'test/run/shard-bundle.test.ts'

/** Guards of the comment workflow, of what is posted, and of what jobs hand on. */
export const workflowGuards: readonly Guard[] = [
  {
    attack: 1,
    guard: 'Only a new comment counts',
    file: 'src/github/comment/event.ts',
    find: "|| payload['action'] !== 'created'",
    replace: '',
    tests: [
      {
        file: receiveTest,
        name: 'attack 1: counts when it is new, on a pull request, and not when it is edited or deleted',
      },
    ],
  },
  {
    attack: 1,
    guard: 'The named commit must be the head',
    file: policy,
    find: 'return sha === headSha ? undefined :',
    replace: 'return sha !== null ? undefined :',
    tests: [{ file: policyTest, name: 'attack 1: is refused for a commit that is not the head' }],
  },
  {
    attack: 1,
    guard: 'Forks are refused unless the workflow allows them',
    file: policy,
    find: "if (!allowForks) return '",
    replace: "if (!allowForks && sha === '') return '",
    tests: [{ file: policyTest, name: 'attack 1: is refused for a fork, unless it is allowed, and then without a hash' }],
  },
  {
    attack: 1,
    guard: 'The head is compared before anything is posted',
    file: 'src/github/post.ts',
    find: 'if (now.headSha !== sha) {',
    replace: "if (now.headSha === '') {",
    tests: [{ file: postTest, name: 'attack 1: compares the head first' }],
  },
  {
    attack: 22,
    guard: 'The base branch is compared before anything is posted',
    file: 'src/github/post.ts',
    find: 'if (now.into === into) return null',
    replace: "if (now.into !== '') return null",
    tests: [{ file: postTest, name: 'attack 22: compares the base branch too' }],
  },
  {
    attack: 2,
    guard: 'A force-push after the comment needs a named commit',
    file: policy,
    find: 'forcePushes.some((at) => !(Date.parse(at) < asked))',
    replace: 'forcePushes.some((at) => Date.parse(at) < asked && at === instead)',
    tests: [
      {
        file: receiveTest,
        name: 'attack 2: without a hash is refused after a force-push, however old its commits say that they are',
      },
    ],
  },
  {
    attack: 3,
    guard: 'Only writers are heard',
    file: policy,
    find: 'return mayAsk.includes(permission) ? undefined :',
    replace: "return permission !== 'nobody' ? undefined :",
    tests: [{ file: policyTest, name: 'attack 3: is refused to a permission of "read"' }],
  },
  {
    attack: 3,
    guard: 'The answer is about the very account',
    file: 'src/github/comment/facts.ts',
    find: " && answer.value['user']['id'] === user ?",
    replace: ' ?',
    tests: [
      { file: receiveTest, name: 'attack 3: of an account that took over the name of one with the permission is refused' },
    ],
  },
  {
    attack: 5,
    guard: 'No name or path is an expression of a workflow',
    file: 'src/compile/targets/machine.ts',
    find: "if (!text.includes('${{')) return yamlScalar(text, after)",
    replace: "if (text !== '${{') return yamlScalar(text, after)",
    tests: [
      {
        file: 'test/cli/compile.int.test.ts',
        name: 'attack 5: a path that a workflow would take for an expression is refused',
      },
    ],
  },
  {
    attack: 6,
    guard: 'No line of the log is a command',
    file: 'src/github/log.ts',
    find: ".replace(/^(\\s*):(?=:)/, '$1:\\u200b')",
    replace: '',
    tests: [{ file: 'test/github/log.test.ts', name: 'is no command, whatever a spec calls its layers' }],
  },
  {
    attack: 6,
    guard: 'No old-style command stands in the log',
    file: 'src/github/log.ts',
    find: ".replaceAll('##[', '#\\u200b#[')",
    replace: '',
    tests: [{ file: 'test/github/log.test.ts', name: 'has no old-style command anywhere in it' }],
  },
  {
    attack: 6,
    guard: 'What a training process prints stays out of the log',
    file: 'src/run/worker-process.ts',
    find: "stdio: ['ignore', 'ignore', 'pipe', 'ipc', data]",
    replace: "stdio: ['ignore', 'inherit', 'pipe', 'ipc']",
    tests: [
      {
        file: 'test/action/child-output.int.test.ts',
        name: 'attack 6: what a training process prints is never a command to the runner',
      },
    ],
  },
  {
    attack: 7,
    guard: 'A bundle belongs to this run, commit, plan and job',
    file: 'src/run/shard-bundle.ts',
    find: 'if (other) return err(',
    replace: "if (other && expected.run === '') return err(",
    tests: [{ file: parcelTest, name: 'attack 7: a parcel of another' }],
  },
  {
    attack: 7,
    guard: 'The id of a run is the one that its request has',
    file: 'src/run/journal-line.ts',
    find: ' && idOf(run.request) === id\n',
    replace: '\n',
    tests: [{ file: parcelTest, name: 'with a run under an id that is not its own is not opened' }],
  },
  {
    attack: 9,
    guard: 'A refusal of the API is not waited for',
    file: 'src/github/api.ts',
    find: 'return limited <= longestWait ? limited : null',
    replace: 'return limited <= longestWait ? limited : 1',
    tests: [{ file: postTest, name: 'attack 9: degrades to a notice at once on 429' }],
  },
  {
    attack: 10,
    guard: 'A comment asks for no more than the base allows',
    file: policy,
    find: 'if (asked !== null && most !== null && asked > most) return',
    replace: 'if (asked !== null && most !== null && asked < 0) return',
    tests: [{ file: policyTest, name: 'attack 10: trials=201 against a budget of 200: false' }],
  },
  {
    attack: 10,
    guard: 'A budget that cannot be read refuses',
    file: policy,
    find: "if (base === null) return err('the spec of the base branch, which says what a run may cost and how it is judged, could not be read or is not valid')\n  const { budget } = base\n",
    replace: 'const budget = base?.budget ?? { trials: null, minutes: null }\n',
    tests: [{ file: policyTest, name: 'attack 10: is refused where the budget could not be read' }],
  },
  {
    attack: 25,
    guard: 'Only runs of the default branch, started by a push, a schedule or by hand, use the cache',
    file: 'src/github/cache-trust.ts',
    find: "return started && typeof branch === 'string' && env['GITHUB_REF'] === `refs/heads/${branch}`",
    replace: "return env['GITHUB_REF'] !== undefined && typeof branch === 'string'",
    tests: [
      {
        file: 'test/action/keep-journal.int.test.ts',
        name: 'attack 25: a journal that somebody else left in the cache is not asked for on pull_request, and such a run leaves none',
      },
    ],
  },
  {
    attack: 26,
    guard: 'The job that judges a model runs no set-up of the checkout.',
    file: 'src/compile/targets/workflow.ts',
    find: 'isTrainer(plan.workload) ? options.machine : hostedMachine',
    replace: 'isTrainer(plan.workload) ? options.machine : { ...hostedMachine, ...options.machine }',
    tests: [{ file: 'test/compile/workflow-text.test.ts', name: 'runs nothing of the change in a compiled workflow' }],
  },
  {
    attack: 26,
    guard: 'The reusable workflow sets its gate up for a script alone.',
    file: '.github/workflows/tune.yml',
    find: "if: inputs.script && inputs.set-up != ''",
    replace: "if: inputs.set-up != ''",
    tests: [{ file: 'test/compile/workflow-text.test.ts', name: 'runs nothing of the change in the reusable workflow' }],
  },
]
