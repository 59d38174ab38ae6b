// A native engine in miniature with the same parts as the real one: npm packages, a wheel with two compiled libraries,
// headers, an addon in C++ that is loaded by Node. Registries that serve them speak to the real npm and pip.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { zipSync } from 'fflate'
import { unpackedDigest } from '../../../../src/engines/tensorflow/install/contents.ts'
import type { Download, NpmPackage, Pins, Wheel } from '../../../../src/engines/tensorflow/install/pins.ts'
import { platformOf, thisMachine } from '../../../../src/engines/tensorflow/install/platform.ts'

const found = platformOf(thisMachine())
/** Null where there is no native engine for the machine that runs the tests. */
export const platform = found.ok ? found.value : null

const suffix = process.platform === 'darwin' ? '.2.dylib' : '.so.2'
const addon = '@tensorflow/tfjs-node'

export interface Tiny {
  readonly pins: Pins
  /** All files to download. */
  readonly folder: string
}

/** Makes the files; `step` is the loss that the engine's one training step comes to (1 is right). */
export async function makeTiny({
  loss = 1,
  source = addonSource,
}: {
  readonly loss?: number
  readonly source?: string
} = {}): Promise<Tiny> {
  if (platform === null) throw new Error('no native engine for this machine')
  const folder = mkdtempSync(join(tmpdir(), 'tiny engine '))
  const long = `dist/${'a-rather-long-folder/'.repeat(7)}deep.js`
  const packages = [
    await pack(folder, addon, '4.22.0', {
      'dist/index.js': index(loss),
      'binding/one.cc': source,
      'dist/index.d.ts': 'not needed',
      'dist/x_test.js': 'not needed',
      [long]: '0',
    }),
    await pack(
      folder,
      '@tensorflow/tfjs-core',
      '4.22.0',
      { 'dist/one.node.js': '1', 'dist/other.js': 'not needed', LICENSE: 'a licence' },
      ['dist/one.node.js'],
    ),
  ]
  const headers = await pack(folder, 'node-api-headers', '1.9.0', {
    'include/node_api.h': nodeApi,
    'other.js': 'not needed',
  })
  const own = wheel(folder)
  return { folder, pins: { packages, headers, wheels: { 'linux-x64': own, 'linux-arm64': own, 'darwin-arm64': own } } }
}

const known = (folder: string, file: string): Download => {
  const content = readFileSync(join(folder, file))
  return { file, bytes: content.length, sha256: sha256(content) }
}
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

async function pack(
  folder: string,
  name: string,
  version: string,
  content: Readonly<Record<string, string>>,
  keep?: string[],
): Promise<NpmPackage> {
  const scratch = mkdtempSync(join(tmpdir(), 'pack-'))
  for (const [path, text] of Object.entries({
    ...content,
    'package.json': JSON.stringify({ name, version, main: 'dist/index.js' }),
  })) {
    mkdirSync(dirname(join(scratch, 'package', path)), { recursive: true })
    writeFileSync(join(scratch, 'package', path), text)
  }
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
  const kept = keep ? { keep } : {}
  execFileSync('tar', ['czf', join(folder, file), '-C', scratch, 'package'])
  rmSync(scratch, { recursive: true })
  return {
    name,
    version,
    ...known(folder, file),
    unpacked: await unpackedDigest(readFileSync(join(folder, file)), { name, ...kept }),
    ...kept,
  }
}

function wheel(folder: string): Wheel {
  const tag =
    process.platform === 'darwin' ? 'macosx_12_0_arm64' : `manylinux_2_27_${process.arch === 'x64' ? 'x86_64' : 'aarch64'}`
  const file = `tensorflow_cpu-2.21.0-cp312-cp312-${tag}.whl`
  const libraries = {
    cc: library('cc', 'const char* tf_version() { return "2.21.0"; }'),
    framework: library('framework', 'int unused() { return 1; }'),
  }
  const members: Record<string, Uint8Array> = {
    [`tensorflow/libtensorflow_cc${suffix}`]: libraries.cc,
    [`tensorflow/libtensorflow_framework${suffix}`]: libraries.framework,
    'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('extern "C" const char* tf_version();\n'),
    'tensorflow/include/unused.h': Buffer.from('not needed'),
  }
  const info = 'tensorflow_cpu-2.21.0.dist-info'
  writeFileSync(
    join(folder, file),
    zipSync({
      ...members,
      [`${info}/METADATA`]: Buffer.from('Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n'),
      [`${info}/WHEEL`]: Buffer.from(`Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-${tag}\n`),
      [`${info}/RECORD`]: Buffer.from(''),
    }),
  )
  const member = (path: string) => ({
    path,
    bytes: members[path]?.length ?? 0,
    sha256: sha256(members[path] ?? Buffer.of()),
  })
  const paths = Object.keys(members)
  return {
    project: 'tensorflow-cpu',
    version: '2.21.0',
    python: 'cp312',
    tag,
    ...known(folder, file),
    libraries: paths.slice(0, 2).map(member),
    headers: paths.slice(2, 3).map(member),
  }
}

function library(name: string, code: string): Buffer {
  const scratch = mkdtempSync(join(tmpdir(), 'library-'))
  const [source, out] = [join(scratch, 'a.cc'), join(scratch, 'a.so')]
  writeFileSync(source, `extern "C" { ${code} }\n`)
  const soname =
    process.platform === 'darwin'
      ? `-Wl,-install_name,@rpath/libtensorflow_${name}${suffix}`
      : `-Wl,-soname,libtensorflow_${name}${suffix}`
  execFileSync('c++', ['-shared', '-fPIC', soname, source, '-o', out])
  const content = readFileSync(out)
  rmSync(scratch, { recursive: true })
  return content
}

const nodeApi = `extern "C" {
int napi_create_string_utf8(void*, const char*, unsigned long, void**);
int napi_set_named_property(void*, void*, const char*, void*);
}
`
const addonSource = `#include <node_api.h>
#include "tensorflow/c/c_api.h"
extern "C" void* napi_register_module_v1(void* env, void* exports) {
  void* version;
  napi_create_string_utf8(env, tf_version(), 6, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}
`
const index = (loss: number): string => `
const binding = require('../lib/napi-v8/tfjs_binding.node')
const util = require('util')
if (!util.isNullOrUndefined(null) || util.isNullOrUndefined(0) || !util.isArray([])) throw new Error('the functions of util are missing')
const tensor = (values) => ({ matMul() { return this }, sub() { return this }, square() { return this }, mean() { return this }, dataSync: () => values })
module.exports = {
  version: { 'tfjs-node': '4.22.0' }, getBackend: () => 'tensorflow', backend: () => ({ binding }),
  tensor2d: tensor, zeros: tensor, variable: () => tensor([2, 3]), train: { sgd: () => ({ minimize: (f) => (f(), tensor([${loss}])) }) },
}
`

export interface Registries {
  /** What a user's environment says to npm and pip. */
  readonly env: Readonly<Record<string, string>>
  readonly requests: string[]
  close(): Promise<void>
}

/**
 * An npm registry and a Python package index over the files of a folder. `instead` replaces contents, with matching digests.
 */
export async function serve({ folder, pins }: Tiny, instead: Readonly<Record<string, Buffer>> = {}): Promise<Registries> {
  const requests: string[] = []
  const content = (file: string): Buffer => instead[file] ?? readFileSync(join(folder, file))
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    requests.push(path)
    const one = [...pins.packages, pins.headers].find((p) => path === `/npm/${p.name}`)
    if (one) return response.end(JSON.stringify(packument(one, content(one.file), url())))
    if (path === '/pip/tensorflow-cpu/')
      return response.writeHead(200, { 'content-type': 'text/html' }).end(page(folder, url(), content))
    if (path.startsWith('/files/')) return response.end(content(path.slice('/files/'.length)))
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    requests,
    env: { npm_config_registry: `${url()}/npm/`, PIP_INDEX_URL: `${url()}/pip/`, ...impatient },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Clients that neither try again nor answer from what they remember. */
export const impatient = {
  npm_config_fetch_retries: '0',
  npm_config_cache: mkdtempSync(join(tmpdir(), 'npm-cache-')),
  PIP_RETRIES: '0',
  PIP_FIND_LINKS: '',
}

function packument({ name, version, file }: NpmPackage, content: Buffer, url: string): unknown {
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { name, version, dist: { tarball: `${url}/files/${file}`, integrity } } },
  }
}

function page(folder: string, url: string, content: (file: string) => Buffer): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.whl'))
  return `<html><body>${files.map((f) => `<a href="${url}/files/${f}#sha256=${sha256(content(f))}">${f}</a>`).join('')}</body></html>`
}

/** Paths below a folder, with `/`. */
export function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => relative(folder, join(e.parentPath, e.name)).replaceAll('\\', '/'))
    .sort()
}
