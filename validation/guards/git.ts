import type { Guard } from './guard.ts'

const repository = 'src/action/repository.ts'
const program = 'src/action/git.ts'
const event = 'src/action/event.ts'
const folder = 'src/action/report-folder.ts'
const files = 'src/action/commit-files.ts'
const tree = 'src/base/tree-path.ts'

const unit = (file: string, name: string) => ({ file: `test/${file}.test.ts`, name })
const ofRepository = (name: string) => unit('action/repository', name)
const ofEvent = (name: string) => unit('action/event', name)
const ofFolder = (name: string) => unit('action/report-folder', name)
const ofTree = (name: string) => unit('base/tree-path', name)
const bundled = (name: string) => ({ file: 'test/action/git.int.test.ts', name })

/** Git reads one repository, the one that the workflow checked out. */
const repositoryGuards: readonly Guard[] = [
  {
    attack: 11,
    guard: 'Only `.git` makes a repository, and the outermost one is taken.',
    file: repository,
    find: "folders.filter((folder) => entryAt(join(folder, '.git')) !== null)",
    replace: "folders.filter((folder) => existsSync(join(folder, 'HEAD')) || entryAt(join(folder, '.git')) !== null)",
    tests: [ofRepository('is none that tracked files make in models/wine')],
  },
  {
    attack: 11,
    guard: 'A repository inside of the checkout is refused.',
    file: repository,
    find: 'if (inner !== undefined) throw',
    replace: "if (inner === '') throw",
    tests: [
      ofRepository('that lies in another one is refused'),
      bundled('that puts a submodule in place of the folder of the spec'),
    ],
  },
  {
    attack: 11,
    guard: 'A `.git` that leads outside its folder is refused.',
    file: repository,
    find: 'if (plain && ',
    replace: 'if ((plain || entryAt(folder)) && ',
    tests: [ofRepository('is refused where .git is a file, a link or in part elsewhere')],
  },
  {
    attack: 11,
    guard: 'A repository that shares the folder of another one is refused.',
    file: repository,
    find: "!existsSync(join(folder, 'commondir')) && ",
    replace: "(plain || !existsSync(join(folder, 'commondir'))) && ",
    tests: [ofRepository('is refused where .git is a file, a link or in part elsewhere')],
  },
  {
    attack: 11,
    guard: 'No link leads from the workspace to the repository.',
    file: repository,
    find: ' && isAt(root, workspace)) return folder',
    replace: ' && isAt(workspace, workspace)) return folder',
    tests: [ofRepository('is refused behind a link in the workspace')],
  },
  {
    attack: 11,
    guard: 'The repository holds the commit that is checked out.',
    file: repository,
    find: "!== 'commit\\n') throw",
    replace: "=== '') throw",
    tests: [ofRepository('is refused without a commit, and without the commit that is checked out')],
  },
  {
    attack: 11,
    guard: 'Objects are read without any setting of the checkout.',
    file: repository,
    find: 'gitDir: plainFolder(head), workTree',
    replace: 'gitDir: plainFolder(head) && gitDir, workTree',
    tests: [ofRepository('reads no replaced object, graft, shallow border or index of the checkout')],
  },
  {
    attack: 11,
    guard: 'Paths count from the root of the repository.',
    file: repository,
    find: 'return insideWorkspace(join(realpathSync(workspace), path), root)',
    replace: 'return insideWorkspace(join(realpathSync(workspace), path), root && workspace)',
    tests: [unit('action/base-commit', 'takes no lock of a submodule or of another checkout')],
  },
  {
    attack: 11,
    guard: 'The spec lies in the checkout itself, not behind a link to another one.',
    file: 'src/action/step-study.ts',
    find: 'if (checkout !== null) requireOwn(',
    replace: "if (checkout?.root === '') requireOwn(",
    tests: [bundled('has no verdict where the spec lies in a folder that a link leads to another checkout')],
  },
  {
    attack: 11,
    guard: "A comment's run checks out where the other jobs ask for the spec.",
    file: 'src/action/comment.ts',
    find: 'if (checkout?.root !== realpathSync(workspace)) throw',
    replace: "if (realpathSync(workspace) === '') throw",
    tests: [{ file: 'test/action/comment.int.test.ts', name: 'runs no checkout in a folder' }],
  },
]

/** Git runs nothing and fetches nothing. */
const programGuards: readonly Guard[] = [
  {
    attack: 11,
    guard: 'Git is found by an absolute folder.',
    file: program,
    find: '.filter((folder) => isAbsolute(folder))',
    replace: ".filter((folder) => isAbsolute(folder) || folder !== '')",
    tests: [ofRepository('is an absolute path outside of the workspace')],
  },
  {
    attack: 11,
    guard: 'Git does not lie in the workspace.',
    file: program,
    find: 'return places.every(',
    replace: 'return places.some(([path]) => isAbsolute(path)) || places.every(',
    tests: [ofRepository('that a change brings along is not run'), bundled('runs no git that it brings along')],
  },
  {
    attack: 11,
    guard: 'A link to a program of the workspace is none outside.',
    file: program,
    find: ', [realpathSync.native(file), realpathSync.native(workspace)]]',
    replace: ', [realpathSync.native(workspace) && file, workspace]]',
    tests: [ofRepository('is an absolute path outside of the workspace')],
  },
  {
    attack: 11,
    guard: 'Git sees no variable of the step.',
    file: program,
    find: 'env: { ...environment(program),',
    replace: 'env: { ...process.env, ...environment(program),',
    tests: [ofRepository('sees no variable of the step')],
  },
  {
    attack: 11,
    guard: 'Settings of a repository name no program.',
    file: program,
    find: '...settings, ...args]',
    replace: '...settings.slice(0, 0), ...args]',
    tests: [ofRepository('run nothing when the index is read')],
  },
  {
    attack: 11,
    guard: 'Settings of a repository open no transport.',
    file: program,
    find: "GIT_ALLOW_PROTOCOL: '', ",
    replace: '',
    tests: [ofRepository('run nothing when an object is missing: ext')],
  },
  {
    attack: 11,
    guard: 'Git looks at no replaced object.',
    file: program,
    find: "'--no-replace-objects', ",
    replace: '',
    tests: [ofRepository('have no say in what is read')],
  },
  {
    attack: 11,
    guard: 'Git is told the work tree.',
    file: program,
    find: '`--work-tree=${workTree}`',
    replace: '`--git-dir=${gitDir || workTree}`',
    tests: [ofRepository('have no say in what is read')],
  },
]

/** A base that cannot be read is not one without a spec. */
const baseGuards: readonly Guard[] = [
  {
    attack: 11,
    guard: 'A commit that the checkout lacks is asked from GitHub.',
    file: files,
    find: "case 'unknown': return fromGitHub(sha, name, commits)",
    replace: "case 'unknown': return null",
    tests: [
      bundled('has no verdict where there is no repository, no git, or neither'),
      bundled('with a bare repository is judged by its base where only GitHub has the base'),
    ],
  },
  {
    attack: 11,
    guard: 'A link in the base is not an absent spec.',
    file: files,
    find: "case 'odd': throw unreadable(",
    replace: "case 'odd': if (found.why !== '') return null; else throw unreadable(",
    tests: [bundled('whose base spells the spec otherwise')],
  },
  {
    attack: 11,
    guard: 'A 404 of GitHub alone is not an absent spec.',
    file: 'src/github/contents.ts',
    find: "if (found.is === 'absent') return",
    replace: "if (found.is === 'absent' || (found.is === 'odd' && found.why !== '')) return",
    tests: [
      unit('github/contents', 'is not absent behind a link, in another spelling'),
      bundled('whose base has the spec behind a link is not taken for the first with a spec shallow'),
    ],
  },
  {
    attack: 11,
    guard: 'A folder that GitHub lists in part says nothing of what it lacks.',
    file: 'src/github/contents.ts',
    find: " && answer.value['truncated'] === false",
    replace: '',
    tests: [unit('github/contents', 'is not absent where a tree is kept back, fails, or is listed in part')],
  },
  {
    attack: 11,
    guard: 'Only a plain file is a file, and only a plain folder leads on.',
    file: tree,
    find: 'if (kind !== wanted) return',
    replace: "if (kind === 'file' && kind !== wanted) return",
    tests: [ofTree('current/tuning.yml is odd, and not absent'), ofTree('vendor/tuning.yml is odd, and not absent')],
  },
  {
    attack: 11,
    guard: 'Another spelling of a file is not its absence.',
    file: tree,
    find: "return other ? { is: 'odd'",
    replace: "return other?.mode === '' ? { is: 'odd'",
    tests: [ofTree('models/tuning.yml is odd, and not absent'), bundled('whose base spells the spec otherwise')],
  },
  {
    attack: 11,
    guard: 'A lock of another checkout is no choice of the workflow.',
    file: files,
    find: 'if (root !== checkout.root) return root !== undefined',
    replace: "if (root !== checkout.root) return root === ''",
    tests: [unit('action/base-commit', 'takes no lock of a submodule or of another checkout')],
  },
  {
    attack: 8,
    guard: 'A change that drops the spec of its base is told so.',
    file: 'src/action/base-commit.ts',
    find: '  await requireKept(base, options.specPath, text, commits)\n',
    replace: '  void requireKept\n',
    tests: [bundled('that deletes it is told so'), bundled('that renames it is told the new name')],
  },
]

const eventGuards: readonly Guard[] = [
  {
    attack: 15,
    guard: 'The checkout is the commit that the event is about.',
    file: event,
    find: 'if (about !== null) requireCheckout(about, started)',
    replace: "if (about?.hint === '') requireCheckout(about, started)",
    tests: [
      ofEvent('repository_dispatch runs the own commit of the default branch and no other'),
      ofEvent('pull_request judges the head or its merge and nothing else'),
      {
        file: 'test/action/event.int.test.ts',
        name: 'check_suite with the head of a pull request in the checkout has no verdict',
      },
    ],
  },
  {
    attack: 15,
    guard: 'An event that is not about a change runs the default branch.',
    file: event,
    find: 'if (ref !== defaultRef(event)) throw',
    replace: "if (ref === 'refs/none') throw",
    tests: [
      ofEvent('deployment does not run for another branch'),
      { file: 'test/action/event.int.test.ts', name: 'deployment, which runs a head by its own commit, has no verdict' },
      {
        file: 'test/action/event.int.test.ts',
        name: 'workflow_dispatch, which runs a head by its own commit, has no verdict',
      },
    ],
  },
  {
    attack: 15,
    guard: 'On pull_request_target the commit of the base is not the change.',
    file: event,
    find: 'return pullRequest(event, eventName, [])',
    replace: 'return pullRequest(event, eventName, [sha])',
    tests: [
      ofEvent('pull_request_target judges the head or its merge and nothing else'),
      { file: 'test/action/event.int.test.ts', name: 'pull_request_target with the base in the checkout has no verdict' },
    ],
  },
  {
    attack: 15,
    guard: 'A review of a pull request is judged by its base.',
    file: event,
    find: "case 'pull_request': case 'pull_request_review': case 'pull_request_review_comment':",
    replace: "case 'pull_request':",
    tests: [
      ofEvent('follows from pull_request_review with'),
      ofEvent('pull_request_review_comment judges the head or its merge and nothing else'),
    ],
  },
  {
    attack: 15,
    guard: 'A payload that names no default branch runs nothing.',
    file: event,
    find: "typeof name === 'string' && name !== ''",
    replace: "typeof name === 'string'",
    tests: [ofEvent('workflow_dispatch does not run for another branch')],
  },
]

const folderGuards: readonly Guard[] = [
  {
    attack: 17,
    guard: 'Every step looks at its folder first.',
    file: 'src/action/main.ts',
    find: '  requirePlainFolder({ ...runner, out: inputs.out })\n',
    replace: '  void requirePlainFolder\n',
    tests: [
      {
        file: 'test/action/report-folder.int.test.ts',
        name: 'leads no report out of the workspace by a link in a checkout in a folder',
      },
      { file: 'test/action/report-folder.int.test.ts', name: 'writes no report through a link to a folder' },
    ],
  },
  {
    attack: 17,
    guard: 'A change does not bring the folder of its report.',
    file: 'src/action/step-study.ts',
    find: '  await requireNoReport({ ...runner, out: inputs.out })\n',
    replace: '  void requireNoReport\n',
    tests: [
      { file: 'test/action/report-folder.int.test.ts', name: 'has no report in a folder that is a submodule' },
      { file: 'test/action/pull.int.test.ts', name: 'brings no report along' },
    ],
  },
  {
    attack: 17,
    guard: 'Every level of the path is a folder.',
    file: folder,
    find: "kindOf(path) !== 'folder' && kindOf(path) !== 'nothing')",
    replace: "kindOf(path) === 'a device')",
    tests: [
      ofFolder('is not behind a link, wherever it leads: link/deep'),
      ofFolder('is not behind a link, wherever it leads: x/link/deep/er'),
    ],
  },
  {
    attack: 17,
    guard: 'Every entry below is a plain file or a folder.',
    file: folder,
    find: "kind === 'a file' ? undefined : path",
    replace: 'undefined',
    tests: [ofFolder('is no file, and holds no link, device or second name on any level')],
  },
  {
    attack: 17,
    guard: 'A second name of a file is no file of its own.',
    file: folder,
    find: 'found.nlink > 1 ? ',
    replace: 'found.nlink < 1 ? ',
    tests: [ofFolder('is no file, and holds no link, device or second name on any level')],
  },
  {
    attack: 17,
    guard: 'A folder that the commit holds is refused.',
    file: folder,
    find: 'if (held !== null) {',
    replace: "if (held === '') {",
    tests: [
      ofFolder('is not one that the commit holds: .tunegate'),
      { file: 'test/action/report-folder.int.test.ts', name: 'that commits a folder as ".TUNEGATE"' },
    ],
  },
  {
    attack: 17,
    guard: 'A folder with other files is refused.',
    file: folder,
    find: 'if (names.length === 0 || names.some(',
    replace: 'if (names.length >= 0 || names.some(',
    tests: [ofFolder('is not one with other files: site')],
  },
  {
    attack: 17,
    guard: 'A checkout that cannot be listed is refused.',
    file: repository,
    find: "if (held === 'unknown') throw",
    replace: "if (held === 'unknown') return null\n  if (held === '') throw",
    tests: [ofFolder('cannot be told from a committed one in a torn checkout')],
  },
  {
    attack: 17,
    guard: 'Names that a disk takes for the same are the same.',
    file: tree,
    find: 'const same = entries.filter((e) => spelling(e.name) === spelling(name))',
    replace: 'const same = entries.filter((e) => e.name === name)',
    tests: [ofTree('models/TUNING.yml: models/Tuning.yml'), ofFolder('is not one that the commit holds: .TUNEGATE')],
  },
  {
    attack: 17,
    guard: 'A submodule or a link in place of a folder holds what lies below it.',
    file: tree,
    find: 'if (!place.folder) return place.path',
    replace: 'if (!place.folder) continue',
    tests: [ofTree('vendor/x: vendor'), ofTree('current/x/y: current')],
  },
  {
    attack: 17,
    guard: 'A temporary file follows no link.',
    file: 'src/base/files.ts',
    find: "    await rm(temporary, { force: true })\n    const file = await open(temporary, 'wx')",
    replace: "    const file = await open(temporary, 'w')",
    tests: [unit('base/files', 'is not followed by the temporary file either')],
  },
  {
    attack: 17,
    guard: 'A file is not written through a link of its name.',
    file: 'src/base/files.ts',
    find: 'flags | (constants.O_NOFOLLOW ?? 0)',
    replace: 'flags',
    tests: [unit('base/files', 'is refused where a file is written as it is'), unit('base/files', 'is no journal')],
  },
]

/** Whose repository, whose commit and whose folder a step works with. */
export const gitGuards: readonly Guard[] = [
  ...repositoryGuards,
  ...programGuards,
  ...baseGuards,
  ...eventGuards,
  ...folderGuards,
]
