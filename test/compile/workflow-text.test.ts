import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { InputError } from '../../src/base/diagnostics.ts'
import { shellCommand } from '../../src/base/shell.ts'
import { commentWorkflow } from '../../src/cli/workflows/comment.ts'
import { hostedMachine, machineOf } from '../../src/compile/targets/machine.ts'
import { checkedUses, workflowText } from '../../src/compile/targets/workflow.ts'
import { root } from '../support/architecture.ts'
import { breakingName, breakingNames, harmIn, hidingName, hostileNames } from '../support/hostile.ts'
import { fakePlan } from '../support/study.ts'
import { needs } from '../support/tools.ts'

const uses = `octo/tunegate@${'a'.repeat(40)}`
const all = [breakingName, hidingName, ...breakingNames, ...hostileNames]
const names = all.filter((name) => !name.includes('${{'))
const plan = { ...fakePlan({}), name: 'plain' }

const compiled = (name: string, path: string, release: string | null = null): string =>
  workflowText(
    { ...plan, name },
    {
      spec: path,
      uses,
      release,
      saveModel: [],
      machine: hostedMachine,
      shards: 4,
      engine: 'wasm',
      command: shellCommand('tunegate', 'compile', path, '--target', 'workflow'),
    },
  )

type Tree = { readonly [key: string]: Tree } | readonly Tree[] | string | number | boolean | null

/** A document with a word in place of every scalar that holds the foreign text, so that what is left is its structure. */
function withoutText(value: Tree, text: string): Tree {
  if (typeof value === 'string') return value.split(text).join('TEXT')
  if (Array.isArray(value)) return value.map((item: Tree) => withoutText(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutText(item as Tree, text)]))
}

const read = (text: string): Tree => parse(text) as Tree

describe('attack 19: a compiled workflow', () => {
  const harmless = withoutText(read(compiled('TEXT', 'TEXT')), 'TEXT')

  it.each(names.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    'has the structure of a harmless one, and the very name and path: %s',
    (_, name) => {
      const text = compiled(name, name, name)
      const document = read(text)
      expect(document).toMatchObject({
        name: `tune ${name}`,
        concurrency: { group: `tunegate-${name}-\${{ github.ref }}` },
        jobs: { plan: { steps: [{}, { uses, with: { spec: name } }] } },
      })
      expect(withoutText(document, name)).toEqual(harmless)
      expect(harmIn(text.replace(/^# .*/gm, ''))).toEqual([])
      expect(text.split('\n')).toHaveLength(compiled('x', 'x', 'x').split('\n').length)
    },
  )

  it.each(['${{ github.token }}', 'a${{', 'models/${{ secrets.X }}/tuning.yml'])(
    'has no expression of a name or a path: %s',
    (name) => {
      expect(() => compiled('plain', name)).toThrow(InputError)
      expect(() => compiled(name, 'tuning.yml')).toThrow(InputError)
      expect(() => commentWorkflow({ spec: name, uses })).toThrow(InputError)
    },
  )

  it('has a command of one line, whatever the command is', () => {
    const text = workflowText(plan, {
      spec: 'tuning.yml',
      uses,
      release: null,
      saveModel: [],
      machine: hostedMachine,
      shards: 4,
      engine: 'wasm',
      command: breakingName,
    })
    expect(read(text)).toEqual(read(compiled('plain', 'tuning.yml')))
  })

  it('is as it was for a harmless study', () => {
    const text = compiled('digits', 'examples/digits/tuning.yml')
    expect(text).toMatch(
      /^# Written by `tunegate compile examples\/digits\/tuning\.yml --target workflow`; with --check it tells\n/,
    )
    expect(text).toContain('\nname: tune digits\n')
    expect(text).toContain('\n  group: tunegate-digits-${{ github.ref }}\n')
    expect(text).toContain(`\n        uses: ${uses}\n        with:\n          spec: examples/digits/tuning.yml\n`)
  })

  const machine = machineOf({
    runsOn: ['self-hosted', 'linux'],
    container: `ghcr.io/octo/cuda@sha256:${'0'.repeat(64)}`,
    setUp: "pip install 'numpy==2.1' # ${{",
  })

  it('runs where the user says, and sets the machine up before it trains', () => {
    const render = (setUp: string | null) =>
      workflowText(plan, {
        spec: 'tuning.yml',
        uses,
        release: null,
        saveModel: [],
        machine: { ...machine, setUp },
        shards: 4,
        engine: 'wasm',
        command: 'x',
      })
    expect(() => render(machine.setUp)).toThrow(InputError)
    const setUp = "pip install 'numpy==2.1' # : - a"
    const document = parse(render(setUp)) as { readonly jobs: Readonly<Record<string, unknown>> }
    const { gate: _gate, ...training } = document.jobs
    expect(Object.keys(training).length).toBeGreaterThan(3)
    for (const job of Object.values(training)) {
      expect(job).toMatchObject({ 'runs-on': machine.runsOn, container: machine.container })
      expect(job).toMatchObject({ steps: [{}, { name: 'Set up', run: setUp }, { uses }] })
    }
    const comment = commentWorkflow({ spec: 'tuning.yml', uses, machine: { ...machine, setUp } })
    const { jobs } = parse(comment) as { readonly jobs: Readonly<Record<string, unknown>> }
    expect(jobs).toMatchObject({
      decide: { 'runs-on': 'ubuntu-latest' },
      run: {
        'runs-on': machine.runsOn,
        container: machine.container,
        steps: [{}, { run: setUp, if: expect.any(String) }, {}],
      },
      publish: { 'runs-on': 'ubuntu-latest' },
    })
  })

  it('passes actionlint and zizmor whatever it names', (context) => {
    const [actionlint, zizmor] = [needs(context, 'actionlint'), needs(context, 'zizmor')]
    const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    mkdirSync(join(folder, '.git'))
    for (const [i, name] of names.filter((n) => n.length < 1000).entries())
      writeFileSync(join(folder, '.github/workflows', `${i}.yml`), compiled(name, name))
    const elsewhere = commentWorkflow({ spec: 'tuning.yml', uses, machine: { ...machine, setUp: './set-up.sh' } })
    writeFileSync(join(folder, '.github/workflows/machine.yml'), elsewhere)
    const ran = (program: string, args: readonly string[]): unknown => {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
      return [status, status === 0 ? '' : `${stdout}${stderr}`]
    }
    expect(ran(actionlint, ['-color=false'])).toEqual([0, ''])
    expect(ran(zizmor, ['--offline', '--no-progress', '--color=never', '--persona=pedantic', '.github'])).toEqual([0, ''])
  })
})

describe('attack 26: the job that judges', () => {
  const machine = machineOf({
    runsOn: ['self-hosted'],
    container: `octo/cuda@sha256:${'0'.repeat(64)}`,
    setUp: './scripts/set-up.sh',
  })
  interface GateJob {
    readonly 'runs-on': unknown
    readonly container?: unknown
    readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly if?: string }[]
  }
  const gateOf = (text: string): GateJob => (parse(text) as { readonly jobs: { readonly gate: GateJob } }).jobs.gate
  const options = {
    spec: 'tuning.yml',
    uses,
    release: null,
    saveModel: [],
    machine,
    shards: 4,
    engine: 'wasm',
    command: 'x',
  }
  const ran = ({ steps }: GateJob): unknown => steps.map((step) => step.uses?.split('@')[0] ?? step.run)

  it('runs nothing of the change in a compiled workflow, on a fresh machine of GitHub', () => {
    const gate = gateOf(workflowText(plan, options))
    expect(ran(gate)).toEqual(['actions/checkout', 'octo/tunegate'])
    expect([gate['runs-on'], gate.container]).toEqual(['ubuntu-latest', undefined])
  })

  it('is set up only to ask a training script what it can do', () => {
    const program = {
      command: ['python3', 'train.py'],
      levers: {},
      seed: null,
      metrics: {},
      code: 'c',
      measured: 'from predictions',
      modes: ['train'],
      perStepRate: false,
    } as const
    const data = { fingerprint: 'f', rows: plan.workload.data.rows, classCount: null }
    const { task, objective, parameters } = plan.workload
    const workload = { task, objective, parameters, data, metrics: [], program }
    const gate = gateOf(workflowText({ ...plan, workload }, options))
    expect(ran(gate)).toEqual(['actions/checkout', './scripts/set-up.sh', 'octo/tunegate'])
    expect([gate['runs-on'], gate.container]).toEqual(['self-hosted', machine.container])
  })

  it('runs nothing of the change in the reusable workflow unless the caller says that there is a script', () => {
    const gate = gateOf(readFileSync(join(root, '.github/workflows/tune.yml'), 'utf8'))
    const own = gate.steps.filter((step) => step.run !== undefined)
    expect(own.map((step) => step.if)).toEqual(["inputs.script && inputs.set-up != ''"])
    expect(gate['runs-on']).toMatch(/^\$\{\{ !inputs\.script && 'ubuntu-latest' \|\| /)
    expect(gate.container).toBe("${{ inputs.script && inputs.container || '' }}")
  })
})

describe('attack 19: the workflow for comments', () => {
  const harmless = withoutText(read(commentWorkflow({ spec: 'TEXT', uses })), 'TEXT')

  it('for comments has the structure of a harmless one, and the very path', () => {
    for (const name of names) {
      const document = read(commentWorkflow({ spec: name, uses }))
      expect(document, JSON.stringify(name)).toMatchObject({ jobs: { decide: { steps: [{ with: { spec: name } }] } } })
      expect(withoutText(document, name), JSON.stringify(name)).toEqual(harmless)
    }
  })
})

describe('attack 19: an action', () => {
  it.each([
    ...all,
    '',
    'octo/nets',
    'octo/nets@v1',
    'octo/nets@main',
    `octo/nets@${'a'.repeat(39)}`,
    `octo/nets@${'a'.repeat(41)}`,
    `octo@${'a'.repeat(40)}`,
    `octo/nets@${'A'.repeat(40)}`,
    `octo/nets@${'a'.repeat(40)}\n`,
    `octo/nets@${'a'.repeat(40)} # v1`,
    `a b/c@${'a'.repeat(40)}`,
    `docker://x@${'a'.repeat(40)}`,
  ])('is one that a commit names, not %j', (text) => {
    expect(() => checkedUses(text, 'compile/uses')).toThrow(InputError)
  })

  it.each([uses, `octo/nets/sub/folder@${'0123456789'.repeat(4)}`])('may be %s', (text) => {
    expect(checkedUses(text, 'init/uses')).toBe(text)
  })
})
