// Writes `src/engines/tensorflow/install/pins.json`: what `tunegate engine install` downloads, in exact versions with
// SHA-256. To move to newer versions, change `wanted`, run `node scripts/node24.mjs scripts/pin-engine.ts` (needs npm, pip
// and 900 MB for a while), read the difference, and run the tests with TUNEGATE_TEST_NATIVE=1.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { mostWheelEntries } from '../src/engines/tensorflow/install/build.ts'
import { unpackedDigest } from '../src/engines/tensorflow/install/contents.ts'
import type { Member, NpmPackage, Pins, Wheel } from '../src/engines/tensorflow/install/pins.ts'
import { platforms, type Platform } from '../src/engines/tensorflow/install/platform.ts'
import { readPackage } from '../src/engines/tensorflow/install/tar.ts'
import { openZip, type Zip } from '../src/base/zip.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const addon = '@tensorflow/tfjs-node'
const wanted = { tfjsNode: '4.22.0', headers: '1.9.0', tensorflow: '2.21.0', python: 'cp312' } as const

/** TensorFlow without CUDA is a project of its own on x64, and the only build elsewhere. */
const wheelsWanted: Readonly<Record<Platform, { readonly project: string; readonly tag: string }>> = {
  'linux-x64': { project: 'tensorflow-cpu', tag: 'manylinux_2_27_x86_64' },
  'linux-arm64': { project: 'tensorflow', tag: 'manylinux_2_27_aarch64' },
  'darwin-arm64': { project: 'tensorflow', tag: 'macosx_12_0_arm64' },
}

/**
 * Dependencies that are not followed: of install scripts that never run, of command line tools and types, and node-fetch,
 * which every Node from 18 on has built in. What is left is what `require` reaches.
 */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  '@tensorflow/tfjs-node': ['adm-zip', 'https-proxy-agent', 'rimraf', 'tar'],
  '@tensorflow/tfjs': ['argparse', 'chalk', 'core-js', 'regenerator-runtime', 'yargs'],
  '@tensorflow/tfjs-core': ['node-fetch'],
  '@tensorflow/tfjs-data': ['node-fetch', 'string_decoder'],
  '@mapbox/node-pre-gyp': ['https-proxy-agent', 'make-dir', 'node-fetch', 'rimraf', 'tar'],
}

const includes = 'tensorflow/include/'

interface Locked {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const scratch = mkdtempSync(join(tmpdir(), 'pin-'))
try {
  const locked = resolve()
  const names = reachable(locked)
  const packages: NpmPackage[] = []
  for (const name of names) packages.push(await pack(name, locked[name]?.version ?? ''))
  const addonArchive = readFileSync(join(scratch, packages.find((p) => p.name === addon)?.file ?? ''))
  const sources = (await readPackage(addonArchive))
    .filter((f) => f.path.startsWith('binding/'))
    .map((f) => f.content.toString('utf8'))
  const wheels = {} as Record<Platform, Wheel>
  for (const platform of platforms) wheels[platform] = await wheel(platform, sources)
  const pins: Pins = { packages, headers: await pack('node-api-headers', wanted.headers), wheels }
  writeFileSync(join(root, 'src/engines/tensorflow/install/pins.json'), `${JSON.stringify(pins, null, 2)}\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** Packages as npm lays them out, by their path below `node_modules/`: a name, or `parent/node_modules/name`. */
function resolve(): Record<string, Locked> {
  const folder = join(scratch, 'resolve')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [addon]: wanted.tfjsNode } }))
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    readonly packages: Record<string, Locked>
  }
  return Object.fromEntries(
    Object.entries(lock.packages).map(([path, entry]) => [path.slice('node_modules/'.length), entry]),
  )
}

function followed(name: string, { dependencies = {} }: Locked = { version: '' }): string[] {
  return Object.keys(dependencies).filter(
    (d) => !d.startsWith('@types/') && d !== '@webgpu/types' && !leftOut[name]?.includes(d),
  )
}

function reachable(locked: Readonly<Record<string, Locked>>): string[] {
  const found = new Set([addon])
  for (const name of found) {
    for (const next of followed(name, locked[name])) {
      if (locked[`${name}/node_modules/${next}`]) throw new Error(`${next} of ${name} would need a place of its own`)
      found.add(next)
    }
  }
  return [...found].sort()
}

async function pack(name: string, version: string): Promise<NpmPackage> {
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', scratch, `${name}@${version}`], {
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ filename = '' } = {}] = JSON.parse(said.toString()) as { readonly filename?: string }[]
  const content = readFileSync(join(scratch, filename))
  const bundle = await bundleOf(name, content)
  const keep = bundle ? { keep: [bundle] } : {}
  const unpacked = await unpackedDigest(content, { name, ...keep })
  return { name, version, file: filename, bytes: content.length, sha256: sha256(content), unpacked, ...keep }
}

/** The libraries of TensorFlow.js are each loaded as one file, and lie in their packages in a dozen other forms. */
async function bundleOf(name: string, archive: Buffer): Promise<string | undefined> {
  if (name === addon || !name.startsWith('@tensorflow/')) return undefined
  const manifest = (await readPackage(archive)).find((f) => f.path === 'package.json')
  const { main } = JSON.parse(manifest?.content.toString('utf8') ?? '{}') as { readonly main?: string }
  if (!main?.endsWith('.node.js')) throw new Error(`${name} has no bundle for Node any more, but ${main}`)
  return main
}

async function wheel(platform: Platform, sources: readonly string[]): Promise<Wheel> {
  const { project, tag } = wheelsWanted[platform]
  const folder = join(scratch, platform)
  execFileSync(
    'python3',
    [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--no-cache-dir',
      '--only-binary=:all:',
      '--implementation=cp',
      '--dest',
      folder,
      `--platform=${tag}`,
      '--python-version=3.12',
      `--abi=${wanted.python}`,
      `${project}==${wanted.tensorflow}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const file = `${project.replace('-', '_')}-${wanted.tensorflow}-${wanted.python}-${wanted.python}-${tag}.whl`
  const path = join(folder, file)
  const zip = await openZip(path, mostWheelEntries)
  try {
    const libraries = zip.entries
      .map((e) => e.name)
      .filter((n) => /^tensorflow\/libtensorflow_(cc|framework)(\.so\.2|\.2\.dylib)$/.test(n))
    if (libraries.length !== 2) throw new Error(`${file} has not the two libraries: ${libraries.join(', ')}`)
    return {
      project,
      version: wanted.tensorflow,
      python: wanted.python,
      tag,
      file,
      bytes: statSync(path).size,
      sha256: sha256(readFileSync(path)),
      libraries: await members(zip, libraries),
      headers: await members(zip, await headersOf(zip, sources)),
    }
  } finally {
    await zip.close()
    rmSync(path)
  }
}

/** The headers that the addon's sources include, and those that these include. */
async function headersOf(zip: Zip, sources: readonly string[]): Promise<string[]> {
  const names = new Set(zip.entries.map((e) => e.name))
  const found = new Set<string>()
  const follow = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      if (names.has(posix.join(includes, name))) found.add(posix.join(includes, name))
    }
  }
  sources.forEach(follow)
  for (const name of found) follow((await contentOf(zip, name)).toString('utf8'))
  return [...found].sort()
}

async function members(zip: Zip, names: readonly string[]): Promise<Member[]> {
  const all: Member[] = []
  for (const path of names) {
    const content = await contentOf(zip, path)
    all.push({ path, bytes: content.length, sha256: sha256(content) })
  }
  return all
}

async function contentOf(zip: Zip, name: string): Promise<Buffer> {
  const entry = zip.entries.find((e) => e.name === name)
  if (!entry) throw new Error(`${name} is not in the wheel`)
  return buffer(entry.content())
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
