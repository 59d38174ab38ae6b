// What a run of a training script costs beside the script: `node bench/trainers/starts.ts [PYTHON [MODULE...]]`.
//
// A script that trains nothing is started in two ways, which take turns: by itself, with a request and a file for its
// events, and by the engine, which makes and removes folders, follows the events, ends what is left and judges. Both start
// the same interpreter with the same imports, so what the engine adds is the difference of a pair. The goal is a tenth of
// the start. Each figure is a median over pairs, since other work of the machine hits both alike.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScriptTrainer } from '../../src/engines/command/engine.ts'
import { requestOf } from '../../src/engines/command/request.ts'
import { describeSection, placeOf } from '../../src/engines/command/section.ts'
import { normalize } from '../../src/compile/normalize.ts'
import type { TrainerSpec } from '../../src/compile/normalized.ts'
import { compileScript } from '../../src/compile/script.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { median } from '../../src/stats/describe.ts'
import { must } from '../../test/compile/support.ts'
import { row, title } from '../orchestration/print.ts'

const pairs = 50
const goal = 0.1

interface Pair {
  /** Milliseconds. */
  readonly alone: number
  readonly run: number
  /** Of this process, for a run by the engine. */
  readonly cpu: number
}

const folder = mkdtempSync(join(tmpdir(), 'bench-starts-'))
const [python = 'python3', ...modules] = process.argv.slice(2)
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

/** The script by itself, from its start until its end is known. */
async function alone(number: number): Promise<number> {
  const own = join(folder, `alone-${number}`)
  mkdirSync(own)
  const [request, events] = [join(own, 'request.json'), join(own, 'events.jsonl')]
  const asked = { mode: 'train', seed: number, levers: { lr: 0.01 }, epochs: 1, stop_after: null } as const
  writeFileSync(request, JSON.stringify(requestOf('alone', asked, own, null)))
  const env = { ...place.environment, TUNEGATE_RUN_FILE: request, TUNEGATE_EVENTS: events }
  const begun = performance.now()
  await new Promise((resolve, reject) => {
    const [program = '', ...args] = command
    const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    child.on('error', reject).on('exit', resolve)
  })
  return performance.now() - begun
}

/** The same, as a run of a study. */
async function byEngine(number: number): Promise<Pick<Pair, 'run' | 'cpu'>> {
  const [begun, used] = [performance.now(), process.cpuUsage()]
  const job = { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false } as const
  const request = { stage: 'verify', label: 'run', levers: plan.baseline, seed: number, job }
  const result = await trainer.run(request, `r${number}`)
  if (result.status !== 'complete') throw new Error(result.reason)
  const { user, system } = process.cpuUsage(used)
  return { run: performance.now() - begun, cpu: (user + system) / 1000 }
}

async function pair(number: number): Promise<Pair> {
  const first = number % 2 === 0 ? await alone(number) : null
  const own = await byEngine(number)
  return { alone: first ?? (await alone(number)), ...own }
}

try {
  const found: Pair[] = []
  for (let number = 0; number < pairs + 5; number++) found.push(await pair(number))
  // The first pairs compile the code.
  const kept = found.slice(5)
  const start = median(kept.map((p) => p.alone))
  const added = median(kept.map((p) => p.run - p.alone))
  const ratio = added / start
  title(`A run that trains nothing: ${command.join(' ')}; medians of ${pairs} pairs`)
  row('the script by itself', `${start.toFixed(1)} ms`)
  row('what a run adds', `${added.toFixed(2)} ms, ${(100 * ratio).toFixed(1)} % of it`, {
    goal: '≤ 10 %',
    met: ratio <= goal,
  })
  row('processor time of the engine for a run', `${median(kept.map((p) => p.cpu)).toFixed(2)} ms`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
