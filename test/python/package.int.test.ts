import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { root } from '../support/architecture.ts'
import { node24 } from '../support/runner.ts'
import { needs } from '../support/tools.ts'

// The Python package as a user has it: built, installed from its wheel, and imported by scripts with real frameworks.
const scratch = mkdtempSync(join(tmpdir(), 'python-package-'))
const source = join(scratch, 'python')
const site = join(scratch, 'site')
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Ran {
  readonly status: number | null
  readonly text: string
}

function run(program: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  })
  return { status, text: `${stdout}${stderr}` }
}

let built = false
/** Builds the package and installs its wheel into a folder of its own, once. */
function installed(context: TestContext): void {
  const python = needs(context, 'python-frameworks')
  if (built) return
  cpSync(join(root, 'python'), source, { recursive: true })
  cpSync(join(root, 'schema'), join(scratch, 'schema'), { recursive: true })
  const build = run(python, ['-m', 'build', '--no-isolation', '--outdir', join(scratch, 'built'), source], scratch)
  expect(build.status, build.text).toBe(0)
  const wheel = readdirSync(join(scratch, 'built')).find((name) => name.endsWith('.whl')) ?? ''
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-index', '--target', site]
  const pip = run(python, [...install, join(scratch, 'built', wheel)], scratch)
  expect(pip.status, pip.text).toBe(0)
  built = true
}

/** The tests of the package with one Python; they run against the installed wheel. */
function pytest(python: string, files: readonly string[]): Ran {
  const words = ['-m', 'pytest', '-p', 'no:cacheprovider', '-rs', ...files.map((name) => join('tests', name))]
  return run(python, words, source, { PYTHONPATH: site })
}

describe('the Python package', () => {
  it('builds a wheel and a source distribution with its types and license', (context) => {
    installed(context)
    expect(readdirSync(join(scratch, 'built')).sort()).toEqual(['tunegate-0.1.0-py3-none-any.whl', 'tunegate-0.1.0.tar.gz'])
    expect(readdirSync(join(site, 'tunegate'))).toEqual(expect.arrayContaining(['py.typed', 'keras.py', 'lightning.py']))
    const metadata = readFileSync(join(site, 'tunegate-0.1.0.dist-info/METADATA'), 'utf8')
    expect(metadata).toContain('Requires-Python: >=3.9')
    expect(metadata).not.toMatch(/^Requires-Dist: (?!.*extra ==)/m)
  })

  it('is of the version of tunegate', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(readFileSync(join(root, 'python/pyproject.toml'), 'utf8')).toContain(`\nversion = "${version}"\n`)
    expect(readFileSync(join(root, 'python/src/tunegate/__init__.py'), 'utf8')).toContain(`__version__ = "${version}"`)
  })

  it('has complete types and clean code', (context) => {
    installed(context)
    const python = needs(context, 'python-frameworks')
    for (const words of [['mypy'], ['ruff', 'check', '.'], ['ruff', 'format', '--check', '.']]) {
      const { status, text } = run(python, ['-m', ...words], source)
      expect(status, text).toBe(0)
    }
  })

  it('passes its tests without a framework, with Keras on JAX, and with scikit-learn', (context) => {
    installed(context)
    const { status, text } = pytest(needs(context, 'python-frameworks'), [
      'test_run.py',
      'test_events.py',
      'test_arrays.py',
      'test_keras.py',
    ])
    expect(status, text).toBe(0)
    expect(text).not.toContain('SKIPPED')
  })

  it('passes its tests with PyTorch, Lightning and Transformers', (context) => {
    installed(context)
    const tests = ['test_torch.py', 'test_lightning.py', 'test_transformers.py']
    const { status, text } = pytest(needs(context, 'python-torch'), tests)
    expect(status, text).toBe(0)
    expect(text).not.toContain('SKIPPED')
  })
})

const examples = [
  { name: 'pytorch', tool: 'python-torch' },
  { name: 'keras-jax', tool: 'python-frameworks' },
  { name: 'scikit-learn', tool: 'python-frameworks' },
  { name: 'text', tool: 'python-frameworks' },
  { name: 'transformers', tool: 'python-torch' },
] as const

describe.each(examples)('the example $name', ({ name, tool }) => {
  const example = join(scratch, 'examples/trainers', name)
  const copied = (): void => {
    for (const data of ['digits', 'wine'])
      cpSync(join(root, 'examples', data), join(scratch, 'examples', data), { recursive: true })
    mkdirSync(join(scratch, 'examples/trainers/text'), { recursive: true })
    for (const file of ['text/snippets.csv', `${name}/train.py`, `${name}/tuning.yml`])
      cpSync(join(root, 'examples/trainers', file), join(scratch, 'examples/trainers', file))
  }

  it('trains with nothing around it', (context) => {
    installed(context)
    copied()
    const { status, text } = run(needs(context, tool), ['train.py'], example, { PYTHONPATH: site })
    expect(status, text).toBe(0)
    expect(text).toMatch(/^validation: accuracy 0\.\d{4}, nll 0\.\d{4}$/m)
  })

  it('is verified by a study, with metrics from its predictions', (context) => {
    installed(context)
    copied()
    const python = needs(context, tool)
    // Two short seeds and no search.
    const spec = readFileSync(join(example, 'tuning.yml'), 'utf8')
      .replace('command: [python, train.py]', `command: [${JSON.stringify(python)}, train.py]\n  env: [PYTHONPATH]`)
      .replace(/epochs: \d+/, 'epochs: 2')
      .replace(/^stages:\n(?: .*\n)+/m, 'stages:\n  - verify: { seeds: 2 }\n')
      .replace(
        /^gates:\n(?: .*\n)+/m,
        'gates:\n  - threshold: { metric: accuracy, split: test, min: 0.1, onInconclusive: pass }\n',
      )
    writeFileSync(join(example, 'tuning.yml'), spec)
    const { status, text } = run(node24, [join(root, 'dist/cli/index.js'), 'run', 'tuning.yml'], example, {
      PYTHONPATH: site,
    })
    expect(status, text).toBe(0)
    expect(text).toMatch(/accuracy \(test\)/)
    expect(text).toContain('Lock:')
  })
})

it('the shell example trains with nothing around it', () => {
  const { status, text } = run('sh', ['train.sh'], join(root, 'examples/trainers/shell'))
  expect(status, text).toBe(0)
  expect(text).toMatch(/^validation: accuracy [01]\.\d{4}, nll \d\.\d{4}$/m)
})
