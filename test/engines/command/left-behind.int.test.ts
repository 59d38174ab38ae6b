import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkScript } from '../../../src/engines/command/check.ts'
import { needs } from '../../support/tools.ts'
import { alive, full, reason, removeFolder, timeless, tiny, trained, world } from './support.ts'

// What a script does to the machine beside its run.
afterAll(removeFolder)

describe('a script that prints without an end', () => {
  it('is ended at the limit, although it ignores the first signal, and costs no memory', async () => {
    const before = process.memoryUsage.rss()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss())
    }, 20)
    const result = await trained({ FAULT: 'flood' })
    clearInterval(watch)
    expect(reason(result)).toMatch(/^the script printed more than 256 MiB; print less, or nothing, in a study; its last/)
    expect((most - before) / 2 ** 20).toBeLessThan(200)
  })
})

describe('a script that exits with 75', () => {
  it('is started again at its checkpoint, and ends as one that was not interrupted', async (context) => {
    needs(context, 'python3')
    const [whole, interrupted] = [await trained({}, full, 1, tiny), await trained({ FAULT: 'interrupted' }, full, 1, tiny)]
    expect(reason(whole)).toBe('complete')
    expect(whole.steps.loss).toHaveLength(40)
    expect(timeless(interrupted)).toEqual(timeless(whole))
  })
})

describe('a script that leaves processes behind', () => {
  it.each(['child', 'child-in-group'])('is a complete run, and they end with it: %s', async (fault) => {
    const begun = performance.now()
    expect(reason(await trained({ FAULT: fault }))).toBe('complete')
    expect(performance.now() - begun).toBeLessThan(300_000)
  })

  it('is told apart from a copy of itself that reports too', async () => {
    expect(reason(await trained({ FAULT: 'twice' }))).toMatch(
      /reported hello (?:twice|after end); where several processes train together, only the first may report/,
    )
  })

  it('reports once where it forks and uses the package', async (context) => {
    needs(context, 'python3')
    expect(reason(await trained({ FAULT: 'forks' }, full, 1, tiny))).toBe('complete')
  })

  it('is ended by the next study if the last one was killed while it looked at the script', async () => {
    const { plan, workload, place } = await world()
    const env = { PATH: process.env['PATH'], TUNEGATE_RUN_FILE: join(place.scratch, 'check-x.request.json') }
    const left = spawn('sleep', ['600'], { env, stdio: 'ignore', detached: true })
    const ended = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)))
    expect((await checkScript(workload, plan.baseline, place, 3)).ok).toBe(true)
    if (process.platform !== 'linux') left.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    expect(alive(place.scratch)).toEqual([])
  })
})
