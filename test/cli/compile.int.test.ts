import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tunegate, workFolder } from '../support/cli.ts'

let folder: string
beforeEach(() => {
  folder = workFolder()
})
const target = ['compile', 'examples/digits/tuning.yml', '--target', 'workflow']
const output = '.github/workflows/tune.yml'
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly needs?: readonly string[]; readonly if?: string }>>
}

describe('compile', () => {
  test('prints a workflow with a matrix and a job for each stage, and a gate that always runs', async () => {
    const { code, out } = await tunegate(folder, target)
    expect(code).toBe(0)
    const { jobs } = parse(out) as Workflow
    const stages = ['lr-range', 'batch', 'regularize', 'schedule', 'verify']
    expect(Object.keys(jobs)).toEqual(['plan', ...stages.flatMap((s) => [`${s}-runs`, s]), 'gate'])
    expect(jobs['gate']).toMatchObject({ if: 'always()', needs: ['plan', ...stages] })
    expect(jobs['batch']?.needs).toEqual(['plan', 'lr-range', 'batch-runs'])
    expect(out).toContain('uses: tunegate/tunegate@0000000000000000000000000000000000000000')
  })

  test('writes a file, keeps the commit that a person wrote into it, and tells with --check whether it is current', async () => {
    const written = await tunegate(folder, [...target, '--output', output])
    expect([written.code, written.out]).toEqual([0, expect.stringContaining('Write the commit of a release')])
    const path = join(folder, output)
    const pinned = readFileSync(path, 'utf8').replaceAll('0'.repeat(40), `${'a'.repeat(40)} # v1.2.3`)
    writeFileSync(path, pinned)
    expect(await tunegate(folder, [...target, '--output', output, '--check'])).toEqual({
      code: 0,
      out: `${output} is up to date\n`,
      err: '',
    })
    await tunegate(folder, [...target, '--output', output])
    expect(readFileSync(path, 'utf8')).toBe(pinned)
    writeFileSync(path, pinned.replace('timeout-minutes: 15', 'timeout-minutes: 99'))
    const stale = await tunegate(folder, [...target, '--output', output, '--check'])
    expect([stale.code, stale.out]).toEqual([1, ''])
    expect(stale.err).toMatch(/out of date: line \d+ is ".*99" and would be ".*15"/)
    expect(readFileSync(path, 'utf8')).toContain('timeout-minutes: 99')
  })

  test('a changed stage makes the file out of date, a changed lever does not', async () => {
    await tunegate(folder, [...target, '--output', output])
    const spec = join(folder, 'examples/digits/tuning.yml')
    const text = readFileSync(spec, 'utf8')
    writeFileSync(spec, text.replace('learningRate: 0.001', 'learningRate: 0.002'))
    expect((await tunegate(folder, [...target, '--output', output, '--check'])).code).toBe(0)
    writeFileSync(spec, text.replace(/^ {2}- batch: .*\n/m, ''))
    expect((await tunegate(folder, [...target, '--output', output, '--check'])).code).toBe(1)
  })

  test.each([
    ['no target', ['compile', 'examples/digits/tuning.yml'], /--target/],
    ['another target', ['compile', 'examples/digits/tuning.yml', '--target', 'nowhere'], /workflow/],
    ['no file to check', [...target, '--check'], /nothing to check/],
    ['no job', [...target, '--shards', '0'], /from 1 to 256/],
    ['more jobs than a matrix has', [...target, '--shards', '257'], /from 1 to 256/],
    ['an engine that there is not', [...target, '--engine', 'cuda'], /auto, cpu, tensorflow, wasm/],
    ['no label of a runner', [...target, '--runs-on', 'a b'], /labels of a runner/],
    ['an image without its digest', [...target, '--container', 'python:3.13'], /because a tag can move/],
    ['a set-up of two lines', [...target, '--set-up', 'a\nb'], /on one line/],
    ['a spec that is not there', ['compile', 'nowhere.yml', '--target', 'workflow'], /cannot read the spec/],
  ])('%s is an input error', async (_, args, message) => {
    const { code, err } = await tunegate(folder, args)
    expect([code, err]).toEqual([2, expect.stringMatching(message)])
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('a check of a file that is not there says so', async () => {
    const { code, err } = await tunegate(folder, [...target, '--check', '--output', output])
    expect([code, err]).toEqual([1, expect.stringContaining('the file does not exist')])
    expect(existsSync(join(folder, output))).toBe(false)
  })

  test('attack 5: a path that a workflow would take for an expression is refused', async () => {
    const name = '${{ github.token }}'
    mkdirSync(join(folder, name))
    for (const file of ['tuning.yml', 'digits.csv.gz'])
      writeFileSync(join(folder, name, file), readFileSync(join(folder, 'examples/digits', file)))
    const { code, err } = await tunegate(folder, ['compile', `${name}/tuning.yml`, '--target', 'workflow'])
    expect([code, err]).toEqual([2, expect.stringContaining('would become an expression')])
  })
})
