import type { Guard, GuardTest } from './guard.ts'

const script = (name: string): GuardTest => ({ file: 'test/engines/command/script.int.test.ts', name })
const posted = (name: string): GuardTest => ({ file: 'test/github/post.test.ts', name })

/** Of training scripts, which are code of whoever wrote the change. */
export const scriptGuards: readonly Guard[] = [
  {
    attack: 24,
    guard: 'A script gets no token of the runner, whatever its spec lists.',
    file: 'src/engines/command/environment.ts',
    find: 'listed.filter((name) => !isWithheld(name))',
    replace: 'listed.filter((name) => isWithheld(name) || name)',
    tests: [script('attack 24: gets its own environment and no other')],
  },
  {
    attack: 24,
    guard: 'A file that a script reports lies in the folder of its run.',
    file: 'src/engines/command/npy.ts',
    find: "path.includes('\\0') || fromFolder(path, outputDir) === null",
    replace: "path === 'x' && fromFolder(path, outputDir) === null",
    tests: [script('attack 24: is not read outside of its folder: "../labels.npy"')],
  },
  {
    attack: 24,
    guard: 'Metrics that a script of a fork reported itself are no success.',
    file: 'src/github/post.ts',
    find: "if (!fork || verdict?.script !== 'self-reported'",
    replace: "if (fork || verdict?.script !== 'self-reported'",
    tests: [posted('attack 24: is no success for metrics that the code of a fork reported itself')],
  },
]
