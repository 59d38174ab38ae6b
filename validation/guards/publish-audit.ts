import type { Guard, GuardTest } from './guard.ts'

const audit = (name: string): GuardTest => ({ file: 'test/study/audit.int.test.ts', name })
const refused = (name: string): GuardTest => audit(`attack 12: a report is refused ${name}`)

const inAudit = (guard: string, find: string, replace: string, ...tests: readonly GuardTest[]): Guard =>
  ({ attack: 12, guard, file: 'src/study/audit.ts', find, replace, tests })

/** Of the audit of a report that another job hands on, and of the numbers in it. */
export const publishAuditGuards: readonly Guard[] = [
  inAudit(
    'A report of another version of the tool is not judged again.',
    'if (tool !== toolName)',
    "if (tool === '')",
    refused('of another version'),
  ),
  inAudit(
    'A report is of the spec that was asked for.',
    'if (path !== specPath)',
    "if (path === '')",
    refused('of another spec'),
  ),
  inAudit(
    'A report is of the task of the base commit.',
    'if (study.task !== task)',
    'if (study.task !== study.task)',
    refused('of another task'),
  ),
  inAudit(
    'A report judges as many gates as the base commit has.',
    'if (own.length !== gates.length)',
    'if (own.length < 0)',
    refused('with a gate more'),
    refused('without gates'),
  ),
  inAudit(
    'A report is judged by the gates of the base commit.',
    'if (fingerprint(own) !== fingerprint(gates))',
    "if (fingerprint(own) === '' || fingerprint(gates) === '')",
    refused('of other limits'),
  ),
  inAudit(
    'A report has every stage once.',
    'if (!agree(stages.map((s) => s.stage), stageNames))',
    'if (stageNames.length < stages.length - 99)',
    refused('with stages that are none'),
  ),
  inAudit(
    'A report verifies only where somebody else says over which seeds.',
    'if (verification === null || verify !== null) return undefined',
    'if (verification === null || verify !== undefined) return undefined',
    refused('that verifies where nobody asked for it'),
  ),
  inAudit(
    'The root seed is that of the base commit.',
    'if (study.seed !== seed)',
    'if (study.seed < 0)',
    refused('of another root seed'),
  ),
  inAudit(
    'The gates are judged at the looks of the base commit.',
    'if (!agree(looks, verify.looks))',
    'if (looks.length < 0)',
    refused('with other looks'),
  ),
  inAudit(
    'No seed is verified twice.',
    'if (new Set(found).size < found.length)',
    'if (found.length < 0)',
    refused('with a seed twice'),
  ),
  inAudit(
    'Only seeds that follow from the root seed are verified.',
    'if (foreignSeed !== undefined)',
    "if (foreignSeed !== undefined && planned.length < 0)",
    refused('with a seed of its own'),
  ),
  inAudit(
    'Seeds are verified in their order.',
    "return order.some((at, i) => at < (order[i - 1] ?? 0)) ? 'the verified seeds are out of order' : undefined",
    'return undefined',
    refused('with seeds in another order'),
  ),
  inAudit(
    'The report tells of its verification once.',
    'if (!agree(told, own))',
    'if (agree(told, 0) && own)',
    refused('with another account of its verification'),
  ),
  inAudit(
    'No run is in the report twice.',
    'if (byId.size < runs.length)',
    'if (byId.size < 0)',
    refused('with a run twice'),
  ),
  inAudit(
    'A verified run is among the runs, with the same numbers.',
    'const same = agree(summaryOf(byId.get(run.run)), accountOf(run, seed, differences, report))',
    'const same = summaryOf(byId.get(run.run)) !== accountOf(run, seed, differences, report)',
    refused('with a run that no list of runs has'),
    refused('with other metrics than the list of runs'),
    refused('with runs that were cut short'),
  ),
  inAudit(
    'What a verified run measured is possible.',
    "const wrong = same ? impossible(run, { task, rows }) : 'has another account among the runs'",
    "const wrong = same || impossible(run, { task, rows }) === '' ? undefined : 'has another account among the runs'",
    refused('with an accuracy over 1'),
    refused('with a negative loss'),
  ),
  inAudit(
    'What a run of the retrained baseline measured is possible.',
    'base?.runs.map((run) => impossible(run, { task, rows })).find((w) => w !== undefined)',
    'base?.runs.map((run) => impossible(run, { task, rows })).find((w) => w === \'\')',
    audit('against the retrained base, whose runs it holds'),
  ),
  inAudit(
    'No run takes less than no time.',
    "if (seconds.some((s) => !(Number.isFinite(s) && s >= 0)))",
    'if (seconds.length < 0 && base)',
    refused('with a negative time'),
  ),
  inAudit(
    'A run has one time.',
    'if (new Set(timing.runs.map((t) => t.id)).size < timing.runs.length)',
    'if (timing.runs.length < 0)',
    refused('with a run of two times'),
  ),
  inAudit(
    'The retrained baseline has as many times as runs.',
    'return timing.base && timing.base.length !== base?.runs.length ?',
    'return timing.base && timing.base.length < 0 ?',
    audit('against the retrained base, whose runs it holds'),
  ),
  inAudit(
    'A report brings no baseline of its own.',
    "if (baseline.kind !== 'retrained' && base) return unlike",
    '',
    refused('with a baseline of its own'),
  ),
  inAudit(
    'Declared levers as the baseline are no lock.',
    'return sinceLock === null ? undefined : unlike',
    'return undefined',
    refused('and is never one that passes by a claim about its lock'),
  ),
  inAudit(
    'The lock is that of the base commit.',
    'return agree(sinceLock, leverDifferences(baseline.lock.levers, chosen)) ? undefined : unlike',
    'return undefined',
    audit('against a lock, and against no other lock'),
  ),
  inAudit(
    'The retrained baseline is the spec of the base commit.',
    'if (!base || sinceLock !== null || base.source !== baseline.source) return unlike',
    'if (!base) return unlike',
    audit('against the retrained base, whose runs it holds'),
  ),
  inAudit(
    'The baseline is retrained on the seeds of the verification.',
    "return same ? undefined : 'the baseline was not",
    "return same || base ? undefined : 'the baseline was not",
    audit('against the retrained base, whose runs it holds'),
  ),
  inAudit(
    'No seeds are trained once the gates are settled.',
    'return settled === undefined ? undefined :',
    'return settled === undefined || settled > 0 ? undefined :',
    audit('that its gates ended at a look, and at no other number of seeds'),
  ),
  inAudit(
    'A verification that was cut short does not pass.',
    "verify === null || verdict.status === 'fail') return undefined",
    'verify === null || verdict.status) return undefined',
    refused('with seeds left out'),
    refused('with the first seed left out'),
    refused('with no seed'),
  ),
  inAudit(
    'The seeds that are there are the first ones.',
    'if (first && (n === plan.seeds',
    'if ((first || n > 0) && (n === plan.seeds',
    audit('attack 12: is not made of others of its seeds'),
  ),
  inAudit(
    'Every gate has the status that its numbers give.',
    'if (gate) return `its gate',
    'if (gate && said === undefined) return `its gate',
    refused('with a gate of another status than its numbers'),
  ),
  inAudit(
    'The verdict is that of its gates.',
    'if (verdict.status !== status) return',
    'if (verdict.status !== status && status === undefined) return',
    refused('whose status is not that of its gates'),
  ),
  inAudit(
    'Words and estimates follow from the numbers.',
    "if (!agree(verdict, judged.verdict)) return 'the words or estimates of its verdict do not follow from its numbers'",
    '',
    refused('whose sentence is not'),
    refused('with another estimate'),
  ),
  inAudit(
    'Statistics, checklist and levers follow from the numbers.',
    "return agree(report, made) ? ok(made) : err(",
    'return agree(made, made) ? ok(made) : err(',
    refused('with other statistics'),
    refused('with another pooled diagram'),
    refused('with a checklist of its own'),
    refused('with levers that did not move'),
  ),
  {
    attack: 12,
    guard: 'A metric is inside its range.',
    file: 'src/records/metrics.ts',
    find: 'return Number.isFinite(value) && value >= least - rounding && value <= most + rounding',
    replace: 'return Number.isFinite(value) && value >= -1e9 - rounding && least <= most',
    tests: [
      refused('with an accuracy over 1'),
      refused('with a negative loss'),
      { file: 'test/run/parcel.test.ts', name: 'attack 12: with a accuracy of 1.2' },
    ],
  },
  {
    attack: 12,
    guard: 'A parcel holds no metric that is outside its range.',
    file: 'src/run/valid-run.ts',
    find: '(isMetricName(name) ? isPossible(name, v) : isFinite(v))',
    replace: '(isMetricName(name) || isPossible("nll", v) || isFinite(v))',
    tests: [{ file: 'test/run/parcel.test.ts', name: 'attack 12: with a accuracy of 1.2' }],
  },
]
