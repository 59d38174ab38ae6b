import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root, sources } from './support/architecture.ts'
import { manifest } from './support/runner.ts'
import { needs } from './support/tools.ts'

/** Our own, and the ones that the README shows. */
const workflows = [...sources('.github/workflows', '.yml'), ...sources('examples/workflows', '.yml')]

/** Output and exit status of a linter, run in a folder. */
function lint(program: string, args: readonly string[], cwd = root): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

/** A checkout that holds one workflow, for the linters to find something in. */
function flawed(workflow: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flawed-'))
  mkdirSync(join(folder, '.github', 'workflows'), { recursive: true })
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, '.github', 'workflows', 'ci.yml'), workflow)
  return folder
}

const injection = `on: issues
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.event.issue.title }}"
`

describe('our workflows', () => {
  it('pass actionlint, which finds what is wrong with another', (context) => {
    const actionlint = needs(context, 'actionlint')
    expect(lint(actionlint, ['-color=false', ...workflows.map((w) => w.path)])).toEqual({ status: 0, said: '' })
    expect(lint(actionlint, ['-color=false'], flawed(injection))).toMatchObject({ status: 1, said: expect.stringContaining('untrusted') })
  })

  it('pass zizmor, which finds what is wrong with another', (context) => {
    const zizmor = needs(context, 'zizmor')
    const options = ['--offline', '--no-progress', '--color=never', '--persona=pedantic']
    const clean = lint(zizmor, [...options, '.github', 'action.yml', ...sources('examples/workflows', '.yml').map((w) => w.path)])
    expect(clean.said).toContain('No findings to report')
    expect(clean.status).toBe(0)
    const found = lint(zizmor, [...options, '.'], flawed(injection))
    expect(found.said).toContain('template-injection')
    expect(found.status).not.toBe(0)
  })

  it('name actions of others by the hash of a commit', () => {
    const used = workflows.flatMap(({ text }) => [...text.matchAll(/^[\s-]*uses: (\S+)/gm)].map((m) => m[1] ?? ''))
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((u) => u !== './' && !/@[0-9a-f]{40}$/.test(u))).toEqual([])
  })

  it('give a job what it needs and no more', () => {
    for (const { text } of workflows) {
      const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, { permissions: unknown }> }
      expect(permissions).toEqual({})
      for (const job of Object.values(jobs)) expect(job.permissions).toEqual({ contents: 'read' })
    }
  })
})

describe('action.yml', () => {
  it('runs on the Node that runners have, from the committed bundle', () => {
    expect(manifest().runs).toEqual({ using: 'node24', main: 'dist/action/index.js' })
  })

  it('describes every input and output, and gives every input a default', () => {
    const { inputs, outputs } = manifest()
    for (const one of [...Object.values(inputs), ...Object.values(outputs)]) expect(one.description.length).toBeGreaterThan(20)
    expect(Object.values(inputs).filter((i) => i.default === undefined || i.required)).toEqual([])
    expect(Object.keys(outputs)).toEqual(['verdict', 'levers', 'lock', 'report-url', 'report-dir'])
  })

  it('has every text that the platform shows within its limits', () => {
    const { description } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { description: string }
    expect(description.length).toBeLessThanOrEqual(125)
  })
})
