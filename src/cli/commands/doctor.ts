import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { lineOf } from '../../base/diagnostics.ts'
import { reasonOf } from '../../base/files.ts'
import { ownCommand } from '../../base/own-command.ts'
import { chooseEngine } from '../../engines/choose.ts'
import { downloadedEngine, engineNamed, installableEngines } from '../../engines/index.ts'
import { thisMachine, workersFor } from '../../run/worker-count.ts'
import { version } from '../../study/version.ts'
import { workerScript } from '../bundled-files.ts'
import { engineFolder } from '../engine-folder.ts'
import { exitCodes } from '../exit.ts'
import { outputColumns } from '../output.ts'
import { out } from '../print.ts'
import { wrapped } from '../text.ts'

/** One thing that a study needs, or that makes it faster. */
interface Finding {
  readonly what: string
  /** `note`: studies run, but something is slower or missing. */
  readonly status: 'ok' | 'note' | 'fails'
  readonly found: string
  /** What to do about it; null if there is nothing to do. */
  readonly todo: string | null
}

const issues = 'https://github.com/tunegate/tunegate/issues'
const mebi = 2 ** 20
/** A study keeps every step of every run; below this, a long one may not fit. */
const littleDisk = 500 * mebi

/** Prints what this machine offers to a study. Exits with 1 if a study cannot run here. */
export async function doctorCommand({ json }: { readonly json?: boolean }): Promise<number> {
  const findings = [
    program(),
    ...(await Promise.all([worker(), engine(), here(), disk(), engineWritable(), network()])),
    machine(),
  ]
  if (json) out.document(`${JSON.stringify({ version, findings }, null, 2)}\n`)
  else out.lines(...findings.flatMap(linesOf), '', ...reporting())
  return findings.some(({ status }) => status === 'fails') ? exitCodes.fail : exitCodes.pass
}

function linesOf({ what, status, found, todo }: Finding): string[] {
  const columns = outputColumns(120)
  const below = ' '.repeat(21)
  const [first = '', ...rest] = wrapped(found, columns, below)
  const head = `${status.padEnd(7)}${what.padEnd(14)}${first.trimStart()}`
  return [head, ...rest, ...(todo === null ? [] : wrapped(todo, columns, below))]
}

const reporting = (): string[] => [
  `To report a bug, open ${issues} and add the lines above, the command, and the spec.`,
  'Report a vulnerability in private: SECURITY.md says how.',
]

const program = (): Finding => ({
  what: 'tunegate',
  status: 'ok',
  found: `${version} on Node ${process.versions.node}, ${process.platform} ${release()} ${process.arch}`,
  todo: null,
})

async function worker(): Promise<Finding> {
  const script = workerScript()
  const there = await access(script, constants.R_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => reasonOf(error),
  )
  return there === null
    ? { what: 'workers', status: 'ok', found: script, todo: null }
    : { what: 'workers', status: 'fails', found: `${script}: ${there}`, todo: 'Install tunegate again.' }
}

/** The engine that `auto` takes, and whether it trains. */
async function engine(): Promise<Finding> {
  const root = engineFolder()
  const chosen = await chooseEngine('auto', (one) => one.available(root))
  if (!chosen.ok) {
    return { what: 'engine', status: 'fails', found: chosen.error.map(lineOf).join('; '), todo: null }
  }
  const { engine: name, folder, why } = chosen.value
  if (folder === null) {
    return { what: 'engine', status: 'note', found: `${name}: ${why}`, todo: await faster(root) }
  }
  const { installer, mend } = engineNamed(name)
  const { loads } = (await installer?.status(root)) ?? { loads: null }
  if (loads?.ok) return { what: 'engine', status: 'ok', found: `${name}, which loads and trains`, todo: null }
  const found = `${name} does not train here: ${loads === null ? 'it is gone' : lineOf(loads.error)}`
  return { what: 'engine', status: 'fails', found, todo: mend === undefined ? null : `${mend()}.` }
}

/** What the user can install on this machine. */
async function faster(root: string): Promise<string | null> {
  const all = await Promise.all(
    installableEngines().map(async ({ name, installer }) => {
      const place = await installer.placeOf(root)
      return place.ok ? [`${ownCommand('engine', 'install', name)} installs ${installer.summary}.`] : []
    }),
  )
  return all.flat().length === 0 ? null : ['It works everywhere. Others are faster:', ...all.flat()].join(' ')
}

function machine(): Finding {
  const { cores, memory } = thisMachine()
  const { workers } = workersFor(cores, { cores, memory })
  const found = `${cores} cores and ${Math.floor(memory / mebi)} MiB of free memory: ${workers} ${workers === 1 ? 'worker' : 'workers'} for small data`
  return workers < cores
    ? { what: 'machine', status: 'note', found, todo: 'Close other programs to train with one worker per core.' }
    : { what: 'machine', status: 'ok', found, todo: null }
}

/** Reports go below the current folder. */
async function here(): Promise<Finding> {
  const what = 'this folder'
  try {
    await rm(await mkdtemp(join(process.cwd(), '.tunegate-doctor-')), { recursive: true })
    return { what, status: 'ok', found: `${process.cwd()} takes reports`, todo: null }
  } catch (error) {
    const found = `${process.cwd()}: ${reasonOf(error as NodeJS.ErrnoException)}`
    return { what, status: 'fails', found, todo: 'Run tunegate in a folder that you may write to, or name one with --out.' }
  }
}

async function disk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(process.cwd())
  const free = bavail * bsize
  const found = `${Math.floor(free / mebi)} MiB free`
  return free < littleDisk
    ? { what: 'disk', status: 'note', found, todo: 'A long study keeps several hundred MiB of curves.' }
    : { what: 'disk', status: 'ok', found, todo: null }
}

/** Whether engines could be installed; their folder may not exist yet. */
async function engineWritable(): Promise<Finding> {
  const root = engineFolder()
  const what = 'engine folder'
  for (let folder = root; ; folder = dirname(folder)) {
    const reason = await access(folder, constants.W_OK).then(
      () => null,
      (error: NodeJS.ErrnoException) => error,
    )
    if (reason === null) return { what, status: 'ok', found: root, todo: null }
    if (reason.code !== 'ENOENT' || dirname(folder) === folder)
      return {
        what,
        status: 'note',
        found: `${folder}: ${reasonOf(reason)}`,
        todo: 'Name another with TUNEGATE_ENGINE_DIR.',
      }
  }
}

const registry = 'https://registry.npmjs.org/-/ping'
const patienceMs = 4000

/** Only a download of an engine needs a network. */
async function network(): Promise<Finding> {
  const what = 'network'
  const todo = `Only the install of the ${downloadedEngine().name} engine needs it. npm may use a proxy or a registry of yours.`
  try {
    const { status } = await fetch(registry, { signal: AbortSignal.timeout(patienceMs) })
    if (status < 500) return { what, status: 'ok', found: 'the npm registry answers', todo: null }
    return { what, status: 'note', found: `the npm registry answers with ${status}`, todo }
  } catch {
    return { what, status: 'note', found: 'the npm registry does not answer', todo }
  }
}
