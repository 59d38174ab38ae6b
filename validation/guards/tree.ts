import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../../scripts/quick-bundle.ts'
import { slowness } from '../../test/support/slowness.ts'
import { copyTree } from '../../test/support/tree.ts'
import { placesOf } from './place.ts'

/** How one test ended. */
export interface Ran {
  /** Titles of its describes and its own, parted by blanks. */
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
}

/** A copy of this checkout that may be changed. */
export interface Tree {
  /**
   * Replaces text that stands in the file once; the answer puts it back. Throws where it does not stand there exactly once.
   */
  change(file: string, find: string, replace: string): () => void
  /**
   * The first complaint of the compiler about `src/`; null for none. Unused names are allowed: a removed guard leaves them.
   */
  typeErrors(): string | null
  /** Bundles the entries anew, unminified and in a few seconds; `dist/` of a release differs in form alone. */
  bundle(): void
  /** Runs the tests of a file whose full name holds one of the names. */
  test(file: string, names: readonly string[]): readonly Ran[]
  remove(): void
}

export function copyOfTree(): Tree {
  const folder = copyTree()
  return {
    change: (file, find, replace) => change(folder, file, find, replace),
    typeErrors: () => typeErrors(folder),
    bundle: () => bundle(folder),
    test: (file, names) => test(folder, file, names),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function change(folder: string, file: string, find: string, replace: string): () => void {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const [place, ...more] = placesOf(file, text, find)
  if (place === undefined || more.length > 0)
    throw new Error(`${file}: this text of a guard must stand there exactly once: ${find}`)
  writeFileSync(path, text.slice(0, place.from) + replace + text.slice(place.to))
  return () => writeFileSync(path, text)
}

function typeErrors(folder: string): string | null {
  const args = [
    '--noEmit',
    '-p',
    'scripts/tsconfig.build.json',
    '--noUnusedLocals',
    'false',
    '--noUnusedParameters',
    'false',
    // After the first time, only what a removal touches is looked at.
    '--incremental',
    '--tsBuildInfoFile',
    join(folder, 'guards.tsbuildinfo'),
  ]
  const done = spawnSync(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return done.status === 0 ? null : (done.stdout.split('\n')[0] ?? 'unknown')
}

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

function test(folder: string, file: string, names: readonly string[]): readonly Ran[] {
  const [out, wanted] = [join(folder, 'guards.json.tmp'), names.map(pattern).join('|')]
  rmSync(out, { force: true })
  const args = [
    // Ends a test that waits for ever without its guard, with all of its processes.
    '--signal=KILL',
    String(240 * slowness()),
    process.execPath,
    'scripts/node24.mjs',
    'node_modules/vitest/vitest.mjs',
    'run',
    file,
    '-t',
    wanted,
    '--reporter=json',
    `--outputFile=${out}`,
  ]
  const done = spawnSync('timeout', args, { cwd: folder, encoding: 'utf8' })
  if (done.signal === 'SIGKILL' || done.status === 137) {
    // Which of several waited is not known, so each is run by itself.
    return names.length > 1 ? names.flatMap((name) => test(folder, file, [name])) : [{ name: names.join(), state: 'failed' }]
  }
  const report = JSON.parse(readReport(out, done.stderr)) as JsonReport
  return report.testResults
    .flatMap((r) => r.assertionResults)
    .flatMap(({ fullName, status }) =>
      names.some((name) => fullName.includes(name)) ? [{ name: fullName, state: stateOf(status) }] : [],
    )
}

function readReport(out: string, stderr: string): string {
  try {
    return readFileSync(out, 'utf8')
  } catch {
    throw new Error(`the tests did not report: ${stderr.slice(-2000)}`)
  }
}

/** The runner writes ` > ` between titles where a report has a blank. */
const pattern = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '[ >]+')

const stateOf = (status: string): Ran['state'] => (status === 'passed' || status === 'failed' ? status : 'skipped')
