import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { idOfLine } from '../../src/run/journal-line.ts'
import { root } from '../support/architecture.ts'
import { smallSpec } from '../support/cli.ts'
import { node24 } from '../support/runner.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'
import type { DigitsStudy } from '../support/worker-digits-study.ts'
import { folder, journalIn, until } from './runs.ts'

let bundle: WorkerBundle
beforeAll(async () => {
  bundle = await bundleWorker()
})
afterAll(() => bundle.remove())

/** Five stages on the digits, in a folder of its own. */
function place(): DigitsStudy & { readonly config: string } {
  const where = folder()
  const [spec, config, out, started] = ['tuning.yml', 'config', 'out', 'started'].map((name) => join(where, name)) as [
    string,
    string,
    string,
    string,
  ]
  copyFileSync(join(root, 'examples/digits/digits.csv.gz'), join(where, 'digits.csv.gz'))
  writeFileSync(spec, smallSpec.replace('examples/digits/digits.csv.gz', 'digits.csv.gz'))
  const study = { spec, journal: journalIn(where), out, started, script: bundle.script, wasmFolder: bundle.wasmFolder }
  writeFileSync(config, JSON.stringify(study))
  return { ...study, config }
}

function start(config: string) {
  const child = spawn(node24, [join(root, 'test/support/worker-digits-study.ts'), config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return { child, ended: new Promise<number | null>((resolve) => child.on('close', resolve)) }
}

const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [])
const finished = (path: string): string[] =>
  lines(path)
    .slice(1)
    .map((line) => idOfLine(line) ?? 'damaged')

it('a study of the digits, killed five times, takes the same way to the same levers and repeats no finished run', async () => {
  const whole = place()
  expect(await start(whole.config).ended).toBe(0)
  const runs = lines(whole.started)
  expect(runs.length).toBeGreaterThan(30)
  expect([...finished(whole.journal)].sort()).toEqual([...runs].sort())

  const killed = place()
  const random = stream(23, 'kills')
  let lost = 0
  for (let kill = 0; kill < 5; kill++) {
    const [before, already] = [new Set(finished(killed.journal)), lines(killed.started).length]
    const { child, ended } = start(killed.config)
    const more = random.integer(6)
    await until(() => lines(killed.started).length >= already + more, 20_000)
    await sleep(random.uniform() * (more === 0 ? 250 : 40))
    child.kill('SIGKILL')
    expect(await ended).toBeNull()
    const begun = lines(killed.started).slice(already)
    expect(begun.filter((id) => before.has(id))).toEqual([])
    const after = new Set(finished(killed.journal))
    lost += begun.filter((id) => !after.has(id)).length
  }
  const before = finished(killed.journal)
  expect(before.length).toBeLessThan(runs.length)
  expect(lost).toBeGreaterThan(0)
  expect(await start(killed.config).ended).toBe(0)
  expect(JSON.parse(readFileSync(killed.out, 'utf8'))).toEqual(JSON.parse(readFileSync(whole.out, 'utf8')))
  // Every run was trained to its end once; the others that were started are those that a kill cut off.
  expect([...finished(killed.journal)].sort()).toEqual([...runs].sort())
  expect(lines(killed.started)).toHaveLength(runs.length + lost)
})
