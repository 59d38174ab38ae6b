import type { Guard, GuardTest } from './guard.ts'
import { publishAuditGuards } from './publish-audit.ts'
import { publishMeasuredGuards } from './publish-measured.ts'

const publish = (name: string): GuardTest => ({ file: 'test/action/publish.int.test.ts', name })
const receive = (name: string): GuardTest => ({ file: 'test/github/comment/receive.test.ts', name })
const parcels = (name: string): GuardTest => ({ file: 'test/github/shard-bundles.int.test.ts', name })

const inPublish = (guard: string, find: string, replace: string, ...tests: readonly GuardTest[]): Guard => ({
  attack: 12,
  guard,
  file: 'src/action/publish-result.ts',
  find,
  replace,
  tests,
})
const inRules = (guard: string, find: string, replace: string, ...tests: readonly GuardTest[]): Guard => ({
  attack: 12,
  guard,
  file: 'src/action/rules-at.ts',
  find,
  replace,
  tests,
})

/** Of the jobs that post what another job measured, and of the comments that ask for it. */
export const publishGuards: readonly Guard[] = [
  ...publishAuditGuards,
  ...publishMeasuredGuards,
  inPublish(
    'A verdict that does not fail comes from a job that succeeded.',
    "if (part.verdict !== null && !part.verdict.fails && ended !== 'success')",
    'if (part.verdict === undefined)',
    publish('attack 12: is refused where it passes and its job ended as "failure"'),
    publish('attack 12: is refused where it passes and its job ended as "cancelled"'),
    publish('attack 12: is refused where it passes and its job ended as ""'),
  ),
  inPublish(
    'What is posted was judged again.',
    '  const audited = auditOrRefuse(report, rules)\n',
    "  const audited = { ...auditOrRefuse(report, rules), ok: true as const, value: report, error: '' }\n",
    publish('attack 12: is refused where its verdict passes over a gate that fails'),
    publish('attack 12: is refused where verdict and gates agree and the numbers do not'),
    publish('attack 12: is held against the lock that the base has'),
    publish('attack 12: is refused where its seeds are not those of the base'),
  ),
  inPublish(
    'A run leaves what was asked for.',
    "(outcome.kind === 'plan') !== (command === 'plan')",
    "(outcome.kind === 'plan') === (command === 'cancel')",
    publish('attack 12: is refused where a study was not asked for'),
  ),
  inPublish(
    'A result names a line for each gate.',
    'if (lines !== gates)',
    'if (lines < 0)',
    publish('attack 12: is refused where it names other lines than there are gates'),
  ),
  inRules(
    'A commit that cannot be read is not one without a spec.',
    '  if (found.ok) return found.value\n',
    "  if (found.ok) return found.value\n  if (found.error.message !== '') return null\n",
    publish('attack 12: is not posted where the base cannot be read'),
    publish('attack 12: is not posted where the lock of the base cannot be read'),
  ),
  inRules(
    'The rules are those of the base commit.',
    'const based = await textAt(api, request.base, specPath)',
    'const based = await textAt(api, request.sha, specPath)',
    publish('attack 12: is judged by the gates of the base'),
    publish('attack 12: is refused where its seeds are not those of the base'),
  ),
  inRules(
    'The lock is that of the base commit.',
    'textAt: (path) => textAt(api, request.base, path)',
    'textAt: (path) => textAt(api, request.sha, path)',
    publish('attack 12: is held against the lock that the base has'),
  ),
  {
    attack: 7,
    guard: 'A result without a digest is not taken.',
    file: 'src/github/comment/result.ts',
    find: "if (found.digest === undefined) return { result: err('the result of the run has no digest'), page }",
    replace:
      'if (found.digest === undefined) {\n' +
      '      await client.downloadArtifact(found.id, { path: folder, skipDecompress: true })\n' +
      '      return { result: onlyFile(folder), page }\n' +
      '    }',
    tests: [publish('attack 7: is refused where the service has no digest of it')],
  },
  {
    attack: 7,
    guard: 'A result is what was uploaded.',
    file: 'src/github/comment/result.ts',
    find: 'digestMismatch === false ? onlyFile(folder)',
    replace: 'digestMismatch !== undefined ? onlyFile(folder)',
    tests: [publish('attack 7: is refused where it is not what was uploaded')],
  },
  {
    attack: 7,
    guard: 'A parcel without a digest is not taken.',
    file: 'src/github/shard-bundles.ts',
    find: "if (!digest) return err('the artifact service has no digest for it')",
    replace: "if (!digest) return ok(Buffer.from(''))",
    tests: [parcels('attack 7: what is fetched is refused where the service has no digest of it')],
  },
  {
    attack: 7,
    guard: 'A parcel is what was uploaded.',
    file: 'src/github/shard-bundles.ts',
    find: 'return digestMismatch || found !== digest ?',
    replace: 'return digestMismatch === undefined ?',
    tests: [parcels('attack 7: what is fetched is refused where it is not what was uploaded')],
  },
  {
    attack: 21,
    guard: 'A stranger is not answered, and nothing is asked for them but their permission.',
    file: 'src/github/comment/receive.ts',
    find: 'if (permission === null || stranger !== undefined)',
    replace: 'if (permission === null)',
    tests: [
      receive('attack 21: of a stranger costs two requests and leaves the answer to others alone: /tune'),
      receive('attack 21: of a stranger costs two requests and leaves the answer to others alone: /tune help'),
    ],
  },
  {
    attack: 21,
    guard: 'The timeline is read only for a comment without a commit.',
    file: 'src/github/comment/facts.ts',
    find: 'sha === null ? await forcePushes(api, event.pull) : null',
    replace: 'sha === null || event.pull > 0 ? await forcePushes(api, event.pull) : null',
    tests: [receive('attack 21: of somebody who may write reads the timeline only where it names no commit')],
  },
  {
    attack: 21,
    guard: 'A workflow can insist on the commit.',
    file: 'src/github/comment/policy.ts',
    find: 'if (!requireSha || sha !== null) return undefined',
    replace: 'if (!requireSha || sha !== null || headSha) return undefined',
    tests: [
      receive('attack 21: without a commit is refused where the workflow insists on one'),
      { file: 'test/github/comment/policy.test.ts', name: 'attack 21: names its commit where the workflow insists on it' },
    ],
  },
  {
    attack: 21,
    guard: 'A comment without a commit is told which one is run.',
    file: 'src/github/comment/receive.ts',
    find: 'const at = named ?',
    replace: 'const at = named || newer ?',
    tests: [receive('attack 21: without a commit gets the head as it is when the job starts')],
  },
  {
    attack: 21,
    guard: 'A word that is neither true nor false is not taken for false.',
    file: 'src/github/comment/inputs.ts',
    find: "if (text === '' || text === 'false' || text === 'true') return text === 'true'",
    replace: "if (text !== '?') return text === 'true'",
    tests: [{ file: 'test/action/comment.int.test.ts', name: 'attack 21: names the commit where the workflow insists' }],
  },
  {
    attack: 21,
    guard: 'What starts a runner is answered.',
    file: 'src/github/comment/grammar.ts',
    find: '/^\\/tune(?:[ \\t\\r\\n]|$)/i.test(body)',
    replace: '/^\\/tune(?:[ \\t\\r\\n]|$)/.test(body)',
    tests: [
      receive('attack 21: is read in whatever case it is written'),
      {
        file: 'test/workflows.int.test.ts',
        name: 'attack 21: starts a runner for what the step answers, and for nothing else: "/TUNE"',
      },
    ],
  },
  {
    attack: 21,
    guard: 'Other words that begin so start no runner.',
    file: 'src/cli/workflows/comment.ts',
    find: "startsWith(format('{0} ', github.event.comment.body), '/tune ')",
    replace: "startsWith(github.event.comment.body, '/tune')",
    tests: [
      {
        file: 'test/workflows.int.test.ts',
        name: 'attack 21: starts a runner for what the step answers, and for nothing else: "/tuned well"',
      },
    ],
  },
  {
    attack: 12,
    guard: 'The job that publishes writes nothing but what it posts.',
    file: 'src/cli/workflows/comment.ts',
    find: '      contents: read # to read the spec and lock of the base commit\n',
    replace: '      contents: write # spec and lock of the base commit\n',
    tests: [{ file: 'test/workflows.int.test.ts', name: 'attack 12: lets the job that publishes read the base commit' }],
  },
]
