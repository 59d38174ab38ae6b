import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { withoutTimes } from '../../src/report/build.ts'
import { parseLock } from '../../src/report/lock.ts'
import { parseReport } from '../../src/report/json.ts'
import type { Report } from '../../src/report/model.ts'
import { root } from '../support/architecture.ts'
import { start, tunegate, withSpec, workFolder } from '../support/cli.ts'

const reportOf = (folder: string, name: string): Report => {
  const path = join(folder, '.tunegate', name, 'report.json')
  return parseReport(readFileSync(path, 'utf8'), path)
}
const lockOf = (folder: string, name: string): string =>
  readFileSync(join(folder, '.tunegate', name, 'tuning.lock.json'), 'utf8')
/** Another Node of the machine than the one that runs the tests, by its major version. */
function otherNode(major: number): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((p) => join(p, 'node'))
    .filter((p) => existsSync(p))
    .find((p) => execFileSync(p, ['--version']).toString().startsWith(`v${major}.`))
}

describe('the five-minute start', () => {
  test('tunes digits as the README says, and ends with the committed lock', async () => {
    const folder = workFolder()
    const { code, out, err } = await tunegate(folder, ['run', 'examples/digits/tuning.yml'])
    expect([code, err.includes('    at ')]).toEqual([0, false])
    expect(out).toMatch(/PASS/)
    const { verification } = reportOf(folder, 'digits')
    const metric = (name: string, split: string) => verification?.metrics.find((m) => m.metric === name && m.split === split)
    // What the example promises: better than the declared levers by more than noise, and 97 % on test data over five
    // seeds.
    expect(verification?.seeds).toHaveLength(5)
    expect(metric('nll', 'validation')?.claim).toBe('better')
    const accuracies = verification?.seeds.map((s) => s.candidate.test?.accuracy ?? 0) ?? []
    expect(accuracies.reduce((a, b) => a + b) / accuracies.length).toBeGreaterThanOrEqual(0.97)
    const committed = readFileSync(join(root, 'examples/digits/tuning.lock.json'), 'utf8')
    expect(parseLock(lockOf(folder, 'digits'), 'made')).toEqual(parseLock(committed, 'committed'))
  })

  test('the wine example ends with its committed lock', async () => {
    const folder = workFolder()
    expect([0, 3]).toContain((await tunegate(folder, ['run', 'examples/wine/tuning.yml'])).code)
    expect(lockOf(folder, 'wine')).toBe(readFileSync(join(root, 'examples/wine/tuning.lock.json'), 'utf8'))
  })
})

describe('a run', () => {
  test('with the same seed gives the same report, times aside; what it wrote can be judged and drawn again', async () => {
    const [a, b] = [withSpec(workFolder()), withSpec(workFolder())]
    const first = await tunegate(a, ['run', 'tuning.yml'])
    await tunegate(b, ['run', 'tuning.yml', '--workers', '1'])
    expect(withoutTimes(reportOf(a, 'small'))).toEqual(withoutTimes(reportOf(b, 'small')))

    // Held against another baseline only when asked to.
    const harsh = await tunegate(a, [
      'run',
      'tuning.yml',
      '--baseline',
      '.tunegate/small/tuning.lock.json',
      '--out',
      'again',
    ])
    expect(harsh.out).toContain('tuning.lock.json')
    const lost = await tunegate(a, ['gate', 'again'])
    expect([lost.code, lost.err]).toEqual([2, expect.stringContaining('--baseline retrain')])
    expect((await tunegate(a, ['gate', 'again', '--baseline', 'retrain'])).out).toContain('the declared levers')

    const gate = await tunegate(a, ['gate', '.tunegate/small', '--json'])
    expect(gate.code).toBe(first.code)
    expect(JSON.parse(gate.out)).toEqual(reportOf(a, 'small').verdict)

    const page = readFileSync(join(a, '.tunegate/small/report.html'), 'utf8')
    expect((await tunegate(a, ['report', '.tunegate/small'])).code).toBe(0)
    expect(readFileSync(join(a, '.tunegate/small/report.html'), 'utf8')).toBe(page)
  })

  test('killed with -9 at five random moments and started again, it ends with the lock of an uninterrupted one', async () => {
    const [whole, killed] = [withSpec(workFolder()), withSpec(workFolder())]
    const begun = performance.now()
    await tunegate(whole, ['run', 'tuning.yml', '--out', 'out'])
    const seconds = (performance.now() - begun) / 1000
    const random = stream(20261123, 'kill')
    let kills = 0
    for (let attempt = 0; attempt < 5; attempt++) {
      const child = start(killed, ['run', 'tuning.yml', '--out', 'out'])
      const ended = once(child, 'exit')
      const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * seconds * (0.1 + 0.5 * random.uniform()))
      const [, signal] = (await ended) as [number | null, string | null]
      clearTimeout(timer)
      if (signal === 'SIGKILL') kills += 1
    }
    expect(kills).toBeGreaterThan(0)
    const { err } = await tunegate(killed, ['run', 'tuning.yml', '--out', 'out'])
    expect(err).toMatch(/continuing after \d+ finished runs/)
    const read = (folder: string): string => readFileSync(join(folder, 'out/tuning.lock.json'), 'utf8')
    expect(read(killed)).toBe(read(whole))
    // No finished run was trained twice: every line of the journal is another run.
    const ids = readFileSync(join(killed, 'out/journal.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, 30))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('on Node 20 ends with the lock of Node 24', async (context) => {
    const node20 = otherNode(20)
    if (!node20) return context.skip('it needs a Node 20 on the PATH')
    const [here, there] = [withSpec(workFolder()), withSpec(workFolder())]
    await tunegate(here, ['run', 'tuning.yml'])
    await tunegate(there, ['run', 'tuning.yml'], node20)
    expect(lockOf(there, 'small')).toBe(lockOf(here, 'small'))
  })

  test('stopped by ctrl-c says how to go on and exits with 130', async () => {
    const folder = withSpec(workFolder())
    const child = start(folder, ['run', 'tuning.yml'])
    let [err, sent] = ['', false]
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      // Once: a second ctrl-c ends it without a word, as people expect.
      if (!sent && /lr-range/.test(err)) sent = child.kill('SIGINT')
    })
    const [code] = (await once(child, 'exit')) as [number]
    expect([code, err]).toEqual([130, expect.stringContaining('continues from them')])
  })

  test.skipIf(process.platform !== 'linux')(
    'whose output folder cannot be written is told why, and what is full or closed is no defect of ours',
    async () => {
      const folder = withSpec(workFolder())
      for (const [out, why] of [
        ['tuning.yml/out', /part of the path is a file|a file with this name already exists/],
        ['/proc/none/out', /no-output-folder/],
      ] as const) {
        const { code, err } = await tunegate(folder, ['run', 'tuning.yml', '--out', out])
        expect([code, err]).toEqual([2, expect.stringMatching(why)])
        expect(err).not.toMatch(/defect|^\s+at /m)
      }
      const piped = execFileSync(
        'bash',
        [
          '-c',
          `"${process.execPath}" dist/cli/index.js report .tunegate/none --format json 2>&1 | head -1; echo "\${PIPESTATUS[0]}"`,
        ],
        { cwd: folder },
      )
      expect(piped.toString()).toMatch(/2\n$/)
      const json = execFileSync(
        'bash',
        [
          '-c',
          `"${process.execPath}" dist/cli/index.js run tuning.yml --json --stages lr-range 2>err.txt | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`,
        ],
        { cwd: folder },
      )
      expect([json.toString().trim(), readFileSync(join(folder, 'err.txt'), 'utf8').includes('EPIPE')]).toEqual(['3', false])
    },
  )

  test('with --json prints the report and nothing else', async () => {
    const folder = withSpec(workFolder())
    const { out } = await tunegate(folder, ['run', 'tuning.yml', '--json', '--stages', 'lr-range'])
    const report = parseReport(out, 'stdout')
    expect(report.verdict.status).toBe('inconclusive')
    expect(report.stages.map((s) => s.state)).toEqual(['ran', 'skipped', 'skipped', 'skipped', 'skipped'])
  })
})
