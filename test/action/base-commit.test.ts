import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WithoutLock } from '../../src/action/base-choice.ts'
import { judgedBy, verification } from '../../src/action/base-commit.ts'
import type { Commits } from '../../src/action/commit-files.ts'
import { repositoryOf } from '../../src/action/repository.ts'
import { InputError } from '../../src/base/diagnostics.ts'
import type { Lock } from '../../src/records/lock.ts'
import { lockText } from '../../src/report/lock.ts'
import { namedBaseline, type Baseline } from '../../src/study/baseline.ts'
import { readSpec } from '../../src/study/read-spec.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { someLevers } from '../support/levers.ts'

const spec = (gate: string, units = 4): string => `version: 1
name: net
task: classification
data: { source: rows.csv, target: y }
model: { layers: [{ dense: { units: ${units} } }, { dense: { units: classes } }] }
stages: [verify: { seeds: 3 }]
gates: [${gate}]
`
const regression = 'regression: { metric: accuracy, margin: 0.1 }'
const threshold = 'threshold: { metric: accuracy, min: 0.5 }'
const lock = (name: string): string =>
  lockText({
    version: 1,
    name,
    tool: 'tunegate 0',
    engine: 'wasm',
    fingerprints: { spec: 'a'.repeat(64), plan: 'b'.repeat(64), data: 'c'.repeat(64) },
    levers: someLevers,
    lineage: [],
    seeds: [],
  } satisfies Lock)

let folder: string
let base: string
const home = process.cwd()
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim()
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const commit = (): string => {
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message=x')
  return git('rev-parse', 'HEAD')
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'base-commit-'))
  process.chdir(folder)
  git('init', '--quiet', '--initial-branch=main')
  put('tuning.yml', spec(regression))
  put('tuning.lock.json', lock('base'))
  base = commit()
  put('tuning.yml', spec(regression.replace('0.1', '0.9'), 8))
  put('tuning.lock.json', lock('change'))
  put('mine.lock.json', lock('mine'))
  commit()
})
afterEach(() => process.chdir(home))

const commits = (spec = 'tuning.yml'): Commits => ({
  token: '',
  checkout: repositoryOf(folder, join(folder, spec)),
  runner: { workspace: folder, repository: 'o/n', apiUrl: 'http://127.0.0.1:1' } as unknown as Commits['runner'],
})
const against = async (over: Partial<StudyOptions> = {}, of: string | null = base, without: WithoutLock = 'proposal') => {
  const options = { specPath: 'tuning.yml', workspace: folder, ...over } as unknown as StudyOptions
  const judged: Partial<Awaited<ReturnType<typeof judgedBy>>> =
    of === null ? {} : await judgedBy(of, without, options, commits())
  return { ...(await verification(options)), ...judged }
}
const refusal = async (over: Partial<StudyOptions>, of = base): Promise<string> => {
  const error: unknown = await against(over, of).then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof InputError)) throw new Error(`not refused: ${String(error)}`)
  return error.diagnostics.map((d) => `${d.code} ${d.message} ${d.found} ${d.hint}`).join()
}
const retrained = (path: string): Baseline => ({ kind: 'spec', spec: { path } })

describe('attack 8: what a pull request is verified against', () => {
  it('is the gates and the lock of its base commit, whether the lock is named or not', async () => {
    for (const name of [undefined, 'lock']) {
      const found = await against({ baseline: namedBaseline(name) })
      expect(found.rules?.gates).toEqual([expect.objectContaining({ gate: 'regression', margin: 0.1 })])
      const commit = { sha: base, path: 'tuning.lock.json' }
      expect(found.baseline).toMatchObject({ kind: 'commit', lock: { name: 'base' }, commit })
      expect(found.tuned?.levers).toEqual(someLevers)
    }
  })

  it('is with retrain what the base commit has: its spec with the levers of its lock', async () => {
    const { baseline } = await against({ baseline: { kind: 'declared' } })
    expect(baseline).toMatchObject({
      kind: 'spec',
      spec: { path: 'tuning.yml of the base commit', text: spec(regression), tuned: { name: 'base' } },
      commit: { sha: base, path: 'tuning.yml' },
    })
  })

  it('takes a base spec from the base commit, and says where that has none', async () => {
    const found = await against({ baseline: retrained('tuning.yml') })
    expect(found.baseline).toMatchObject({ spec: { text: spec(regression) } })
    expect(await refusal({ baseline: retrained('other.yml') })).toMatch(
      /verify\/no-baseline .*no spec to retrain no other\.yml at [0-9a-f]{40}/,
    )
  })

  it('never takes a lock that the change itself commits, and takes one that a step brought', async () => {
    expect(await refusal({ baseline: namedBaseline('./mine.lock.json') })).toMatch(
      /no mine\.lock\.json|no \.\/mine\.lock\.json/,
    )
    mkdirSync(join(folder, 'artifact'))
    put('artifact/tuning.lock.json', lock('downloaded'))
    const found = await against({ baseline: namedBaseline('./artifact') })
    expect(found).toMatchObject({ baseline: namedBaseline('./artifact') })
  })

  it('needs no lock where no gate compares, and says what to do where one does', async () => {
    git('rm', '--quiet', 'tuning.lock.json')
    const without = commit()
    expect(await refusal({ baseline: namedBaseline('lock') }, without)).toContain('baseline: retrain')
    expect((await against({}, without)).baseline).toMatchObject({ kind: 'spec', commit: { path: 'tuning.yml' } })
    put('tuning.yml', spec(threshold))
    expect(await against({}, commit())).toMatchObject({ rules: { gates: [{ gate: 'threshold' }] } })
  })

  it('is what the base commit has, retrained, where a whole study finds no lock there, and never the lock of the change', async () => {
    git('rm', '--quiet', 'tuning.lock.json')
    const without = commit()
    put('tuning.lock.json', lock('change'))
    const { baseline } = await against({}, without, 'study')
    expect(baseline).toMatchObject({ kind: 'spec', spec: { text: expect.stringContaining('regression') } })
  })

  it('is never what the change declares', async () => {
    git('rm', '--quiet', 'tuning.lock.json')
    const without = commit()
    for (const baseline of [namedBaseline(undefined), namedBaseline('retrain'), retrained('tuning.yml')]) {
      await expect(against({ baseline }, without, 'jobs')).rejects.toThrow('verify/no-baseline')
    }
    put('tuning.yml', spec(threshold))
    const free = commit()
    expect((await against({}, free, 'jobs')).baseline).toEqual({ kind: 'declared' })
  })

  it('takes no lock that the change commits behind a link', async () => {
    mkdirSync(join(folder, 'mine'))
    put('mine/tuning.lock.json', lock('mine'))
    symlinkSync('mine', join(folder, 'artifact'))
    commit()
    expect(await refusal({ baseline: namedBaseline('./artifact') })).toContain('no lock to compare with')
  })

  it('attack 11: takes no lock of a submodule or of another checkout, and takes one beside the checkout', async () => {
    const outer = mkdtempSync(join(tmpdir(), 'outer-'))
    git('clone', '--quiet', folder, 'clone')
    git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', folder, 'module')
    commit()
    for (const name of ['clone', 'module'])
      expect(await refusal({ baseline: namedBaseline(`./${name}`) })).toContain('no lock to compare with')
    rmSync(join(folder, 'clone'), { recursive: true })
    for (const name of ['sources', 'other']) git('clone', '--quiet', folder, join(outer, name))
    mkdirSync(join(outer, 'artifact'))
    writeFileSync(join(outer, 'artifact/tuning.lock.json'), lock('downloaded'))
    folder = outer
    process.chdir(outer)
    const options = {
      specPath: 'sources/tuning.yml',
      baseline: namedBaseline('./artifact'),
      workspace: outer,
    } as unknown as StudyOptions
    const found = await judgedBy(base, 'proposal', options, commits('sources/tuning.yml'))
    expect(found).toMatchObject({ baseline: namedBaseline('./artifact') })
    const other = judgedBy(
      base,
      'proposal',
      { ...options, baseline: namedBaseline('./other') },
      commits('sources/tuning.yml'),
    )
    await expect(other).rejects.toThrow('no lock to compare with')
  })

  it('attack 10: has the budget of the base, beside the limits of whoever asked', async () => {
    put('tuning.yml', `${spec(regression)}budget: { trials: 40, minutes: 9 }\n`)
    const of = commit()
    const budgetOf = async (over: Partial<StudyOptions>) => {
      const options = { specPath: 'tuning.yml', workspace: folder, ...over }
      return (await readSpec({ ...options, ...(await against(over, of)) })).spec.budget
    }
    for (const own of ['', 'budget: { trials: 400, minutes: 90 }\n', 'budget: { trials: 1, minutes: 0.001 }\n']) {
      put('tuning.yml', `${spec(regression)}${own}`)
      expect(await budgetOf({})).toEqual({ trials: 40, minutes: 9 })
      expect(await budgetOf({ trials: 7, minutes: 20 })).toEqual({ trials: 7, minutes: 9 })
    }
  })

  it('is nothing where the spec of the base is not valid, or is a link', async () => {
    put('tuning.yml', 'version: 9\n')
    expect(await refusal({}, commit())).toMatch(/verify\/base-spec .*not valid.*tuning\.yml:1/)
    rmSync(join(folder, 'tuning.yml'))
    symlinkSync('tuning.lock.json', join(folder, 'tuning.yml'))
    expect(await refusal({}, commit())).toContain('cannot be read')
  })

  it('is nothing but the change where the base has no spec, or there is no base', async () => {
    git('rm', '--quiet', 'tuning.yml')
    const empty = commit()
    put('tuning.yml', spec(regression))
    for (const of of [empty, null]) expect((await against({}, of)).rules).toBeUndefined()
  })
})
