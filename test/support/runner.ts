import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from './architecture.ts'

/** A line that the runner obeys. */
export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly value: string
}

export interface StepResult {
  readonly exitCode: number | null
  readonly log: string
  readonly stderr: string
  readonly commands: readonly Command[]
  readonly outputs: Readonly<Record<string, string>>
  /** What its `post` step finds in its variables. */
  readonly state: Readonly<Record<string, string>>
  /** Null where the platform would have dropped it: over 1 MiB. */
  readonly summary: string | null
}

export interface Step {
  /** What node runs. */
  readonly script: string
  readonly with?: Readonly<Record<string, string>>
  readonly workspace: string
  readonly env?: Readonly<Record<string, string>>
  /** The job is cancelled, as the runner does it first, as soon as the log matches. */
  readonly cancelAt?: RegExp
}

interface Input {
  readonly description: string
  readonly default?: unknown
  readonly required?: boolean
}

interface Manifest {
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: { readonly using: string; readonly main: string }
}

export const manifest = (): Manifest => parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Manifest

/** The Node that runners bring for `node24`; the one that runs the tests where the package is not there. */
export const node24 = ((): string => {
  const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  return existsSync(bundled) ? bundled : process.execPath
})()

/** Where V8 keeps what it compiled of the bundle, which changes nothing but how soon a step starts. */
const { NODE_COMPILE_CACHE } = process.env
const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }

/** A file with the payload of an event, as the runner leaves it to the steps. */
export function eventFile(payload: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json')
  writeFileSync(file, JSON.stringify(payload))
  return file
}

/** The variables of a step that this event has started. */
export const startedBy = (event: string, payload: unknown): Readonly<Record<string, string>> => ({
  GITHUB_EVENT_NAME: event,
  GITHUB_EVENT_PATH: eventFile(payload),
})

/** What the payload of an event says of pull request 7, from one commit to another. */
export const pullPayload = (base: string, head: string): unknown => ({
  pull_request: { number: 7, base: { sha: base, ref: 'main' }, head: { sha: head } },
})

/**
 * Runs a step as the runner does: inputs with their defaults, the files for outputs and summary, nothing else of ours. The
 * engine is wasm unless a test names another: `auto` would download the native one.
 */
export async function runStep(step: Step): Promise<StepResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'step-'))
  const [output, summary, state] = ['output', 'summary', 'state'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ]
  for (const file of [output, summary, state]) writeFileSync(file, '')
  const defaults = Object.entries(manifest().inputs).map(([name, { default: value }]) => [name, String(value ?? '')])
  const inputs = { ...(Object.fromEntries(defaults) as Record<string, string>), engine: 'wasm', ...step.with }
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: scratch,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'octo/nets',
    GITHUB_RUN_ID: '77',
    GITHUB_WORKSPACE: step.workspace,
    RUNNER_TEMP: scratch,
    GITHUB_OUTPUT: output,
    GITHUB_STATE: state,
    GITHUB_STEP_SUMMARY: summary,
    ...compiled,
    ...variables(inputs),
    ...step.env,
  }
  const { exitCode, stdout, stderr } = await finished(step, env)
  const page = readFileSync(summary)
  return {
    exitCode,
    log: stdout,
    stderr,
    commands: commandsIn(stdout),
    outputs: outputsIn(readFileSync(output, 'utf8')),
    state: Object.fromEntries(
      Object.entries(outputsIn(readFileSync(state, 'utf8'))).map(([name, value]) => [`STATE_${name}`, value]),
    ),
    summary: page.length > 1024 * 1024 ? null : page.toString(),
  }
}

/** `INPUT_FAIL-ON` for `fail-on`. */
function variables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replace(/ /g, '_').toUpperCase()}`, value]),
  )
}

interface Finished {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function finished({ script, workspace, cancelAt }: Step, env: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(node24, [script], { env, cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    let cancelled = false
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.stdout += chunk
      if (!cancelled && cancelAt?.test(text.stdout)) cancelled = child.kill('SIGINT')
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.stderr += chunk
    })
    child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, ...text }))
  })
}

/** The runner's rule: a line that begins, blanks aside, with `::`, as `::name key=value,key=value::text`. */
export function commandsIn(log: string): Command[] {
  return log.split('\n').flatMap((line) => {
    const match = /^\s*::([^\s:]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/.exec(line)
    if (!match) return []
    const pairs = (match[2] ?? '')
      .split(',')
      .filter((p) => p.includes('='))
      .map((p): [string, string] => {
        const at = p.indexOf('=')
        return [
          p.slice(0, at).trim(),
          unescape(p.slice(at + 1))
            .replaceAll('%3A', ':')
            .replaceAll('%2C', ','),
        ]
      })
    return [{ name: match[1] ?? '', properties: Object.fromEntries(pairs), value: unescape(match[3] ?? '') }]
  })
}

const unescape = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

/** `name<<delimiter`, lines, `delimiter`. */
function outputsIn(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let i = 0; i < lines.length; i++) {
    const [name, delimiter] = (lines[i] ?? '').split('<<')
    if (!name || !delimiter) continue
    const end = lines.indexOf(delimiter, i + 1)
    found[name] = lines.slice(i + 1, end).join('\n')
    i = end
  }
  return found
}
