import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/architecture.ts'

/** Everything is in folders with a blank in their names. Nothing is fetched: the package has no dependencies. */
const top = realpathSync(mkdtempSync(join(tmpdir(), 'first hour ')))
const clone = join(top, 'a clone')
const study = join(top, 'a study')
const env = {
  PATH: process.env['PATH'],
  HOME: top,
  npm_config_cache: join(top, 'cache'),
  npm_config_prefix: join(top, 'global'),
  npm_config_update_notifier: 'false',
  TUNEGATE_ENGINE_DIR: join(top, 'no engine'),
}
const shell = (line: string, more: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: study,
    encoding: 'utf8',
    env: { ...env, ...more },
  })
  return { status, stdout, stderr }
}
let file = ''

beforeAll(() => {
  for (const folder of [clone, study]) mkdirSync(folder)
  for (const path of [
    'package.json',
    '.npmrc',
    'dist',
    'schema',
    'action.yml',
    'examples',
    'scripts',
    'README.md',
    'LICENSE',
  ])
    cpSync(join(root, path), join(clone, path), { recursive: true })
  cpSync(join(root, 'examples/wine/wine.csv'), join(study, 'wine.csv'))
  file = execFileSync(process.execPath, ['scripts/pack.ts'], { cwd: clone, encoding: 'utf8' }).trim()
})

/** The commands that a text names, as a person would copy them. */
const named = (text: string, word: string): string[] =>
  text.split('\n').flatMap((line) => (line.trim().startsWith(word) ? [line.trim()] : []))

describe('the package', () => {
  it('has what runs, and no dependency to fetch', () => {
    const listed = execFileSync('tar', ['-tzf', join(clone, file)], { encoding: 'utf8' })
    const programs = ['dist/cli/index.js', 'dist/worker/index.js', 'dist/kernels/addon.cc']
    for (const path of [...programs, 'schema/tuning.schema.json', 'LICENSE', 'README.md'])
      expect(listed).toContain(`package/${path}\n`)
    const manifest = execFileSync('tar', ['-xzOf', join(clone, file), 'package/package.json'], { encoding: 'utf8' })
    expect(Object.keys(JSON.parse(manifest) as object).filter((key) => /dependencies|scripts/i.test(key))).toEqual([])
  })

  it('runs with npx, and what it prints runs as printed', () => {
    const start = `npx --offline --yes '../a clone/${file}'`
    const first = shell(`${start} init wine.csv --no-pilot --yes`)
    expect([first.status, first.stderr]).toEqual([0, ''])
    const next = named(first.stdout, 'npx ')
    expect(next.length).toBeGreaterThan(1)
    const [plan = ''] = next.filter((line) => / plan( |$)/.test(line))
    expect(shell(plan.replace('npx ', 'npx --offline --yes ')).stdout).toContain('verify')
  })

  it('is a command after npm link in a clone', () => {
    expect(execFileSync('npm', ['link'], { cwd: clone, encoding: 'utf8', env })).toContain('added 1 package')
    const path = { PATH: `${join(top, 'global/bin')}:${env.PATH}` }
    const { status, stderr } = shell('tunegate run nowhere.yml', path)
    expect([status, stderr]).toEqual([2, expect.stringContaining(': tunegate init data.csv')])
    expect(shell('tunegate doctor', path).stdout).toMatch(/^ok +workers .*a clone/m)
  })
})
