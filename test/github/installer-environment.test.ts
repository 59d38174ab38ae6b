import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installerEnvironment } from '../../src/github/installer-environment.ts'

const workspace = join(mkdtempSync(join(tmpdir(), 'machine-')), 'checkout')
mkdirSync(join(workspace, 'bin'), { recursive: true })
const link = join(workspace, '..', 'link')
symlinkSync(join(workspace, 'bin'), link)
const shown = (env: Readonly<Record<string, string>>): unknown => installerEnvironment(workspace, env)
const list = (...folders: string[]): string => folders.join(delimiter)

describe('attack 13: what the programs that install get to see', () => {
  it('is the way to the registries, and nothing that is secret or that runs something', () => {
    const passed = {
      PATH: '/usr/bin',
      HOME: '/home/me',
      npm_config_registry: 'https://r/',
      PIP_INDEX_URL: 'https://p/',
      HTTPS_PROXY: 'http://x',
      no_proxy: 'y',
      CXX: 'ccache g++',
    }
    const kept = {
      ACTIONS_RUNTIME_TOKEN: 'a',
      INPUT_TOKEN: 'b',
      GITHUB_TOKEN: 'c',
      NODE_AUTH_TOKEN: 'd',
      NPM_TOKEN: 'e',
      AWS_SECRET_ACCESS_KEY: 'f',
      ANYTHING: 'g',
      NODE_OPTIONS: '--require=/x.cjs',
      NODE_PATH: '/x',
      LD_PRELOAD: '/x.so',
      LD_AUDIT: '/x.so',
      DYLD_INSERT_LIBRARIES: '/x',
      PYTHONPATH: '/x',
      PYTHONSTARTUP: '/x',
      PYTHONHOME: '/x',
      PIP_CONFIG_FILE: '/x',
      PIP_TARGET: '/x',
      npm_config_userconfig: '/x',
      npm_config_globalconfig: '/x',
      npm_config_node_options: '--require=/x',
      npm_config_script_shell: '/x',
      npm_config_prefix: '/x',
      CC: '/x',
      MAKEFLAGS: 'CXX=/x',
      CPATH: '/x',
      CPLUS_INCLUDE_PATH: '/x',
      LIBRARY_PATH: '/x',
      COMPILER_PATH: '/x',
      GCC_EXEC_PREFIX: '/x',
      BASH_ENV: '/x',
      ENV: '/x',
      TAR_OPTIONS: '--to-command=/x',
      GIT_SSH_COMMAND: '/x',
    }
    expect(shown({ ...passed, ...kept })).toEqual(passed)
  })

  it.each(['PATH', 'LD_LIBRARY_PATH'])(
    'has in %s no folder of the checkout, whatever it is called, and none that depends on where a program starts',
    (name) => {
      const entries = list(
        join(workspace, 'node_modules/.bin'),
        '/usr/bin',
        './bin',
        'bin',
        '',
        '.',
        join(workspace, '../checkout/bin'),
        link,
        workspace,
        '/opt/tools/bin',
      )
      expect(shown({ [name]: entries })).toEqual({ [name]: list('/usr/bin', '/opt/tools/bin') })
    },
  )

  it.each(['HOME', 'TMPDIR', 'PIP_CERT', 'NODE_EXTRA_CA_CERTS'])('has no %s in the checkout', (name) => {
    for (const path of [join(workspace, 'bin'), 'bin', link]) expect(shown({ [name]: path })).toEqual({})
    expect(shown({ [name]: '/home/me' })).toEqual({ [name]: '/home/me' })
  })

  it.each(['./cc.sh', 'bin/cc', `g++ -B${workspace}/bin`, `/usr/bin/env ${workspace}/bin/cc`])(
    'has no compiler out of the checkout: %s',
    (compiler) => {
      expect(shown({ CXX: compiler })).toEqual({})
    },
  )
})
