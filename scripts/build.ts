// `npm run build` writes `dist/`; with `--check` it builds beside it and names the files that differ from the committed
// ones.
//
//   src/*.ts ──tsc──▶ build/src/*.js ──ncc──▶ one ES module and its lazy chunks per entry ──esbuild──▶ minified ──▶ dist/
//
// The output depends on the sources and the lock file alone: no path of this machine, no time, no source map.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, copyKernels, postStep } from './bundle.ts'
import { fontNames } from '../src/cli/bundled-files.ts'
import { differences } from './differences.ts'
import { licenses } from './licenses.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** The worker comes first: for the others, `withoutEngines` takes out what only it needs. */
const entries = ['worker', 'cli', 'action'] as const
const wasm = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']
/** What the charts' PNG files are made with: file in `dist/pictures/` by where it comes from. */
const pictures = {
  'resvg.wasm': '@resvg/resvg-wasm/index_bg.wasm',
  ...Object.fromEntries(
    fontNames.map((name) => [name, `@fontsource/inter/files/${name.replace('.woff2', '-normal.woff2')}`]),
  ),
}

function emit(): void {
  rmSync(join(root, 'build'), { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const done = spawnSync(process.execPath, [tsc, '-p', join(root, 'scripts/tsconfig.build.json')], {
    stdio: 'inherit',
    cwd: root,
  })
  if (done.status !== 0) throw new Error('the sources do not compile; see above')
}

/** Writes all that is published into `folder`. */
async function build(folder: string): Promise<void> {
  emit()
  rmSync(folder, { recursive: true, force: true })
  // Copied below, and inside of the report's page: the bundler sees neither.
  const packages = new Set(['@tensorflow/tfjs-backend-wasm', 'uplot', '@resvg/resvg-wasm', '@fontsource/inter'])
  for (const entry of entries) {
    const file = join(root, 'build/src', `${entry}.js`)
    if (!existsSync(file)) {
      console.log(`src/${entry}.ts is not there yet: dist/${entry} is left out`)
      continue
    }
    if (entry !== 'worker') withoutEngines()
    const { files, modules } = await bundle(root, file)
    for (const name of modules) packages.add(name)
    for (const [name, content] of files) write(join(folder, entry, name), content)
  }
  for (const name of wasm) {
    write(join(folder, 'worker', name), readFileSync(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', name)))
  }
  for (const [name, from] of Object.entries(pictures))
    write(join(folder, 'pictures', name), readFileSync(join(root, 'node_modules', from)))
  copyKernels(root, folder)
  // The `post` step runs the same program, under another name.
  write(join(folder, 'action/post.js'), postStep)
  write(join(folder, 'package.json'), '{\n  "type": "module"\n}\n')
  write(join(folder, 'licenses.txt'), licenses(root, packages))
}

/**
 * Leaves the code of the engines out of the bundles that come next. The command line and the action read definitions of
 * engines, whose `start` only a worker calls; with it each of the two bundles would hold the tensor library, a megabyte.
 */
function withoutEngines(): void {
  const folder = join(root, 'build/src/engines')
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name, 'engine.js')
    if (!existsSync(file)) continue
    write(file, "throw new Error('only a worker process loads an engine')\nexport const start = undefined\n")
  }
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** True where a fresh build equals the committed `dist/`, byte for byte. */
async function check(): Promise<boolean> {
  const fresh = mkdtempSync(join(tmpdir(), 'dist-'))
  try {
    await build(fresh)
    const found = differences(join(root, 'dist'), fresh)
    for (const line of found) console.error(`dist/${line}`)
    console.log(
      found.length === 0 ? 'dist/ is current' : 'dist/ is not what the sources give: run `npm run build` and commit',
    )
    return found.length === 0
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

process.chdir(root)
if (!process.argv.includes('--check')) await build(join(root, 'dist'))
else if (!(await check())) process.exitCode = 1
