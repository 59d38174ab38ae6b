import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { InputError } from '../../../../src/base/diagnostics.ts'
import type { InstallEvent } from '../../../../src/engines/installer.ts'
import { installEngine } from '../../../../src/engines/tensorflow/install/install.ts'
import { addonFile, libraryFolder } from '../../../../src/engines/tensorflow/install/layout.ts'
import { listFiles, readInstalled, writeRecord } from '../../../../src/engines/install/record.ts'
import { renewEngine, type RenewOptions } from '../../../../src/engines/tensorflow/install/renew.ts'
import { needs } from '../../../support/tools.ts'
import { makeTiny, platform, tree, type Tiny } from './tiny.ts'

let tiny: Tiny
let installed: string
const newRoot = (): string => join(mkdtempSync(join(tmpdir(), 'engines ')), 'root')
const options = (root: string, over: Partial<RenewOptions> = {}): RenewOptions => ({
  root,
  pins: tiny.pins,
  env: process.env,
  installedAt: '2026-11-02T00:00:00Z',
  listener: () => {},
  ...over,
})
beforeAll(async () => {
  if (platform === null) return
  tiny = await makeTiny()
  installed = (await installEngine({ ...options(newRoot()), from: tiny.folder, force: false })).folder
})
beforeEach((context) => {
  if (platform === null) context.skip('no native engine for this machine')
  needs(context, 'c++')
})

interface Copy {
  readonly root: string
  readonly folder: string
  readonly marker: string
  readonly code: string
}

/** The engine as somebody left it, and code that leaves a marker when it runs. */
function copy(): Copy {
  const root = newRoot()
  const folder = join(root, basename(installed))
  cpSync(installed, folder, { recursive: true })
  const marker = join(root, '../marker')
  return { root, folder, marker, code: `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')\n` }
}

/** Lets the record say that all that lies in the folder is as it should be. */
async function vouch(folder: string): Promise<void> {
  const record = await readInstalled(folder, basename(folder))
  const old = record.ok
    ? record.value
    : (JSON.parse(readFileSync(join(installed, 'engine.json'), 'utf8')) as Parameters<typeof writeRecord>[1])
  await writeRecord(folder, { ...old, files: await listFiles(folder) })
}

const library = (folder: string): string =>
  join(libraryFolder(folder), basename(tiny.pins.wheels['linux-x64'].libraries[0]?.path ?? ''))
const code = 'node_modules/@tensorflow/tfjs-node/dist/index.js'

describe('an engine that was there before', () => {
  it('is used when every file is what the pins say, and its record is written anew', async () => {
    const { root, folder } = copy()
    writeFileSync(join(folder, 'engine.json'), 'anything')
    const seen: InstallEvent['type'][] = []
    const renewed = await renewEngine(options(root, { listener: (e) => seen.push(e.type) }))
    expect(renewed).toMatchObject({ ok: true, value: { folder, fresh: false } })
    expect(seen).toEqual(['checking', 'compiling', 'testing'])
    expect((await readInstalled(folder, basename(folder))).ok).toBe(true)
    expect(tree(root)).toEqual(tree(installed).map((path) => `${basename(folder)}/${path}`))
    expect(await listFiles(folder)).toEqual(await listFiles(installed))
  })

  it('is absent where there is none, and nothing is made', async () => {
    const root = newRoot()
    expect(await renewEngine(options(root))).toEqual({ ok: false, error: { state: 'absent', why: 'it is not installed' } })
    expect(existsSync(root)).toBe(false)
  })

  it('needs a compiler, which is said', async () => {
    const error = await renewEngine(options(copy().root, { env: { PATH: '/nonexistent' } })).catch((e: unknown) => e)
    expect(error instanceof InputError && error.diagnostics.map((d) => d.code)).toEqual(['engine/no-compiler'])
  })
})

describe('attack 13: a folder that vouches for itself', () => {
  /** Each leaves the engine able to train, apart from those that take something away. */
  const forgeries: Readonly<Record<string, (copy: Copy) => void>> = {
    'other code in a package': ({ folder, code: evil }) => appendFileSync(join(folder, code), evil),
    'one more file in a package': ({ folder }) =>
      writeFileSync(join(folder, 'node_modules/@tensorflow/tfjs-node/dist/index.json'), '{}'),
    'one more package': ({ folder }) => {
      mkdirSync(join(folder, 'node_modules/node-fetch'))
      writeFileSync(join(folder, 'node_modules/node-fetch/index.js'), '')
    },
    'a file at its root': ({ folder }) => writeFileSync(join(folder, 'package.json'), '{}'),
    'one more library beside those of TensorFlow': ({ folder }) =>
      writeFileSync(join(libraryFolder(folder), 'libc.so.6'), ''),
    'another library of the same size': ({ folder }) => {
      const content = readFileSync(library(folder))
      content.writeUInt8(content.readUInt8(content.length - 1) ^ 1, content.length - 1)
      writeFileSync(library(folder), content)
    },
    'a larger library': ({ folder }) => appendFileSync(library(folder), 'x'),
    'other code that loads it': ({ folder, code: evil }) => appendFileSync(join(folder, 'load.cjs'), evil),
    'another smoke test': ({ folder, code: evil }) => appendFileSync(join(folder, 'smoke-test.cjs'), evil),
    "another header of Node's": ({ folder }) => appendFileSync(join(folder, 'headers/node/include/node_api.h'), '\n'),
    "another header of TensorFlow's": ({ folder }) => {
      const header = join(folder, 'headers/tensorflow/include/tensorflow/c/c_api.h')
      writeFileSync(header, readFileSync(header, 'utf8').replace(/\n$/, ' '))
    },
    'a source less': ({ folder }) => rmSync(join(folder, 'node_modules/@tensorflow/tfjs-core/dist/one.node.js')),
    'a library less': ({ folder }) => rmSync(library(folder)),
    'no addon': ({ folder }) => rmSync(addonFile(folder)),
    'a link to a file': ({ folder }) => {
      const license = 'node_modules/@tensorflow/tfjs-core/LICENSE'
      renameSync(join(folder, license), join(folder, '../LICENSE'))
      symlinkSync('../../../../LICENSE', join(folder, license))
    },
    'a link to a folder': ({ folder }) => {
      renameSync(join(folder, 'node_modules'), join(folder, '../modules'))
      symlinkSync('../modules', join(folder, 'node_modules'))
    },
    'a link as the folder': ({ folder }) => {
      renameSync(folder, `${folder}.elsewhere`)
      symlinkSync(`${folder}.elsewhere`, folder)
    },
    'a pipe that would be waited for': ({ folder }) => {
      rmSync(join(folder, code))
      execFileSync('mkfifo', [join(folder, code)])
    },
    'more files than an engine has': ({ folder }) => {
      mkdirSync(join(folder, 'node_modules/@tensorflow/tfjs-node/many'))
      for (let i = 0; i < 5000; i++) mkdirSync(join(folder, `node_modules/@tensorflow/tfjs-node/many/${i}`))
    },
  }

  it.each(Object.keys(forgeries))('with %s is refused, and nothing of it runs', async (name) => {
    const made = copy()
    forgeries[name]?.(made)
    if (name !== 'a pipe that would be waited for') await vouch(made.folder).catch(() => {})
    expect(await renewEngine(options(made.root))).toMatchObject({ ok: false, error: { state: 'damaged' } })
    expect(existsSync(made.marker)).toBe(false)
  })

  it('with an addon of its own loses it before anything runs', async () => {
    const { root, folder, marker } = copy()
    const source = join(root, '../evil.cc')
    writeFileSync(
      source,
      `#include <stdio.h>
__attribute__((constructor)) static void run() { FILE* f = fopen("${marker}", "w"); if (f) fclose(f); }
extern "C" void* napi_register_module_v1(void*, void* exports) { return exports; }
`,
    )
    execFileSync('c++', ['-shared', '-fPIC', source, '-o', addonFile(folder)])
    await vouch(folder)
    expect(await renewEngine(options(root))).toMatchObject({ ok: true })
    expect(existsSync(marker)).toBe(false)
    expect(readFileSync(addonFile(folder))).toEqual(readFileSync(addonFile(installed)))
  })

  it('with an addon that is shared with another name leaves that one as it is', async () => {
    const { root, folder } = copy()
    const other = join(root, '../other')
    writeFileSync(other, 'not an addon')
    rmSync(addonFile(folder))
    linkSync(other, addonFile(folder))
    expect(await renewEngine(options(root))).toMatchObject({ ok: true })
    expect(readFileSync(other, 'utf8')).toBe('not an addon')
  })
})
