import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { node24 } from '../support/runner.ts'
import { tunegate, workFolder, type Ended } from '../support/cli.ts'

let folder = ''
const long = 'n'.repeat(300)
beforeAll(() => {
  folder = workFolder()
  mkdirSync(join(folder, 'is-folder/journal.jsonl'), { recursive: true })
  mkdirSync(join(folder, 'lock-is-folder/journal.jsonl.lock'), { recursive: true })
  mkdirSync(join(folder, 'report-is-folder/report.html'), { recursive: true })
  symlinkSync('circle', join(folder, 'circle'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  symlinkSync('/dev/zero', join(folder, 'zeros'))
  for (const [out, name] of [
    ['out-journal', 'journal.jsonl'],
    ['out-lock', 'journal.jsonl.lock'],
    ['out-report', 'report.json'],
  ] as const) {
    mkdirSync(join(folder, out))
    execFileSync('mkfifo', [join(folder, out, name)])
  }
})

const quick = ['run', 'examples/wine/tuning.yml', '--stages', 'verify', '--seeds', '2']
const run = (...more: string[]): Promise<Ended> => tunegate(folder, [...quick, ...more], node24)

describe.skipIf(process.platform !== 'linux')(
  'what the system refuses is told as a problem of files, and not as a defect of ours:',
  () => {
    test.each([
      ['an output folder with a name that is too long', () => run('--out', long), /a name is too long \(ENAMETOOLONG/],
      ['an output folder behind links in a circle', () => run('--out', 'circle/out'), /links form a loop \(ELOOP/],
      ['a journal that is a folder', () => run('--out', 'is-folder'), /it is a folder \(EISDIR/],
      ['a lock that is a folder', () => run('--out', 'lock-is-folder'), /journal\/in-use|journal\/unwritable/],
      [
        'a page that is a folder',
        () => run('--out', 'report-is-folder'),
        /report\/unwritable.*\n.*(EISDIR|ENOTEMPTY|EEXIST)/,
      ],
      ['a spec with a name that is too long', () => tunegate(folder, ['plan', `${long}.yml`], node24), /ENAMETOOLONG/],
      ['a spec that is a folder', () => tunegate(folder, ['plan', 'examples'], node24), /not a file/],
      ['a baseline that is a folder without a lock', () => run('--baseline', 'examples'), /lock\/unreadable/],
      ['a report in a circle of links', () => tunegate(folder, ['report', 'circle'], node24), /ELOOP/],
      [
        'a new spec with a name that is too long',
        () => tunegate(folder, ['init', 'examples/digits/digits.csv.gz', '-o', `${long}.yml`], node24),
        /ENAMETOOLONG/,
      ],
      [
        'an engine folder with a name that is too long',
        () => tunegate(folder, ['engine', 'status', '--dir', long], node24),
        /^$|ENAMETOOLONG/,
      ],
    ] as const)('%s', async (_, command, expected) => {
      const { code, err, out } = await command()
      expect([code, err + out], err).toEqual([
        expect.toSatisfy((c) => c === 2 || c === 0),
        expect.not.stringMatching(/defect|^\s+at /m),
      ])
      expect(err).toMatch(expected)
    })

    const compile = (...more: string[]): Promise<Ended> =>
      tunegate(folder, ['compile', 'examples/wine/tuning.yml', '--target', 'workflow', ...more], node24)
    const device = 'it is a pipe, a socket or a device'
    test.each([
      ['a log', 'pipe', () => tunegate(folder, ['diagnose', 'pipe'], node24)],
      ['a log', 'device', () => tunegate(folder, ['diagnose', 'zeros'], node24)],
      ['a study', 'pipe', () => tunegate(folder, ['diagnose', 'out-journal'], node24)],
      ['a report', 'pipe', () => tunegate(folder, ['gate', 'out-report/report.json'], node24)],
      ['a baseline', 'pipe', () => run('--baseline', 'pipe')],
      ['a baseline', 'device', () => run('--baseline', 'zeros')],
      ['a journal', 'pipe', () => run('--out', 'out-journal')],
      ['a workflow', 'pipe', () => compile('-o', 'pipe')],
      ['a workflow to check', 'pipe', () => compile('-o', 'pipe', '--check')],
      ['a workflow to check', 'device', () => compile('-o', 'zeros', '--check')],
      [
        'a new spec',
        'pipe',
        () => tunegate(folder, ['init', 'examples/digits/digits.csv.gz', '--force', '-o', 'pipe'], node24),
      ],
      [
        'a new spec',
        'device',
        () => tunegate(folder, ['init', 'examples/digits/digits.csv.gz', '--force', '-o', 'zeros'], node24),
      ],
    ] as const)('%s in whose place is a %s is refused and not waited for', async (_, __, command) => {
      const { code, err } = await command()
      expect([code, err]).toEqual([2, expect.stringContaining(device)])
    })

    test('a log that a shell hands over by a pipe is read', () => {
      const log = 'step,loss\\n1,2\\n2,1.5\\n3,1.2\\n'
      const line = `"${node24}" dist/cli/index.js diagnose <(sleep 1; printf "${log}") && printf "${log}" | "${node24}" dist/cli/index.js diagnose /dev/stdin`
      expect(execFileSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' })).toMatch(/\(1 run\)[^]*\(1 run\)/)
    })

    test('a pipe in place of a lock is one that nobody holds', async () => {
      expect([0, 1, 3]).toContain((await run('--out', 'out-lock')).code)
    })

    test('a temporary file is not left behind where a name is too long for it alone', async () => {
      const name = `${'m'.repeat(250)}.yml`
      const { code, err } = await tunegate(
        folder,
        ['compile', 'examples/wine/tuning.yml', '--target', 'workflow', '-o', name],
        node24,
      )
      expect([code, err]).toEqual([2, expect.stringContaining('ENAMETOOLONG')])
      expect(readdirSync(folder).filter((n) => n.endsWith('.tmp'))).toEqual([])
    })

    test('more workers than the machine has room for are not started, and it is said', async () => {
      const { code, err } = await run('--workers', '256', '--out', 'many')
      expect([0, 1, 3]).toContain(code)
      expect(err).toMatch(/note: \d+ of 256 workers are started, because .*; the results are the same/)
      expect(Number(/with (\d+) workers?/.exec(err)?.[1])).toBeLessThanOrEqual(64)
    })

    test('an output folder that is removed while the study runs ends it, with the runs safe', async () => {
      const out = join(folder, 'vanishing')
      writeFileSync(
        join(folder, 'vanish.mjs'),
        `
      import fs from 'node:fs/promises'
      import { rmSync } from 'node:fs'
      const handle = await fs.open('examples/wine/tuning.yml')
      const proto = Object.getPrototypeOf(handle)
      const { datasync } = proto
      let writes = 0
      proto.datasync = async function () {
        await datasync.call(this)
        if (++writes === 1) rmSync('vanishing', { recursive: true })
      }
    `,
      )
      const args = [
        '--import',
        './vanish.mjs',
        'dist/cli/index.js',
        ...quick,
        '--seeds',
        '3',
        '--engine',
        'wasm',
        '--out',
        'vanishing',
      ]
      const first = await new Promise<{ code: unknown; err: string }>((resolve) => {
        import('node:child_process').then(
          ({ execFile }) => {
            execFile(node24, args, { cwd: folder }, (error, _, err) => resolve({ code: error?.code, err }))
          },
          () => {},
        )
      })
      expect([first.code, first.err]).toEqual([
        2,
        expect.stringMatching(/the output folder was removed or replaced.*\n.*\n.*made again.*finished runs/),
      ])
      const again = await run('--seeds', '3', '--out', 'vanishing')
      expect(again.err).toMatch(/continuing after [2-9] finished runs/)
      rmSync(out, { recursive: true })
    })

    test.skipIf(process.getuid?.() !== 0)(
      'and one that becomes read-only, for a user who is not root (root may always write)',
      async () => {
        execFileSync('chmod', ['-R', 'a+rX', join(folder, '..')])
        const out = join(folder, 'readonly')
        mkdirSync(out)
        execFileSync('chown', ['nobody', out])
        const shut = `import fs from 'node:fs/promises'
      import { chmodSync } from 'node:fs'
      const handle = await fs.open('examples/wine/tuning.yml')
      const proto = Object.getPrototypeOf(handle)
      const { datasync } = proto
      proto.datasync = async function () { await datasync.call(this); chmodSync('readonly', 0o555) }`
        writeFileSync(join(folder, 'shut.mjs'), shut)
        chmodSync(join(folder, 'shut.mjs'), 0o644)
        const { spawnSync } = await import('node:child_process')
        const { status, stderr } = spawnSync(
          node24,
          ['--import', './shut.mjs', 'dist/cli/index.js', ...quick, '--engine', 'wasm', '--out', 'readonly'],
          { cwd: folder, uid: 65534, gid: 65534, encoding: 'utf8', env: { ...process.env, HOME: '/tmp' } },
        )
        expect([status, stderr]).toEqual([2, expect.stringMatching(/journal\/unwritable.*\n.*permission denied \(EACCES/)])
      },
    )
  },
)
