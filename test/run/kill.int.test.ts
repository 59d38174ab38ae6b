import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { idOfLine } from '../../src/run/journal-line.ts'
import { root } from '../support/architecture.ts'
import { memoryGroup, noGroups } from '../support/memory-group.ts'
import { node24 } from '../support/runner.ts'
import type { StudyConfig } from '../support/worker-study.ts'
import { someWorkload } from '../support/world.ts'
import { folder, isAlive, journalIn, noData, until } from './runs.ts'

interface Place {
  readonly where: string
  readonly journal: string
  readonly notes: string
  readonly out: string
  readonly config: string
}

function place(over: Partial<StudyConfig> = {}): Place {
  const where = folder()
  const [notes, out, config] = ['notes', 'out.json', 'config'].map((name) => join(where, name)) as [string, string, string]
  const journal = journalIn(where)
  writeFileSync(
    config,
    serialize({
      journal,
      out,
      label: 'wait 25',
      epochs: 1,
      script: join(root, 'test/support/worker-scripted.ts'),
      init: { type: 'init', engine: 'wasm', folder: notes, workload: someWorkload, data: noData },
      ...over,
    } satisfies StudyConfig),
  )
  return { where, journal, notes, out, config }
}

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  readonly said: () => string
}

const script = join(root, 'test/support/worker-study.ts')

function start({ config }: Place, [program, ...args]: readonly [string, ...string[]] = [node24, script]): Started {
  const child = spawn(program, [...args, config], { stdio: ['ignore', 'ignore', 'pipe'] })
  // A test that fails leaves no study behind; workers end with it.
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve(code))), said: () => said }
}

const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [])
const finished = (at: Place): string[] =>
  lines(at.journal)
    .slice(1)
    .map((line) => idOfLine(line) ?? 'damaged')
const begun = (at: Place): { id: string; pid: number }[] =>
  lines(at.notes)
    .map((line) => line.split(' '))
    .filter(([what]) => what === 'start')
    .map(([, id = '', pid]) => ({ id, pid: Number(pid) }))

describe('a study that is killed', () => {
  it('ten times at random moments ends as an uninterrupted one, and repeats no finished run', async () => {
    const whole = place()
    expect(await start(whole).ended).toBe(0)
    const total = begun(whole).length
    expect(total).toBeGreaterThan(20)

    const killed = place()
    const random = stream(11, 'kills')
    for (let kill = 0; kill < 10; kill++) {
      const [before, notes] = [new Set(finished(killed)), begun(killed).length]
      const { child, ended } = start(killed)
      // Half of them before there is a worker, half in the middle of its second to fourth run: too few in all to finish.
      const runs = kill % 2 === 0 ? 0 : 2 + random.integer(3)
      await until(() => begun(killed).length >= notes + runs)
      await sleep(random.uniform() * (runs === 0 ? 150 : 25))
      child.kill('SIGKILL')
      await ended
      // What was on disk when it began was not trained again.
      expect(
        begun(killed)
          .slice(notes)
          .filter((n) => before.has(n.id)),
      ).toEqual([])
      await until(() => begun(killed).every((n) => !isAlive(n.pid)))
    }
    const before = finished(killed)
    expect(before.length).toBeGreaterThan(2)
    expect(before.length).toBeLessThan(total)
    const notes = begun(killed).length
    expect(await start(killed).ended).toBe(0)
    expect(readFileSync(killed.out, 'utf8')).toBe(readFileSync(whole.out, 'utf8'))
    expect(begun(killed).length - notes).toBe(total - before.length)
    expect([...finished(killed)].sort()).toEqual([...finished(whole)].sort())
  })

  it('leaves no worker behind that computes and looks at nothing but its own steps', async () => {
    const at = place({ label: 'hang-until-orphaned' })
    const { child, ended } = start(at)
    await until(() => begun(at).length === 2)
    child.kill('SIGKILL')
    await ended
    await until(() => begun(at).every((n) => !isAlive(n.pid)))
  })

  it('by Ctrl-C keeps what is finished, ends its workers and gives the journal free', async () => {
    const at = place({ label: 'wait 200' })
    const { child, ended } = start(at)
    await until(() => begun(at).length >= 5)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(finished(at).length).toBeLessThan(20)
    expect(begun(at).every((n) => !isAlive(n.pid))).toBe(true)
    expect(finished(at).length).toBeGreaterThanOrEqual(2)
    expect(readdirSync(at.where).filter((name) => name.includes('lock'))).toEqual([])
  })
})

// Elsewhere `kill -9` stands in for the kernel, above and in the tests of the pool: to who is left both look the same.
describe.skipIf(noGroups !== null)(
  `the kernel, out of memory (where a group of processes can be made${noGroups === null ? '' : `: ${noGroups}`}),`,
  () => {
    it('kills the study itself: it continues to the same end, and repeats no finished run', async () => {
      const whole = place({ label: 'wait 40' })
      expect(await start(whole).ended).toBe(0)
      const at = place({ label: 'wait 40' })
      // In the middle by count, not by the clock, and without a moment to finish another run: the eating never yields.
      const eat = `data:text/javascript,${encodeURIComponent(`import { existsSync, readFileSync } from 'node:fs'
        const begun = () => (existsSync(${JSON.stringify(at.notes)}) ? readFileSync(${JSON.stringify(at.notes)}, 'utf8').split('start ').length - 1 : 0)
        const eaten = []
        setInterval(() => { if (begun() >= 6) for (;;) eaten.push(Buffer.alloc(2 ** 23, 1)) }, 2)`)}`
      const procs = memoryGroup(500)
      const { child, ended } = start(at, [
        'sh',
        '-c',
        `echo $$ > ${procs}; exec "$@"`,
        'sh',
        node24,
        '--import',
        eat,
        script,
      ])
      expect([await ended, child.signalCode]).toEqual([null, 'SIGKILL'])
      const before = finished(at)
      const notes = begun(at).length
      expect(before.length).toBeLessThan(24)
      expect(await start(at).ended).toBe(0)
      expect(
        begun(at)
          .slice(notes)
          .filter((n) => before.includes(n.id)),
      ).toEqual([])
      expect(readFileSync(at.out, 'utf8')).toBe(readFileSync(whole.out, 'utf8'))
    })
  },
)

describe('two processes on one journal', () => {
  it('are one too many: the second says who has it', async () => {
    const held = place({ hold: 60_000 })
    const first = start(held)
    await until(() => existsSync(held.journal))
    const other = place({ journal: held.journal })
    const second = start(other)
    expect(await second.ended).toBe(2)
    expect(second.said()).toContain(`process ${first.child.pid}`)
    expect(begun(other)).toEqual([])
    first.child.kill('SIGKILL')
    await first.ended
  })

  it('or five at once, after one that was killed: exactly one takes it over', async () => {
    for (let round = 0; round < 3; round++) {
      const at = place({ hold: 60_000 })
      const dead = start(at)
      await until(() => existsSync(`${at.journal}.lock`))
      dead.child.kill('SIGKILL')
      await dead.ended
      const codes: (number | null)[] = []
      const five = Array.from({ length: 5 }, () => start(at))
      for (const { ended } of five) void ended.then((code) => codes.push(code))
      await until(() => codes.length >= 4)
      const holders = five.filter((one) => one.child.exitCode === null)
      holders.forEach((one) => one.child.kill('SIGKILL'))
      await Promise.all(five.map((one) => one.ended))
      expect(codes).toEqual([2, 2, 2, 2, null])
    }
  })
})
