import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { InputError } from '../../src/base/diagnostics.ts'
import { idOfLine, journalLine } from '../../src/run/journal-line.ts'
import { scanJournal } from '../../src/run/journal-scan.ts'
import { Journal } from '../../src/run/journal.ts'
import { readRuns } from '../../src/run/read-runs.ts'
import { all, complete, crashed, folder, header, journalIn, request, until } from './runs.ts'

async function written(path: string, ids: readonly string[]): Promise<Buffer> {
  const journal = await Journal.open(path, header)
  await Promise.all(ids.map((id) => journal.append(complete(id))))
  await journal.close()
  return readFileSync(path)
}

const idsIn = async (journal: Journal): Promise<string[]> => (await all(journal.runs())).map((r) => r.id)

describe('the journal', () => {
  it('gives back what was appended, now and when opened again', async () => {
    const path = journalIn(folder())
    const first = await Journal.open(path, header)
    const run = complete('a1')
    await first.append(run)
    expect(await first.read('a1')).toEqual(run)
    expect(first.has('b2')).toBe(false)
    await first.close()

    const second = await Journal.open(path, header)
    expect(second.notices).toEqual([])
    expect(second.size).toBe(1)
    expect(await second.read('a1')).toEqual(run)
    expect(await second.read('b2')).toBeUndefined()
    await second.close()
  })

  it('gives back what was not finite as it was logged', async () => {
    const journal = await Journal.open(journalIn(folder()), header)
    const run = complete('a1')
    const steps = { loss: [1, NaN], learningRate: [0.1, 0.1], gradientNorm: [NaN, NaN], clipped: [false, false] }
    await journal.append({ ...run, steps })
    expect((await journal.read('a1'))?.steps).toEqual(steps)
    await journal.close()
  })

  it('takes appends one after the other, all at once, and in bursts while it writes', async () => {
    const journal = await Journal.open(journalIn(folder()), header)
    for (const id of ['a', 'b', 'c']) await journal.append(complete(id))
    await Promise.all(['d', 'e', 'f'].map((id) => journal.append(complete(id))))
    const early = journal.append(complete('0'))
    await new Promise(setImmediate)
    const late = [journal.append(complete('1')), journal.append(complete('2'))]
    await Promise.all([early, ...late])
    expect(await idsIn(journal)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', '0', '1', '2'])
    await journal.close()
  })

  it('has every run on disk by the time its append is done', async () => {
    const path = journalIn(folder())
    const journal = await Journal.open(path, header)
    for (let i = 0; i < 20; i++) {
      await journal.append(complete(`${i}`))
      expect(readFileSync(path, 'utf8').trimEnd().split('\n').map(idOfLine)).toContain(`${i}`)
    }
    await journal.close()
  })

  it('takes runs of any length, and labels in any script', async () => {
    const path = journalIn(folder())
    const log = Array.from({ length: 20_000 }, (_, i) => i / 7)
    const long = {
      ...complete('a'),
      steps: { loss: log, learningRate: log, gradientNorm: log, clipped: log.map(() => false) },
    }
    const runs = [long, complete('b', request('学習率 → 0.1 · “é”\n\u2028')), { ...long, id: 'c' }]
    const first = await Journal.open(path, header)
    for (const run of runs) await first.append(run)
    await first.close()
    const second = await Journal.open(path, header)
    expect(await all(second.runs())).toEqual(runs)
    await second.close()
  })

  it('keeps the last of two runs of one id', async () => {
    const path = journalIn(folder())
    const first = await Journal.open(path, header)
    await first.append(crashed('a'))
    await first.append(complete('a'))
    expect((await first.read('a'))?.status).toBe('complete')
    await first.close()
    const second = await Journal.open(path, header)
    expect(second.size).toBe(1)
    expect((await second.read('a'))?.status).toBe('complete')
    await second.close()
  })

  it('can be read without holding it', async () => {
    const path = journalIn(folder())
    await written(path, ['a', 'b', 'c'])
    const holder = await Journal.open(path, header)
    const runs = await all(readRuns(path, ['c', 'nowhere', 'a']))
    expect(runs).toEqual([complete('c'), complete('a')])
    await holder.close()
  })
})

describe('a journal that was cut', () => {
  it('at any byte opens with the runs before the cut, and takes up the rest', async () => {
    const path = journalIn(folder())
    const whole = await written(path, ['a', 'b', 'c'])
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
    const headerEnd = ends[0] as number
    // Every byte of the seams, and a sample between: 64 opens with their syncs instead of 3,000.
    const random = stream(1, 'cuts')
    const between = Array.from({ length: 40 }, () => random.integer(whole.length))
    const cuts = new Set([0, 1, ...ends.flatMap((end) => [end - 2, end - 1, end, end + 1, end + 2]), ...between])
    for (const cut of [...cuts].filter((c) => c <= whole.length)) {
      writeFileSync(path, whole.subarray(0, cut))
      const expected = ['a', 'b', 'c'].slice(0, Math.max(0, ends.filter((end) => end <= cut).length - 1))
      const journal = await Journal.open(path, header)
      expect(await idsIn(journal), `cut at ${cut}`).toEqual(expected)
      // What was torn is gone from the file too, or a shorter line written over it would leave its end behind.
      if (cut >= headerEnd) expect(readFileSync(path).length, `cut at ${cut}`).toBe(ends[expected.length])
      const torn = cut > headerEnd && !ends.includes(cut)
      expect(
        journal.notices.filter((n) => n.includes('torn')),
        `cut at ${cut}`,
      ).toHaveLength(torn ? 1 : 0)
      for (const id of ['a', 'b', 'c']) if (!journal.has(id)) await journal.append(complete(id))
      expect(await idsIn(journal)).toEqual(['a', 'b', 'c'])
      await journal.close()
      expect(readFileSync(path).equals(whole), `cut at ${cut}`).toBe(true)
    }
  })

  it('at any byte at all is read as the runs before the cut, and nothing else', async () => {
    const path = journalIn(folder())
    const whole = await written(path, ['a', 'b'])
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(path, whole.subarray(0, cut))
      const found = await scanJournal(path)
      const lines = ends.filter((end) => end <= cut).length
      expect([[...(found?.places.keys() ?? [])], found?.torn, found?.damaged, found?.end], `cut at ${cut}`).toEqual([
        ['a', 'b'].slice(0, Math.max(0, lines - 1)),
        cut > 0 && !ends.includes(cut),
        0,
        ends[lines - 1] ?? 0,
      ])
    }
  })

  it('cuts off bytes after the last line break even where they look whole', async () => {
    const path = journalIn(folder())
    await written(path, ['a'])
    appendFileSync(path, journalLine(complete('b')).trimEnd())
    const journal = await Journal.open(path, header)
    expect(await idsIn(journal)).toEqual(['a'])
    await journal.close()
  })
})

describe('a journal that was damaged', () => {
  it.each([
    ['a digit of a loss', (text: string) => text.replace('0.6', '0.7')],
    ['its id', (text: string) => text.replace('{"id":"b"', '{"id":"e"')],
    ['its check', (text: string) => text.replace(/"check":"./, '"check":"x')],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
  ])('in %s of a line loses that run alone, and says so', async (_, damage) => {
    const path = journalIn(folder())
    const lines = (await written(path, ['a', 'b', 'c'])).toString().split('\n')
    writeFileSync(path, [lines[0], lines[1], damage(lines[2] as string), lines[3], ''].join('\n'))
    const journal = await Journal.open(path, header)
    expect(await idsIn(journal)).toEqual(['a', 'c'])
    expect(journal.notices.join()).toContain('damaged')
    await journal.append(complete('d'))
    await journal.close()
    const again = await Journal.open(path, header)
    expect(await idsIn(again)).toEqual(['a', 'c', 'd'])
    await again.close()
  })

  it('is never believed: whatever bit is flipped, its run is missing and the other is exactly the one written', async () => {
    const path = journalIn(folder())
    const whole = await written(path, ['a', 'b'])
    const start = whole.indexOf(10) + 1
    const random = stream(2, 'flips')
    for (let i = 0; i < 60; i++) {
      const bytes = Buffer.from(whole)
      const at = start + random.integer(whole.length - start)
      bytes[at] = (bytes[at] as number) ^ (1 << random.integer(7))
      writeFileSync(path, bytes)
      const journal = await Journal.open(path, header)
      for await (const run of journal.runs()) expect([complete('a'), complete('b')], `byte ${at}`).toContainEqual(run)
      expect(journal.size, `byte ${at}`).toBeLessThan(2)
      await journal.close()
    }
  })
})

describe('a journal of another study', () => {
  it.each([
    [{ ...header, workload: 'p2', spec: 's2' }, 'the spec changed'],
    [{ ...header, workload: 'p2', data: 'd2' }, 'the data changed'],
    [{ ...header, engine: 'wasm 5' }, 'the engine changed'],
    [{ ...header, workload: 'p2', spec: 's2', data: 'd2' }, 'the spec and the data changed'],
    [{ ...header, workload: 'p2' }, 'the workload changed'],
  ])('is set aside: %j, %s', async (now, reason) => {
    const path = journalIn(folder())
    const before = await written(path, ['a'])
    const journal = await Journal.open(path, now)
    expect(journal.size).toBe(0)
    expect(journal.notices).toEqual([expect.stringContaining(reason)])
    await journal.close()
    expect(readFileSync(`${path}.1.stale`).equals(before)).toBe(true)
  })

  it('never replaces one that was set aside before', async () => {
    const path = journalIn(folder())
    for (const plan of ['1', '2', '3']) {
      const journal = await Journal.open(path, { ...header, workload: plan })
      await journal.append(complete(plan))
      await journal.close()
    }
    expect([1, 2].map((n) => readFileSync(`${path}.${n}.stale`, 'utf8').includes(`"id":"${n}"`))).toEqual([true, true])
  })

  it('that cannot be read, as of a later version, is kept as it is', async () => {
    const path = journalIn(folder())
    writeFileSync(path, '{"journal":2}\n{"some":"thing"}\n')
    const journal = await Journal.open(path, header)
    expect(journal.notices).toEqual([expect.stringContaining('cannot be read')])
    await journal.close()
    expect(readFileSync(`${path}.1.stale`, 'utf8')).toContain('some')
  })

  it('and a fresh start sets aside even its own', async () => {
    const path = journalIn(folder())
    await written(path, ['a'])
    const journal = await Journal.open(path, header, { fresh: true })
    expect(journal.size).toBe(0)
    await journal.close()
  })
})

describe('one journal', () => {
  it('has one holder, who is named', async () => {
    const where = folder()
    const held = await Journal.open(journalIn(where), header)
    const second = Journal.open(journalIn(where), header)
    await expect(second).rejects.toThrow(InputError)
    await expect(second).rejects.toThrow(`process ${process.pid}`)
    await held.close()
    expect(readdirSync(where)).toEqual(['journal.jsonl'])
    await (await Journal.open(journalIn(where), header)).close()
  })

  it.each([
    ['that is dead', () => ({ pid: 2 ** 22 + 1, started: '1' })],
    ['whose number another process has now', () => ({ pid: process.pid, started: 'long ago' })],
  ])('is taken over from a holder %s', async (_, holder) => {
    const path = journalIn(folder())
    writeFileSync(`${path}.lock`, JSON.stringify(holder()))
    await (await Journal.open(path, header)).close()
  })

  it('is taken over from a holder that was killed while it wrote its name, or while it took over', async () => {
    const path = journalIn(folder())
    writeFileSync(`${path}.lock`, '{"pid":')
    writeFileSync(`${path}.lock.takeover`, JSON.stringify({ pid: 2 ** 22 + 1, started: null }))
    await (await Journal.open(path, header)).close()
  })

  it.skipIf(process.platform !== 'linux')(
    'is taken over from a holder that was killed and never asked for by its parent',
    async () => {
      const path = journalIn(folder())
      const parent = spawn('sh', ['-c', 'sleep 0.01 & exec sleep 20'], { stdio: 'ignore' })
      onTestFinished(() => {
        parent.kill()
      })
      const statOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8')
      const child = (): number => Number(readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8'))
      await until(() => child() > 0 && / Z /.test(statOf(child())))
      writeFileSync(
        `${path}.lock`,
        JSON.stringify({ pid: child(), started: statOf(child()).split(') ')[1]?.split(' ')[19] }),
      )
      await (await Journal.open(path, header)).close()
    },
  )

  it('says where it cannot be written', async () => {
    await expect(Journal.open('/nowhere/at/all/journal.jsonl', header)).rejects.toThrow('journal/unwritable')
  })
})
