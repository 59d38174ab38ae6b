import type { Guard, GuardTest } from './guard.ts'

const renew = 'test/engines/tensorflow/install/renew.int.test.ts'
const action = 'test/action/engine.int.test.ts'
const cache = 'test/github/engine-cache.int.test.ts'
const archives = 'test/engines/tensorflow/install/archives.test.ts'
const environment = 'test/github/installer-environment.test.ts'

const vouching = 'attack 13: a folder that vouches for itself'
const refused = (...what: readonly string[]): GuardTest[] =>
  what.map((forgery) => ({ file: renew, name: `${vouching} with ${forgery} is refused` }))
const archive = 'attack 13: an archive in the cache that somebody else saved'
const tar = 'attack 13: a tar archive'
const proposal = 'attack 13: a run of what somebody proposes'
const install = 'attack 13: an install in a checkout that a stranger wrote'
const shown = 'attack 13: what the programs that install get to see'

/**
 * An engine is run only where every byte of it is pinned or was made by this job, and it is installed by nothing of the
 * change's.
 */
export const engineGuards: readonly Guard[] = [
  {
    attack: 13,
    guard: 'A folder that was there before is held against the pins before anything of it runs.',
    file: 'src/action/ensure-engine.ts',
    find: "const renewed = await downloads.renew(orderFor(engine, root, 'Checking'))",
    replace:
      "const renewed = (await installer.status(root)).loads?.ok ? { ok: true as const } : await downloads.renew(orderFor(engine, root, 'Checking'))",
    tests: [
      { file: action, name: 'attack 13: an engine that somebody planted in the tool cache is never run' },
      {
        file: action,
        name: 'attack 13: an engine that somebody planted in the folder that TUNEGATE_ENGINE_DIR names is never run',
      },
    ],
  },
  {
    attack: 13,
    guard: 'Kernels are compiled in a new folder of the step, whatever the runner has.',
    file: 'src/action/ensure-engine.ts',
    find: ': await make(wanted)',
    replace: ': (engineRoot() ?? (await make(wanted)))',
    tests: [
      {
        file: action,
        name: 'attack 13: kernels that somebody planted are never run, wherever the runner has them: each step compiles its own',
      },
      { file: action, name: 'attack 13: kernels that somebody planted have no say where there is no compiler' },
    ],
  },
  {
    attack: 13,
    guard: 'A folder that is not what the pins say is not used.',
    file: 'src/engines/tensorflow/install/renew.ts',
    find: "if (!found.ok) return err({ state: 'damaged', why: found.error })",
    replace: 'if (!found.ok) return ok({ folder, record: {} as EngineRecord, fresh: false })',
    tests: refused('other code in a package', 'a link as the folder'),
  },
  {
    attack: 13,
    guard: 'A file that belongs to no package is refused.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'if (unlisted !== undefined) return',
    replace: 'if (false as boolean) return',
    tests: refused('one more package', 'a file at its root'),
  },
  {
    attack: 13,
    guard: 'A pinned file that is missing is told.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'if (missing !== undefined) return',
    replace: 'if (false as boolean) return',
    tests: refused('a library less', 'no addon'),
  },
  {
    attack: 13,
    guard: 'A pinned file with another content is refused.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'if (pinned && sha256 !== pinned.sha256) return',
    replace: 'if (false as boolean) return',
    tests: refused('another library of the same size', "another header of TensorFlow's"),
  },
  {
    attack: 13,
    guard: 'The files of a package are the ones that its archive holds, and no more.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'return wrong ? err(',
    replace: 'return (false as boolean) && wrong ? err(',
    tests: refused(
      'other code in a package',
      'one more file in a package',
      'one more library beside those of TensorFlow',
      "another header of Node's",
      'a source less',
    ),
  },
  {
    attack: 13,
    guard: 'Links and pipes are refused.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'else return err(`${path} is neither a file nor a folder`)',
    replace: 'else if (entry.isSymbolicLink()) paths.push(path)',
    tests: refused('a link to a file'),
  },
  {
    attack: 13,
    guard: "The engine's folder itself is no link.",
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'if (!(await lstat(engine)).isDirectory()) return',
    replace: 'if (false as boolean) return',
    tests: refused('a link as the folder'),
  },
  {
    attack: 13,
    guard: 'The number of files is bounded.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'if (paths.length + folders.length > most.entries) return',
    replace: 'if (false as boolean) return',
    tests: refused('more files than an engine has'),
  },
  {
    attack: 13,
    guard: 'Code that loads and tests the engine is what this build writes.',
    file: 'src/engines/tensorflow/install/verify.ts',
    find: 'const pinned = expected.files.get(path)',
    replace: "const pinned = path.endsWith('.cjs') ? undefined : expected.files.get(path)",
    tests: refused('other code that loads it', 'another smoke test'),
  },
  {
    attack: 13,
    guard: 'The addon is compiled again before it is loaded.',
    file: 'src/engines/tensorflow/install/renew.ts',
    find: 'if (found.find((file) => file.path === path)?.sha256 !== sha256) await rename(output, addonFile(folder))',
    replace: '',
    tests: [
      { file: renew, name: `${vouching} with an addon of its own loses it before anything runs` },
      { file: renew, name: `${vouching} with an addon that is shared with another name leaves that one as it is` },
    ],
  },
  {
    attack: 13,
    guard: 'npm and pip start in a folder of the install, not in the checkout.',
    file: 'src/engines/tensorflow/install/install.ts',
    find: 'cwd: await bareFolder(scratch)',
    replace: 'cwd: (await bareFolder(scratch)) && process.cwd()',
    tests: [
      { file: action, name: `${install} asks no registry of its .npmrc, sends it no token, and runs no pip.py of it` },
    ],
  },
  {
    attack: 13,
    guard: 'What installs sees an allow-list of variables.',
    file: 'src/action/ensure-engine.ts',
    find: 'env: installerEnvironment(workspace)',
    replace: 'env: installerEnvironment(workspace) && process.env',
    tests: [
      { file: action, name: `${install} runs no program of it, though variables of the job name them` },
      { file: action, name: `${install} shows the programs that install no token and no input of the step` },
    ],
  },
  {
    attack: 13,
    guard: 'Programs and libraries are looked for outside of the checkout, in absolute folders.',
    file: 'src/github/installer-environment.ts',
    find: '.split(delimiter).filter(trusted)',
    replace: '.split(delimiter)',
    tests: [
      { file: environment, name: `${shown} has in PATH no folder of the checkout` },
      { file: environment, name: `${shown} has in LD_LIBRARY_PATH no folder of the checkout` },
      { file: action, name: `${install} runs no program of it, though variables of the job name them` },
    ],
  },
  {
    attack: 13,
    guard: 'A link into the checkout is in it.',
    file: 'src/github/installer-environment.ts',
    find: 'insideWorkspace(real(path), real(workspace))',
    replace: 'insideWorkspace(path, workspace)',
    tests: [
      { file: environment, name: `${shown} has in PATH no folder of the checkout` },
      { file: environment, name: `${shown} has no HOME in the checkout` },
    ],
  },
  {
    attack: 13,
    guard: 'Settings and certificates do not come out of the checkout.',
    file: 'src/github/installer-environment.ts',
    find: 'return trusted(value) ? [[name, value]] : []',
    replace: 'return [[name, value]]',
    tests: [{ file: environment, name: `${shown} has no HOME in the checkout` }],
  },
  {
    attack: 13,
    guard: 'The compiler does not come out of the checkout.',
    file: 'src/github/installer-environment.ts',
    find: "!word.includes('/') || trusted(word)",
    replace: "!word.includes('/') || word !== ''",
    tests: [{ file: environment, name: `${shown} has no compiler out of the checkout: ./cc.sh` }],
  },
  {
    attack: 13,
    guard: 'An archive writes below the folder of the engine alone.',
    file: 'src/engines/tensorflow/install/unpack.ts',
    find: 'if (!path.startsWith(folder + sep)) throw',
    replace: 'if (false as boolean) throw',
    tests: [{ file: cache, name: `${archive} writes nothing beside the folder, by whatever path` }],
  },
  {
    attack: 13,
    guard: 'An archive makes files and folders, and no links.',
    file: 'src/engines/tensorflow/install/unpack.ts',
    find: 'else throw new Error(`the archive has an entry that is neither',
    replace: 'else if (below.length < 0) throw new Error(`the archive has an entry that is neither',
    tests: [
      { file: cache, name: `${archive} makes no symbolic link` },
      { file: cache, name: `${archive} makes no hard link` },
    ],
  },
  {
    attack: 13,
    guard: 'An archive has an upper bound.',
    file: 'src/base/archive.ts',
    find: 'if (++entries > most.entries || total > most.bytes) throw',
    replace: 'if (++entries > 2 ** 30) throw',
    tests: [{ file: archives, name: `${tar} with more entries or bytes than the bounds is refused` }],
  },
  {
    attack: 13,
    guard: 'Extended headers count toward the upper bound.',
    file: 'src/base/archive.ts',
    find: 'if (total > mostBytes) throw',
    replace: 'if (total < 0) throw',
    tests: [{ file: archives, name: `${tar} with more entries or bytes than the bounds is refused` }],
  },
  {
    attack: 13,
    guard: 'An archive without its end is no archive.',
    file: 'src/base/archive.ts',
    find: 'if (end.length < blockBytes || end.some((byte) => byte !== 0)) throw',
    replace: 'if (false as boolean) throw',
    tests: ['without its end', 'of no bytes'].map((what) => ({ file: archives, name: `${tar} ${what} is refused` })),
  },
  {
    attack: 13,
    guard: 'A workflow that keeps a job from the cache is obeyed.',
    file: 'src/github/cache-download.ts',
    find: 'if (!readable(env)) return null',
    replace: '',
    tests: [{ file: cache, name: `${archive} is not read where the workflow says so` }],
  },
  {
    attack: 13,
    guard: 'Only runs of the default branch leave an engine to others.',
    file: 'src/github/engine-cache.ts',
    find: 'if (usable && mayLeave(env))',
    replace: 'if (usable)',
    tests: ['pull_request,', 'issue_comment', 'merge_group'].map((event) => ({
      file: cache,
      name: `${proposal} leaves no engine in the cache after ${event}`,
    })),
  },
  {
    attack: 13,
    guard: 'A push to another branch or a tag is a proposal as well.',
    file: 'src/github/cache-trust.ts',
    find: "env['GITHUB_REF'] === `refs/heads/${branch}`",
    replace: "env['GITHUB_REF'] !== ''",
    tests: [{ file: cache, name: `${proposal} is any but one of the default branch` }],
  },
]
