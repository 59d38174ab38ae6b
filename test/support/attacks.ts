export interface Line {
  /** What somebody tries. */
  readonly attack: string
  /** Files that keep it from working. */
  readonly guards: readonly string[]
  /** Files with tests that play it, each titled `attack N`. */
  readonly tests: readonly string[]
}

/** The attacks on workflows that run what others propose, by number; the README shows this table, and a test that every line of it is played. */
export const attacks: Readonly<Record<number, Line>> = {
  1: {
    attack: 'A comment is edited, or the head moves between comment, run and posting, so that something else is run or judged than was looked at.',
    guards: ['src/github/comment/event.ts', 'src/github/comment/policy.ts', 'src/action/comment.ts', 'src/github/post.ts'],
    tests: ['test/github/comment/receive.test.ts', 'test/github/comment/policy.test.ts', 'test/action/comment.int.test.ts', 'test/action/pull.int.test.ts', 'test/github/post.test.ts', 'test/workflows.int.test.ts'],
  },
  2: {
    attack: 'A force-push after the comment hides behind dates that its author chose.',
    guards: ['src/github/comment/facts.ts', 'src/github/comment/policy.ts'],
    tests: ['test/github/comment/receive.test.ts', 'test/github/comment/policy.test.ts'],
  },
  3: {
    attack: 'Somebody asks for a run who may not write to the repository, or whose permission cannot be asked.',
    guards: ['src/github/comment/facts.ts', 'src/github/comment/policy.ts'],
    tests: ['test/github/comment/receive.test.ts', 'test/github/comment/policy.test.ts', 'test/action/comment.int.test.ts'],
  },
  4: {
    attack: 'What a pull request brings along is run beside a secret, or beside a token that may write.',
    guards: ['src/cli/workflows/comment.ts', 'src/action/post-step.ts'],
    tests: ['test/workflows.int.test.ts', 'test/action/pull.int.test.ts'],
  },
  5: {
    attack: 'Text of a person becomes part of a script or of an expression.',
    guards: ['src/cli/workflows/comment.ts', 'src/compile/targets/workflow.ts', 'src/cli/commands/compile.ts'],
    tests: ['test/workflows.int.test.ts', 'test/cli/compile.int.test.ts'],
  },
  6: {
    attack: 'A name in a spec or the output of a training process commands the runner, mentions people, or draws what it is not.',
    guards: ['src/github/log.ts', 'src/github/annotations.ts', 'src/run/worker-process.ts', 'src/report/escape.ts'],
    tests: ['test/github/log.test.ts', 'test/action/child-output.int.test.ts', 'test/github/comment/receive.test.ts', 'test/github/publish.int.test.ts', 'test/action/comment.int.test.ts'],
  },
  7: {
    attack: 'An artifact is forged, replaced, too large, of another run, commit or plan, or a link in a commit leads out of the checkout.',
    guards: ['src/github/parcels.ts', 'src/run/parcel.ts', 'src/run/valid-run.ts', 'src/github/comment/result.ts', 'src/action/change-guard.ts'],
    tests: ['test/github/parcels.int.test.ts', 'test/run/parcel.test.ts', 'test/github/comment/result.test.ts', 'test/action/comment.int.test.ts', 'test/action/jobs.int.test.ts', 'test/action/pull.int.test.ts'],
  },
  8: {
    attack: 'A pull request loosens the gates that judge it, or brings its own baseline, report or measurements.',
    guards: ['src/action/event.ts', 'src/action/base-commit.ts', 'src/action/commit-files.ts', 'src/action/change-guard.ts', 'src/github/comment/result.ts'],
    tests: ['test/action/event.test.ts', 'test/action/base-commit.test.ts', 'test/action/pull.int.test.ts', 'test/action/comment.int.test.ts', 'test/action/jobs.int.test.ts'],
  },
  9: {
    attack: 'A token that may not write, a rate limit or a server that fails turns a verdict around.',
    guards: ['src/github/api.ts', 'src/github/post.ts', 'src/action/post-step.ts'],
    tests: ['test/github/post.test.ts', 'test/action/pull.int.test.ts', 'test/action/comment.int.test.ts'],
  },
  10: {
    attack: 'Runs are piled up, or one costs more than the spec on the base branch allows.',
    guards: ['src/github/comment/policy.ts', 'src/action/base-commit.ts', 'src/cli/workflows/comment.ts'],
    tests: ['test/github/comment/policy.test.ts', 'test/github/comment/receive.test.ts', 'test/workflows.int.test.ts', 'test/action/comment.int.test.ts', 'test/action/base-commit.test.ts'],
  },
}
