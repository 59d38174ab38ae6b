// Feeds every parser of documents from outside with damaged ones: npm run fuzz -- --cases 5000 --seed 1 --target lock
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Figures } from './campaign.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    out: { type: 'string', default: 'build/fuzz' },
  },
})
const [cases, seed] = [Number(values.cases), Number(values.seed)]
/** A case that takes longer hangs. */
const patience = 120_000

/** One target in a thread of its own, so that a hang can be ended and told. */
function campaign(target: string): Promise<Figures | string> {
  const at = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { target, cases, seed, at } })
  let [last, since] = [-1, Date.now()]
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (at[0] !== last) [last, since] = [at[0] ?? 0, Date.now()]
      else if (Date.now() - since > patience) end(`hangs in case ${last}`)
    }, 1000)
    const end = (found: Figures | string): void => {
      clearInterval(timer)
      void worker.terminate()
      resolve(found)
    }
    worker.on('message', end)
    worker.on('error', (error) => end(`ended in case ${at[0]}: ${error instanceof Error ? error.message : String(error)}`))
  })
}

const chosen = targets
  .map(({ name }) => name)
  .filter((name) => values.target === undefined || values.target.split(',').includes(name))
if (chosen.length === 0) throw new Error(`no such target; there are ${targets.map(({ name }) => name).join(', ')}`)
console.log(
  '| Target | Cases | Read | Refused | Crashes | Slowest (ms, bytes) | Memory (MiB) |\n| --- | --: | --: | --: | --: | --: | --: |',
)
let [total, failed] = [0, 0]
for (const name of chosen) {
  const figures = await campaign(name)
  if (typeof figures === 'string') {
    failed++
    console.log(`| ${name} | | | | **${figures}** | | |`)
    continue
  }
  const { slowest, crashes, memory } = figures
  total += figures.cases
  failed += crashes.length
  console.log(
    `| ${name} | ${figures.cases} | ${figures.read} | ${figures.refused} | ${crashes.length} | ${Math.round(slowest.milliseconds)}, ${slowest.bytes} | ${Math.round(memory)} |`,
  )
  for (const { number, reason, bytes } of crashes.slice(0, 5)) {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, `${name}-${seed}-${number}`), bytes)
    console.log(`\ncase ${number}: ${reason.split('\n').slice(0, 6).join('\n')}\n`)
  }
}
console.log(`\n${total} cases, seed ${seed}, ${failed} failures`)
process.exitCode = failed === 0 ? 0 : 1
