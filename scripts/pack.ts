// `npm run pack` writes `build/tunegate-VERSION.tgz`, which `npx` runs and `npm install` installs. `dist/` holds everything
// that runs, so this package has no dependencies: with those of `package.json`, which build `dist/`, npx fetches half a
// gigabyte first.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'build/package')

interface Manifest {
  readonly files: readonly string[]
  readonly [key: string]: unknown
}

/** What is needed to build and test, which nobody who installs the package needs. */
const ofDevelopment: readonly string[] = ['scripts', 'dependencies', 'devDependencies', 'optionalDependencies']

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const path of [...manifest.files, 'README.md', 'LICENSE'])
  cpSync(join(root, path), join(folder, path), { recursive: true, filter: (from) => !from.includes('.tunegate') })
const published = Object.fromEntries(Object.entries(manifest).filter(([key]) => !ofDevelopment.includes(key)))
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', join(root, 'build')], {
  cwd: folder,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})
console.log(`build/${packed.trim()}`)
