import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/architecture.ts'
import { smallSpec, tunegate, withSpec, workFolder } from '../support/cli.ts'

let folder: string
beforeAll(() => {
  folder = workFolder()
})
const noStackTrace = (text: string): void => expect(text).not.toMatch(/^\s+at .*\(?.*:\d+:\d+\)?$/m)

describe('validate', () => {
  test('a good spec is told what it is', async () => {
    const { code, out } = await tunegate(folder, ['validate', 'examples/digits/tuning.yml'])
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^examples\/digits\/tuning\.yml: valid \(5 stages, .*1078 \+ 360 \+ 359 rows/),
    ])
  })
  test('everything that is wrong is said at once, at its line, with what would be right; exit code 2', async () => {
    const broken = smallSpec
      .replace('learningRate: 0.001', 'learningrate: 0.001')
      .replace('- flatten', '- flaten')
      .replace('maxStd: 0.5', 'maxStd: -1')
    const { code, out, err } = await tunegate(withSpec(folder, broken), ['validate', 'tuning.yml'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^tuning\.yml:13:7: error\[.*\n.*flaten/m)
    expect(err).toMatch(/did you mean "flatten"/)
    expect(err).toMatch(/tuning\.yml:17:\d+: error/)
    expect(err).toMatch(/did you mean "learningRate"/)
    expect(err).toMatch(/tuning\.yml:26:\d+: error/)
    expect(err).toMatch(/3 problems/)
    noStackTrace(err)
  })
  test.each([
    ['a spec that is not there', ['validate', 'nowhere.yml'], /cannot read the spec nowhere\.yml/],
    ['a folder', ['validate', 'examples'], /not a file/],
    ['an unknown command', ['tune', 'tuning.yml'], /unknown command/],
    ['an unknown option', ['run', 'tuning.yml', '--sedes', '3'], /--seeds/],
    ['a stage that does not exist', ['plan', 'tuning.yml', '--stages', 'lr_range'], /did you mean lr-range/],
    ['too few seeds', ['run', 'tuning.yml', '--seeds', '1'], /from 2 to 100/],
    ['a report that is not there', ['gate', 'nowhere'], /report cannot be read/],
    [
      'a lock that is not there',
      ['run', 'examples/wine/tuning.yml', '--baseline', 'nowhere.json'],
      /baseline lock cannot be read/,
    ],
  ])('%s is an input error, not a crash', async (_, args, message) => {
    const { code, err } = await tunegate(folder, args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    noStackTrace(err)
  })
  test.each([
    [['run', 'tuning.yml', '--workers', '0'], 'run'],
    [['report', 'export', 'out', '--frobnicate'], 'report export'],
  ])('%j prints its error and where to look, not the whole help', async (args, name) => {
    const { code, err } = await tunegate(folder, args)
    expect([code, err.trimEnd().split('\n').at(-1)]).toEqual([
      2,
      `(node dist/cli/index.js ${name} --help lists the options)`,
    ])
    expect(err).not.toContain('Usage:')
  })
  test('a data file outside of the workspace is refused', async () => {
    writeFileSync(join(folder, '..', 'secret.csv'), 'a,b\n1,2\n')
    const { code, err } = await tunegate(
      withSpec(folder, smallSpec.replace('examples/digits/digits.csv.gz', '../secret.csv')),
      ['validate', 'tuning.yml'],
    )
    expect([code, err]).toEqual([2, expect.stringMatching(/tuning\.yml:5:\d+: error\[data\/outside-workspace\]/)])
  })
})

describe('plan', () => {
  test('as a table, as JSON and as Mermaid, and the table says what it takes', async () => {
    const [table, json, mermaid] = await Promise.all(
      ['table', 'json', 'mermaid'].map((format) =>
        tunegate(folder, ['plan', 'examples/digits/tuning.yml', '--format', format]),
      ),
    )
    expect(table?.out).toMatch(/lr-range.*\n[\s\S]*verify[\s\S]*total/)
    const estimate = /^up to about \d.* on wasm .* with \d+ workers?, .*; \d+ MiB of memory a worker, \d+ MiB of disk$/m
    expect(table?.out).toMatch(estimate)
    for (const other of [json, mermaid]) expect(other?.out).not.toContain('up to about')
    const plan = JSON.parse(json?.out ?? '') as { jobs: { id: string; needs: string[] }[] }
    expect(plan.jobs.map((j) => [j.id, j.needs])).toEqual([
      ['lr-range', []],
      ['batch', ['lr-range']],
      ['regularize', ['batch']],
      ['schedule', ['regularize']],
      ['verify', ['schedule']],
    ])
    expect(mermaid?.out).toMatch(/^(flowchart|graph) /)
    expect(existsSync(join(folder, '.tunegate'))).toBe(false)
  })
  test("stages and seeds of the command line replace the spec's", async () => {
    const { out } = await tunegate(folder, [
      'plan',
      'examples/digits/tuning.yml',
      '--format',
      'json',
      '--stages',
      'lr-range,verify',
      '--seeds',
      '7',
    ])
    const plan = JSON.parse(out) as { jobs: { id: string; settings: { seeds: number } }[] }
    expect(plan.jobs.map((j) => [j.id, j.settings.seeds])).toEqual([
      ['lr-range', 3],
      ['verify', 7],
    ])
  })
})

describe('init', () => {
  test.each([
    ['examples/wine/wine.csv', 'classification'],
    ['examples/digits/digits.csv.gz', 'classification'],
  ])('writes a spec for %s that is valid at once, and does not overwrite it unasked', async (data, task) => {
    const output = `${data.split('/')[1]}.yml`
    const { code, out } = await tunegate(folder, ['init', data, '--output', output, '--no-pilot'])
    expect([code, out]).toEqual([0, expect.stringContaining(task)])
    expect((await tunegate(folder, ['validate', output])).code).toBe(0)
    const again = await tunegate(folder, ['init', data, '--output', output])
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('--force')])
    expect(readFileSync(join(folder, output), 'utf8')).toContain('version: 1')
  })
  test('names the column that is near the one asked for', async () => {
    const { code, err } = await tunegate(folder, [
      'init',
      'examples/wine/wine.csv',
      '--target',
      'alcohl',
      '--output',
      'x.yml',
    ])
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean alcohol')])
  })
})

test('help and version say what there is', async () => {
  const help = await tunegate(folder, ['--help'])
  expect(help.code).toBe(0)
  for (const command of ['init', 'validate', 'plan', 'run', 'gate', 'report', 'Exit codes'])
    expect(help.out).toContain(command)
  const version = await tunegate(folder, ['--version'])
  expect([version.code, version.out.trim()]).toEqual([
    0,
    (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  ])
})
