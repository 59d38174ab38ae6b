import type { Guard, GuardTest } from './guard.ts'

const exits = (name: string): GuardTest[] => [{ file: 'test/cli/exit.int.test.ts', name }]
const damage = (name: string): GuardTest[] => [{ file: 'test/run/journal-damage.test.ts', name }]
const elapsed = (name: string): GuardTest[] => [{ file: 'test/run/elapsed.test.ts', name }]
const cutShort = (name: string): GuardTest[] => [{ file: 'test/gates/cut-short.test.ts', name }]
const starts = (name: string): GuardTest[] => [{ file: 'test/run/worker-start.int.test.ts', name }]

/** No attacker is needed for what these stop: a full disk, a kill, a power cut, a slow machine. */
export const reliabilityGuards: readonly Guard[] = [
  {
    attack: 0,
    guard: 'What is no regular file is not read.',
    file: 'src/base/devices.ts',
    find: 'if (found.isFile() || found.isDirectory() || (pipes && found.isFIFO())) return file',
    replace: 'if (found.size >= 0) return file',
    tests: [{ file: 'test/base/files.test.ts', name: 'a pipe, a socket or a device is not read' }],
  },
  {
    attack: 0,
    guard: 'The other end of a pipe is not waited for.',
    file: 'src/base/devices.ts',
    find: 'constants.O_NONBLOCK ?? 0',
    replace: '0 * (constants.O_NONBLOCK ?? 0)',
    tests: [{ file: 'test/base/files.test.ts', name: 'a pipe, a socket or a device is not written to, nor waited for' }],
  },
  {
    attack: 0,
    guard: 'A file does not take the place of a device.',
    file: 'src/base/devices.ts',
    find: '(end && !end.isFile() && !end.isDirectory())',
    replace: '(end && entry === undefined)',
    tests: [
      {
        file: 'test/base/files.test.ts',
        name: 'a pipe, a socket or a device is not replaced by a file, nor is a link to one',
      },
    ],
  },
  {
    attack: 0,
    guard: 'A file does not take the place of what the system has in /dev.',
    file: 'src/base/devices.ts',
    find: "dirname(resolve(path)) === '/dev'",
    replace: "dirname(resolve(path)) === ''",
    tests: [
      {
        file: 'test/base/files.test.ts',
        name: 'a pipe, a socket or a device is not replaced, nor is the link that the system makes to standard output',
      },
    ],
  },
  {
    attack: 0,
    guard: 'A reader that closes the pipe leaves the exit code as it is.',
    file: 'src/cli/output.ts',
    find: "    if (error.code !== 'EPIPE') lost ??= error",
    replace: '    lost ??= error',
    tests: exits('exit code 1 is a verdict and nothing else: a reader that closes standard output leaves the code as it is'),
  },
  {
    attack: 0,
    guard: 'A result that the system took only a part of is no success.',
    file: 'src/cli/output.ts',
    find: 'for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)',
    replace: 'writeSync(file, bytes)',
    tests: exits('exit code 1 is a verdict and nothing else: a plan that only half fits is not taken for a written one'),
  },
  {
    attack: 0,
    guard: 'Output that cannot be written is told as a problem of the output.',
    file: 'src/cli/output.ts',
    find: '    throw unwritable(error)\n  }',
    replace: '    lost = undefined\n  }',
    tests: exits(
      'exit code 1 is a verdict and nothing else: a plan that cannot be written to a full disk exits with 2 and says why',
    ),
  },
  {
    attack: 0,
    guard: 'An error that nobody catches is a defect, and no verdict.',
    file: 'src/cli.ts',
    find: "process.on('uncaughtException', (error) => { process.exit(explain(error)) })",
    replace: 'void explain',
    tests: exits(
      'exit code 1 is a verdict and nothing else: a fault outside of every command is a defect of ours, with code 4',
    ),
  },
  {
    attack: 0,
    guard: 'An installation that lacks a file does not leave with 1.',
    file: 'src/cli.ts',
    find: '  const found = error instanceof Error ? error.message : String(error)\n',
    replace: '  if (error !== null) throw error\n  const found = String(error)\n',
    tests: exits(
      'exit code 1 is a verdict and nothing else: an installation that lacks a part of itself is told so, with code 2',
    ),
  },
  {
    attack: 0,
    guard: 'A Node that is too old is refused before anything else is loaded.',
    file: 'src/cli.ts',
    find: 'if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {',
    replace: 'if (major < 0 && minor < oldest[1]) {',
    tests: exits('exit code 1 is a verdict and nothing else: a Node that is too old is told so, with code 2'),
  },
  {
    attack: 0,
    guard: 'A second signal ends the process at once.',
    file: 'src/cli/stop.ts',
    find: '    if (this.stoppedBy !== null) process.exit(exitCodeOfSignal(signal))\n',
    replace: '',
    tests: exits('a signal of whatever kind ends at once what a first one only asked to stop'),
  },
  {
    attack: 0,
    guard: 'A worker that could not be started is sent nothing.',
    file: 'src/run/worker-process.ts',
    find: 'if (this.pid !== undefined) this.child.send(message, () => {})',
    replace: 'this.child.send(message, () => {})',
    tests: starts(
      'a worker that the system does not let start where no file is left for it, and to end it ends nothing else',
    ),
  },
  {
    attack: 0,
    guard: 'A worker that could not be started is not signaled: number 0 would be the whole process group.',
    file: 'src/run/worker-process.ts',
    find: 'if (this.pid === undefined) return\n    if (!this.endsItself)',
    replace: 'if (!this.endsItself)',
    tests: starts(
      'a worker that the system does not let start where no file is left for it, and to end it ends nothing else',
    ),
  },
  {
    attack: 0,
    guard: 'A run in a journal has every part of its levers.',
    file: 'src/run/valid-run.ts',
    find: 'isMap(value) && buckets.every((bucket) => isMap(value[bucket]))',
    replace: 'isMap(value) && buckets.length > 0',
    tests: [{ file: 'test/diagnose/read.test.ts', name: 'of a run without a part of its levers is no run' }],
  },
  {
    attack: 0,
    guard: 'Each signal has the exit code that shells give it.',
    file: 'src/cli/exit.ts',
    find: '128 + constants.signals[signal]',
    replace: '128 + Math.min(2, constants.signals[signal])',
    tests: exits('a signal SIGTERM stops a study with 143, and what is finished is kept'),
  },
  {
    attack: 0,
    guard: 'Damage in the header of a journal is told from the header of another study.',
    file: 'src/run/journal-line.ts',
    find: 'return check === checkOfHeader(found) ? { header: found, checked: true } : undefined',
    replace: 'return { header: found, checked: true }',
    tests: damage(
      'damage in the header of a journal is told from the header of another study, and the damaged file is kept',
    ),
  },
  {
    attack: 0,
    guard: 'A run is kept only under the id that its request has in this study.',
    file: 'src/run/journal-line.ts',
    find: ' && idOf(run.request) === id\n',
    replace: ' && idOf(run.request) !== ""\n',
    tests: damage(
      'damage in the header of a journal keeps only runs whose id is the one that their request has in this study',
    ),
  },
  {
    attack: 0,
    guard: 'Finished runs behind a damaged header are kept.',
    file: 'src/run/journal-opening.ts',
    find: 'return fitting.length === 0 ?',
    replace: 'return fitting.length >= 0 ?',
    tests: damage('damage anywhere else no header at all loses no more than the lines that are gone'),
  },
  {
    attack: 0,
    guard: 'Line breaks of an editor cost no run.',
    file: 'src/run/journal-scan.ts',
    find: 'line.at(-1) === 13 ? bytes - 1 : bytes',
    replace: 'bytes',
    tests: damage('damage anywhere else line breaks of an editor for Windows loses no more than the lines that are gone'),
  },
  {
    attack: 0,
    guard: 'A folder that was removed while the study runs is noticed.',
    file: 'src/run/journal-rescue.ts',
    find: "if (!there || (!same && (own.nlink === 0 || own.size !== there.size))) return 'gone'",
    replace: "if (!there && same) return 'gone'",
    tests: damage(
      'an output folder that is lost while the study runs is noticed at the next run, made again, and no run is lost',
    ),
  },
  {
    attack: 0,
    guard: 'A process removes no lock but its own.',
    file: 'src/base/lock-file.ts',
    find: ' || found.pid !== process.pid) return\n  try',
    replace: ') return\n  try',
    tests: damage(
      'an output folder that is lost while the study runs leaves the lock of another process alone when it ends',
    ),
  },
  {
    attack: 0,
    guard: 'A kill gives a study no new minutes.',
    file: 'src/run/scheduler.ts',
    find: 'resources.elapsed ?? resources.journal.elapsed',
    replace: 'resources.elapsed ?? 0',
    tests: elapsed(
      'a study with a budget of minutes that is killed and continued ends where the uninterrupted one does, and no kill gives it time',
    ),
  },
  {
    attack: 0,
    guard: 'A crash that time keeps from being tried again stays as it was.',
    file: 'src/run/scheduler.ts',
    find: '    if (kept && !this.budget.inTime(heldBack)) return this.found(kept)\n',
    replace: '',
    tests: elapsed('a study with a budget of minutes leaves a crash as it was where no time is left to try it again'),
  },
  {
    attack: 0,
    guard: 'Time that ended after the trials is not hidden by them.',
    file: 'src/run/budget.ts',
    find: '    this.cutShort = true\n',
    replace: "    this.cutShort = this.exhausted === 'minutes'\n",
    tests: elapsed('a study with a budget of minutes tells time from trials, whichever ended first'),
  },
  {
    attack: 0,
    guard: 'A lock that time cut short says so.',
    file: 'src/report/lock.ts',
    find: "    ...(wasCutShort(budget) ? { cutShort: 'minutes' } : {}),\n",
    replace: "    ...(wasCutShort(budget) && study.name === '' ? { cutShort: 'minutes' } : {}),\n",
    tests: cutShort(
      'a lock of a study that time cut short says so, and the lock of a whole one has the bytes that it always had',
    ),
  },
  {
    attack: 0,
    guard: 'A lock that time cut short is no baseline.',
    file: 'src/gates/baseline.ts',
    find: '...(cutShort === undefined\n',
    replace: "...(cutShort === undefined || engine !== ''\n",
    tests: cutShort('a lock of a study that time cut short is no baseline, and the gate says why'),
  },
  {
    attack: 0,
    guard: 'A verification that time cut short excuses no open gate.',
    file: 'src/gates/judge.ts',
    find: '(analysis.cutShort ? notExcused(gate) : gate)',
    replace: '(analysis.cutShort ? { ...notExcused(gate), ...gate } : gate)',
    tests: cutShort('a verification that time cut short lets no gate through that more seeds could have decided'),
  },
  {
    attack: 0,
    guard: 'A refresh of a lock that time cut short does not make it a whole one.',
    file: 'src/action/renewed.ts',
    find: ', ...(old.cutShort ? { cutShort: old.cutShort } : {}) }',
    replace: ' }',
    tests: [
      {
        file: 'test/action/renewed.test.ts',
        name: 'a lock that time cut short stays one where only its seeds are verified again',
      },
    ],
  },
  {
    attack: 0,
    guard: 'A folder whose report is being replaced counts as unfinished.',
    file: 'src/study/write-report.ts',
    find: "await rename(join(folder, 'report.json'), replaced)",
    replace: 'await rename(replaced, replaced)',
    tests: [
      {
        file: 'test/study/kill-report.int.test.ts',
        name: 'a study that is killed while it writes its report is unfinished',
      },
    ],
  },
  {
    attack: 0,
    guard: 'A worker that the system does not let start is no defect.',
    file: 'src/run/worker-death.ts',
    find: "  if (cause === 'other') return new Error(text)\n",
    replace: "  if (cause === 'other' || text !== '') return new Error(text)\n",
    tests: starts(
      'a worker that the system does not let start killed at once, as when memory runs out: a person is told what to do',
    ),
  },
  {
    attack: 0,
    guard: 'A want of memory is told as one.',
    file: 'src/base/files.ts',
    find: 'if (error instanceof Error && noMemory.test(error.message)) {',
    replace: "if (error instanceof Error && noMemory.test('')) {",
    tests: starts('an error of the system that is a want of memory is told with its words: Array buffer allocation failed'),
  },
  {
    attack: 0,
    guard: 'Only an error of the operating system is taken for one.',
    file: 'src/base/files.ts',
    find: "  if (syscall === undefined && !code.startsWith('ERR_')) return error\n",
    replace: '',
    tests: starts('an error of the system is nothing else: a defect of ours stays one'),
  },
  {
    attack: 0,
    guard: 'No more workers are started than there are cores.',
    file: 'src/run/worker-count.ts',
    find: 'Math.min(wanted, cores, fitting)',
    replace: 'Math.min(wanted, fitting)',
    tests: starts('the number of workers of 256 asked for'),
  },
  {
    attack: 0,
    guard: 'No more workers are started than fit into memory.',
    file: 'src/run/worker-count.ts',
    find: 'Math.max(1, Math.floor(memory / each))',
    replace: 'Math.max(wanted, Math.floor(memory / each))',
    tests: starts('the number of workers of 8 asked for'),
  },
  {
    attack: 0,
    guard: 'Workers for which the data leave no room do not get them.',
    file: 'src/run/worker-supply.ts',
    find: '      if (this.processes.size > most()) throw surplus\n',
    replace: '      if (most() < 0) throw surplus\n',
    tests: starts('the number of workers is cut to what the data leave room for, before a process has them'),
  },
  {
    attack: 0,
    guard: 'A gate that a crash leaves open gives the reason of the crash.',
    file: 'src/gates/finding.ts',
    find: '`which says nothing about its levers.${because(side)}`',
    replace: '`which says nothing about its levers.${because({ ...side, reasons: [] })}`',
    tests: [
      {
        file: 'test/cli/crash-reason.test.ts',
        name: 'a gate that a crash leaves open gives the reason, and what to do about memory',
      },
    ],
  },
]
