// What a run of a training script costs beside the script: `npm run bench:starts -- [PYTHON [MODULE...]]`.
//
// A script that trains nothing is started in two ways, which take turns: by itself, with a request and a file for its
// events, and by the engine, which makes and removes folders, follows the events, ends what is left and judges. Both start
// the same interpreter with the same imports, so what the engine adds is the difference of a pair. The goal is a tenth of
// the start. What is added is a median over pairs, since other work of the machine hits both alike. Processor time is the
// figure to trust on a busy machine: it has no waits for a free processor.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScriptTrainer } from '../../src/engines/command/engine.ts'
import { requestOf } from '../../src/engines/command/request.ts'
import { describeSection, placeOf } from '../../src/engines/command/section.ts'
import { normalize } from '../../src/compile/normalize.ts'
import type { TrainerSpec } from '../../src/compile/normalized.ts'
import { compileScript } from '../../src/compile/script.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { mean, median } from '../../src/stats/describe.ts'
import { must } from '../../test/compile/support.ts'
import { row, title } from '../orchestration/print.ts'

const pairs = 200
/** The first pairs compile the code. */
const unmeasured = 10
const goal = 0.1

/** Milliseconds of one start. */
interface Cost {
  readonly wall: number
  /** Processor time of this process. */
  readonly own: number
  /** Processor time of the script; null where the system does not say. */
  readonly script: number | null
}

const folder = mkdtempSync(join(tmpdir(), 'bench-starts-'))
const [asked = 'python3', ...modules] = process.argv.slice(2)
// A version manager's wrapper would count as part of the interpreter's start.
const python = spawnSync(asked, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim() || asked
copyFileSync(join(import.meta.dirname, 'nothing.py'), join(folder, 'nothing.py'))
const command = [python, 'nothing.py', ...modules]
const text = `version: 1
name: nothing
task: classification
trainer: { command: ${JSON.stringify(command)}, levers: { learningRate: lr }, metrics: { nll: nll } }
objective: nll
stages: [verify]
`

const parsed = must(parseSpec(text, 'tuning.yml'))
const spec = must(normalize(parsed)) as TrainerSpec
const source = { folder, env: process.env }
const facts = await describeSection(spec.trainer, source)
if (!facts.ok) throw new Error(facts.error.message)
const plan = must(compileScript(spec, facts.value, parsed.locate))
const place = await placeOf(spec.trainer, source, facts.value.description, join(folder, 'scratch'))
const trainer = createScriptTrainer(plan.workload, place)

/** Processor time of all ended children of this process, in clock ticks of 10 ms; null where the system does not say. */
function childTicks(): number | null {
  if (process.platform !== 'linux') return null
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[13]) + Number(fields[14])
}

async function measured(work: () => Promise<void>): Promise<Cost> {
  const [ticks, used, begun] = [childTicks(), process.cpuUsage(), performance.now()]
  await work()
  const wall = performance.now() - begun
  const { user, system } = process.cpuUsage(used)
  const after = childTicks()
  return { wall, own: (user + system) / 1000, script: ticks === null || after === null ? null : 10 * (after - ticks) }
}

/** The script by itself, from its start until its end is known. */
async function alone(number: number): Promise<Cost> {
  const own = join(folder, `alone-${number}`)
  mkdirSync(own)
  const [request, events] = [join(own, 'request.json'), join(own, 'events.jsonl')]
  const job = { mode: 'train', seed: number, levers: { lr: 0.01 }, epochs: 1, stop_after: null } as const
  writeFileSync(request, JSON.stringify(requestOf('alone', job, own, null)))
  const env = { ...place.environment, TUNEGATE_RUN_FILE: request, TUNEGATE_EVENTS: events }
  return measured(
    () =>
      new Promise((resolve, reject) => {
        const [program = '', ...args] = command
        const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
        child.on('error', reject).on('exit', () => resolve())
      }),
  )
}

/** The same, as a run of a study. */
function byEngine(number: number): Promise<Cost> {
  const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const
  const request = { stage: 'verify', label: 'run', levers: plan.baseline, seed: number, job }
  return measured(async () => {
    const result = await trainer.run(request, `r${number}`)
    if (result.status !== 'complete') throw new Error(result.reason)
  })
}

async function pair(number: number): Promise<{ readonly alone: Cost; readonly run: Cost }> {
  const first = number % 2 === 0 ? await alone(number) : null
  const run = await byEngine(number)
  return { alone: first ?? (await alone(number)), run }
}

function share(name: string, added: number, start: number): void {
  const ratio = added / start
  const value = `${added.toFixed(2)} ms of ${start.toFixed(1)} ms, ${(100 * ratio).toFixed(1)} %`
  row(name, value, { goal: '≤ 10 %', met: ratio <= goal })
}

try {
  const found: Awaited<ReturnType<typeof pair>>[] = []
  for (let number = 0; number < pairs + unmeasured; number++) found.push(await pair(number))
  const kept = found.slice(unmeasured)
  title(`A run that trains nothing: ${command.join(' ')}; ${pairs} pairs`)
  share(
    'what a run adds to a start, wall time',
    median(kept.map((p) => p.run.wall - p.alone.wall)),
    median(kept.map((p) => p.alone.wall)),
  )
  const starts = kept.flatMap((p) => (p.alone.script === null ? [] : p.alone.script + p.alone.own))
  if (starts.length > 0) share('the same, processor time', median(kept.map((p) => p.run.own - p.alone.own)), mean(starts))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
