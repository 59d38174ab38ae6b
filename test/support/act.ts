import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from './architecture.ts'
import { eventFile, node24 } from './runner.ts'

export interface Ended {
  readonly status: number | null
  readonly log: string
}

/** Runs a workflow as a runner on this machine would, without Docker and without a network. */
export function act(
  program: string,
  cwd: string,
  what: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  mkdirSync(join(home, '.config/act'), { recursive: true })
  writeFileSync(join(home, '.config/act/actrc'), '')
  const set = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const env = { HOME: home, PATH: `${dirname(node24)}${delimiter}${process.env['PATH'] ?? ''}` }
  const args = [...what, '--platform', 'ubuntu-latest=-self-hosted', ...set]
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, log })))
}

/** Copies our action into a folder, and tells its bundle where the emulator is: act sets the address of the API itself. */
export function emulatedAction(folder: string): string {
  for (const name of ['action.yml', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true })
  const main = join(folder, 'dist/action/index.js')
  cpSync(main, join(folder, 'dist/action/real.js'))
  writeFileSync(
    main,
    "process.env.GITHUB_API_URL = process.env.TEST_API_URL\nif (!process.argv[1].endsWith('post.js')) process.argv[1] = new URL('./real.js', import.meta.url).pathname\nawait import('./real.js')\n",
  )
  return folder
}

/** The event of a run on the default branch, as arguments of act. The checkout must be on the branch main. */
export function onDefaultBranch(): readonly string[] {
  const payload = { ref: 'refs/heads/main', repository: { default_branch: 'main', full_name: 'octo/nets' } }
  return ['--eventpath', eventFile(payload)]
}

export function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org']
  const done = spawnSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`git ${args[0]}: ${done.stderr}`)
  return done.stdout.trim()
}

export function commitAll(folder: string): string {
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message=all')
  return folder
}

/** The Node of runners. */
export function runNode(cwd: string, ...args: readonly string[]) {
  return spawnSync(node24, args, { cwd, encoding: 'utf8' })
}

/** A repository with our action, a workflow, and a study of the wine data by this spec. Returns its folder. */
export function wineRepository(workflow: string, spec: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'act-')), 'repository')
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  for (const name of ['action.yml', 'dist']) cpSync(join(root, name), join(folder, name), { recursive: true })
  cpSync(join(root, 'examples/wine/wine.csv'), join(folder, 'wine.csv'))
  writeFileSync(join(folder, 'tuning.yml'), spec)
  writeFileSync(join(folder, '.gitignore'), '.tunegate/\n')
  writeFileSync(join(folder, '.github/workflows/tune.yml'), workflow)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'remote', 'add', 'origin', 'https://github.com/octo/nets.git')
  commitAll(folder)
  return folder
}
