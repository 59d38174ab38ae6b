export interface Line {
  /** What somebody tries. */
  readonly attack: string
  /** Files that prevent it. */
  readonly guards: readonly string[]
  /** Files with tests that play it, each titled `attack N`. */
  readonly tests: readonly string[]
}

/**
 * The attacks on workflows that run what others propose, by number. SECURITY.md shows this table, and a test sees that every
 * line of it is played.
 */
export const attacks: Readonly<Record<number, Line>> = {
  1: {
    attack:
      'Somebody edits a comment or moves the head between comment, run and posting, so that the check runs or judges something that nobody reviewed.',
    guards: ['src/github/comment/event.ts', 'src/github/comment/policy.ts', 'src/action/comment.ts', 'src/github/post.ts'],
    tests: [
      'test/github/comment/receive.test.ts',
      'test/github/comment/policy.test.ts',
      'test/action/comment.int.test.ts',
      'test/action/pull.int.test.ts',
      'test/github/post.test.ts',
      'test/workflows.int.test.ts',
    ],
  },
  2: {
    attack: 'A force-push after the comment is hidden by commit dates that its author chose.',
    guards: ['src/github/comment/facts.ts', 'src/github/comment/policy.ts'],
    tests: ['test/github/comment/receive.test.ts', 'test/github/comment/policy.test.ts'],
  },
  3: {
    attack: 'Somebody without write access, or with a permission that GitHub does not tell, asks for a run.',
    guards: ['src/github/comment/facts.ts', 'src/github/comment/policy.ts', 'src/cli/workflows/comment.ts'],
    tests: [
      'test/github/comment/receive.test.ts',
      'test/github/comment/policy.test.ts',
      'test/action/comment.int.test.ts',
      'test/workflows.int.test.ts',
    ],
  },
  4: {
    attack: 'Code or data of a pull request runs in a job with a secret or a token with write access.',
    guards: ['src/cli/workflows/comment.ts', 'src/compile/targets/workflow.ts', 'src/action/post-step.ts'],
    tests: ['test/workflows.int.test.ts', 'test/action/pull.int.test.ts'],
  },
  5: {
    attack: 'Text that somebody wrote becomes part of a script or an expression.',
    guards: ['src/cli/workflows/comment.ts', 'src/compile/targets/workflow.ts', 'src/cli/commands/compile.ts'],
    tests: ['test/workflows.int.test.ts', 'test/cli/compile.int.test.ts'],
  },
  6: {
    attack:
      'A name in a spec or the output of a training process gives commands to the runner, mentions people, or imitates other content.',
    guards: ['src/github/log.ts', 'src/github/annotations.ts', 'src/run/worker-process.ts', 'src/report/escape.ts'],
    tests: [
      'test/github/log.test.ts',
      'test/action/child-output.int.test.ts',
      'test/github/comment/receive.test.ts',
      'test/github/publish.int.test.ts',
      'test/action/comment.int.test.ts',
    ],
  },
  7: {
    attack:
      'An artifact is forged, replaced, too large, or from another run, commit or plan, or a link in a commit leads out of the checkout.',
    guards: [
      'src/github/shard-bundles.ts',
      'src/run/shard-bundle.ts',
      'src/run/valid-run.ts',
      'src/github/comment/result.ts',
      'src/action/change-guard.ts',
    ],
    tests: [
      'test/github/shard-bundles.int.test.ts',
      'test/run/shard-bundle.test.ts',
      'test/github/comment/result.test.ts',
      'test/action/comment.int.test.ts',
      'test/action/publish.int.test.ts',
      'test/action/jobs.int.test.ts',
      'test/action/pull.int.test.ts',
    ],
  },
  8: {
    attack: 'A pull request loosens the gates that judge it, or brings its own baseline, report or measurements.',
    guards: [
      'src/action/event.ts',
      'src/action/base-commit.ts',
      'src/action/commit-files.ts',
      'src/action/report-folder.ts',
      'src/github/comment/result.ts',
      'src/study/base-study.ts',
      'src/gates/finding.ts',
    ],
    tests: [
      'test/action/event.test.ts',
      'test/action/base-commit.test.ts',
      'test/action/lock-names.test.ts',
      'test/action/pull.int.test.ts',
      'test/action/comment.int.test.ts',
      'test/action/jobs.int.test.ts',
      'test/action/rules.int.test.ts',
      'test/gates/edges.test.ts',
    ],
  },
  9: {
    attack: 'A token without write access, a rate limit or a failing server reverses a verdict.',
    guards: ['src/github/api.ts', 'src/github/post.ts', 'src/action/post-step.ts'],
    tests: ['test/github/post.test.ts', 'test/action/pull.int.test.ts', 'test/action/comment.int.test.ts'],
  },
  10: {
    attack: 'Somebody piles up runs, or a run costs more than the spec on the base branch allows.',
    guards: ['src/github/comment/policy.ts', 'src/action/base-commit.ts', 'src/cli/workflows/comment.ts'],
    tests: [
      'test/github/comment/policy.test.ts',
      'test/github/comment/receive.test.ts',
      'test/workflows.int.test.ts',
      'test/action/comment.int.test.ts',
      'test/action/base-commit.test.ts',
    ],
  },
  11: {
    attack:
      'A pull request plants a git repository, a git program, links or settings, so that git reads another base or runs a command.',
    guards: [
      'src/action/git.ts',
      'src/action/repository.ts',
      'src/action/commit-files.ts',
      'src/action/change-guard.ts',
      'src/action/comment.ts',
      'src/base/tree-path.ts',
      'src/github/contents.ts',
    ],
    tests: [
      'test/action/repository.test.ts',
      'test/action/git.int.test.ts',
      'test/action/base-commit.test.ts',
      'test/action/comment.int.test.ts',
      'test/github/contents.test.ts',
    ],
  },
  12: {
    attack: 'A job passes on a verdict that its own numbers do not support, or numbers that no training can produce.',
    guards: [
      'src/study/audit.ts',
      'src/study/measured.ts',
      'src/action/rules-at.ts',
      'src/action/publish-result.ts',
      'src/run/valid-run.ts',
    ],
    tests: [
      'test/study/audit.int.test.ts',
      'test/action/publish.int.test.ts',
      'test/run/shard-bundle.test.ts',
      'test/workflows.int.test.ts',
    ],
  },
  13: {
    attack:
      'A planted or restored engine folder vouches for itself and is run, or the install of an engine runs code of a change.',
    guards: [
      'src/engines/tensorflow/install/verify.ts',
      'src/engines/tensorflow/install/renew.ts',
      'src/engines/tensorflow/install/unpack.ts',
      'src/base/archive.ts',
      'src/engines/install/process.ts',
      'src/action/ensure-engine.ts',
      'src/github/engine-cache.ts',
      'src/github/cache-trust.ts',
      'src/github/cache-download.ts',
      'src/github/installer-environment.ts',
    ],
    tests: [
      'test/engines/tensorflow/install/renew.int.test.ts',
      'test/engines/tensorflow/install/archives.test.ts',
      'test/action/engine.int.test.ts',
      'test/github/engine-cache.int.test.ts',
      'test/github/installer-environment.test.ts',
    ],
  },
  14: {
    attack: 'A change chooses the seeds, looks, split or rows that it is measured with.',
    guards: [
      'src/study/rules.ts',
      'src/study/plan-spec.ts',
      'src/study/read-spec.ts',
      'src/action/base-commit.ts',
      'src/action/comment.ts',
      'src/action/base-data.ts',
      'src/study/base-file.ts',
      'src/study/evaluation-rows.ts',
      'src/data/changed-rows.ts',
      'src/data/versions.ts',
      'src/report/change-lines.ts',
    ],
    tests: [
      'test/study/rules.test.ts',
      'test/study/evaluation-rows.test.ts',
      'test/data/changed-rows.test.ts',
      'test/report/change-lines.test.ts',
      'test/action/base-data.test.ts',
      'test/action/rules.int.test.ts',
      'test/action/comment.int.test.ts',
      'test/action/jobs.int.test.ts',
      'test/act-events.int.test.ts',
    ],
  },
  15: {
    attack: "An event that nobody thought of judges a change by the change's own gates.",
    guards: ['src/action/event.ts'],
    tests: ['test/action/event.test.ts', 'test/action/event.int.test.ts'],
  },
  16: {
    attack: 'A file name or other untrusted text adds headings, pictures or colors to a summary, a log or a terminal.',
    guards: [
      'src/base/printable.ts',
      'src/base/diagnostics.ts',
      'src/base/shell.ts',
      'src/cli/print.ts',
      'src/github/log.ts',
      'src/github/annotations.ts',
      'src/github/summary.ts',
      'src/report/escape.ts',
      'src/action/renewed.ts',
    ],
    tests: [
      'test/action/foreign-text.int.test.ts',
      'test/cli/foreign-text.int.test.ts',
      'test/base/printable.test.ts',
      'test/base/shell.test.ts',
      'test/base/yaml.test.ts',
      'test/report/escape.test.ts',
      'test/report/export-text.test.ts',
      'test/github/annotations.test.ts',
      'test/github/post.test.ts',
      'test/github/summary.test.ts',
      'test/action/renewed.test.ts',
      'test/cli/print.test.ts',
      'test/cli/progress.test.ts',
      'test/architecture.test.ts',
    ],
  },
  17: {
    attack:
      'A link, a second name of a file or another spelling of a folder diverts the report, or a change commits a report of its own.',
    guards: ['src/action/report-folder.ts', 'src/action/repository.ts', 'src/base/files.ts', 'src/base/tree-path.ts'],
    tests: ['test/action/report-folder.test.ts', 'test/action/report-folder.int.test.ts', 'test/base/files.test.ts'],
  },
  18: {
    attack: 'A small file unpacks to more rows, cells, time or memory than a runner has.',
    guards: [
      'src/data/source.ts',
      'src/data/gauge.ts',
      'src/data/texts.ts',
      'src/data/watch.ts',
      'src/data/formats/npy.ts',
      'src/data/formats/npz.ts',
      'src/base/zip.ts',
      'src/study/prepare.ts',
    ],
    tests: ['test/data/bounds.test.ts', 'test/data/npz.test.ts', 'test/base/zip.test.ts', 'test/bounds.int.test.ts'],
  },
  19: {
    attack: 'A path or an input of `compile` injects YAML into the workflow that it writes.',
    guards: ['src/base/yaml.ts', 'src/compile/targets/workflow.ts', 'src/cli/workflows/comment.ts', 'src/dsl/init.ts'],
    tests: ['test/base/yaml.test.ts', 'test/compile/workflow-text.test.ts', 'test/cli/foreign-text.int.test.ts'],
  },
  20: {
    attack: 'A lock, report, journal, log or spec with countless errors or levels of nesting exhausts the step.',
    guards: [
      'src/base/json.ts',
      'src/base/schema.ts',
      'src/base/files.ts',
      'src/dsl/guard.ts',
      'src/report/documents.ts',
      'src/run/shard-bundle.ts',
      'src/run/journal-line.ts',
      'src/diagnose/read/rows.ts',
    ],
    tests: ['test/base/untrusted.test.ts', 'test/validation/fuzz.test.ts', 'test/bounds.int.test.ts'],
  },
  21: {
    attack:
      "A comment without a commit runs a later push that nobody saw, or strangers use up the API's rate limit and overwrite answers.",
    guards: [
      'src/github/comment/receive.ts',
      'src/github/comment/policy.ts',
      'src/github/comment/facts.ts',
      'src/cli/workflows/comment.ts',
    ],
    tests: [
      'test/github/comment/receive.test.ts',
      'test/github/comment/policy.test.ts',
      'test/action/comment.int.test.ts',
      'test/workflows.int.test.ts',
    ],
  },
  22: {
    attack:
      'A pull request gets a green check without a measurement: a filter skips its workflow, its job is skipped, its base branch changes after the run, or a merge queue does not run the check.',
    guards: ['examples/workflows/tune.yml', 'test/support/advice.ts', 'src/github/post.ts'],
    tests: ['test/advice.test.ts', 'test/github/post.test.ts'],
  },
  23: {
    attack:
      'A change spoils the training rows that its base is retrained on, or hides rows and columns that it adds to the data.',
    guards: [
      'src/study/base-dataset.ts',
      'src/study/base-study.ts',
      'src/action/base-data.ts',
      'src/data/base-rows.ts',
      'src/study/evaluation-rows.ts',
      'src/data/changed-columns.ts',
      'src/report/change-lines.ts',
    ],
    tests: [
      'test/data/base-rows.test.ts',
      'test/study/evaluation-rows.test.ts',
      'test/report/change-lines.test.ts',
      'test/action/base-data.test.ts',
      'test/action/retrain.int.test.ts',
    ],
  },
  24: {
    attack:
      'A training script of a pull request reads tokens from its environment, steers later steps, names files outside of its folder, leaves processes behind, or reports numbers of its own as a success.',
    guards: [
      'src/engines/command/environment.ts',
      'src/engines/command/npy.ts',
      'src/engines/command/watched.ts',
      'src/engines/command/processes.ts',
      'src/github/post.ts',
    ],
    tests: ['test/engines/command/script.int.test.ts', 'test/github/post.test.ts'],
  },
  25: {
    attack:
      'A job of less trust leaves a journal with invented measurements in the Actions cache, under the key that a later job looks for.',
    guards: [
      'src/github/cache-trust.ts',
      'src/github/journal-cache.ts',
      'src/github/cache-download.ts',
      'src/action/keep-journal.ts',
      'src/action/step-study.ts',
      'src/run/journal-opening.ts',
      'src/run/journal-line.ts',
      'src/base/archive.ts',
    ],
    tests: ['test/action/keep-journal.int.test.ts'],
  },
  26: {
    attack:
      'A script of the change runs as a set-up command of the job that judges, and changes the environment or the files of the step after it.',
    guards: ['src/compile/targets/workflow.ts', '.github/workflows/tune.yml'],
    tests: ['test/compile/workflow-text.test.ts'],
  },
}
