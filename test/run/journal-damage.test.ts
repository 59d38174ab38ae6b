import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { runIds } from '../../src/run/id.ts'
import { journalLine } from '../../src/run/journal-line.ts'
import { Journal } from '../../src/run/journal.ts'
import type { RunResult } from '../../src/records/run.ts'
import { someWorkload } from '../support/world.ts'
import { all, complete, folder, header, journalIn, request } from './runs.ts'

const idOf = runIds(someWorkload, 'none')
/** A run whose id is the one that its request has in this study. */
const runOf = (seed: number): RunResult => {
  const asked = request(`seed ${seed}`, seed)
  return complete(idOf(asked), asked)
}
const [one, two, three] = [runOf(1), runOf(2), runOf(3)] as const
const open = (path: string): Promise<Journal> => Journal.open(path, header, { idOf })

async function written(path: string, runs: readonly RunResult[] = [one, two, three]): Promise<Buffer> {
  const journal = await open(path)
  for (const run of runs) await journal.append(run)
  await journal.close()
  return readFileSync(path)
}

interface Opened {
  readonly runs: readonly RunResult[]
  readonly notices: string
  readonly files: readonly string[]
}

async function opened(path: string): Promise<Opened> {
  const journal = await open(path)
  const runs = await all(journal.runs())
  await journal.close()
  return { runs, notices: journal.notices.join('\n'), files: readdirSync(dirname(path)).sort() }
}

/** As versions before wrote it: without a check of the header. */
const oldHeader = `${JSON.stringify(header)}\n`

describe('damage in the header of a journal', () => {
  it.each(['with a check', 'without one'])(
    '%s: whatever bit is flipped, no finished run is lost and no study is mixed up',
    async (kind) => {
      const path = journalIn(folder())
      const whole = await written(path)
      const first = whole.indexOf(10) + 1
      const before = kind === 'with a check' ? whole : Buffer.concat([Buffer.from(oldHeader), whole.subarray(first)])
      const end = before.indexOf(10)
      const random = stream(5, 'header flips', kind)
      for (let i = 0; i < 40; i++) {
        const bytes = Buffer.from(before)
        const at = random.integer(end)
        bytes[at] = (bytes[at] as number) ^ (1 << random.integer(7))
        writeFileSync(path, bytes)
        const { runs, notices } = await opened(path)
        // A line break in the middle of the header costs nothing; nothing is said where what is compared is whole.
        expect(runs, `byte ${at}: ${notices}`).toEqual([one, two, three])
        expect(notices, `byte ${at}`).not.toMatch(/changed since/)
      }
    },
  )

  it('is told from the header of another study, and the damaged file is kept', async () => {
    const path = journalIn(folder())
    const text = (await written(path)).toString()
    writeFileSync(path, text.replace('"workload":"p"', '"workload":"q"'))
    const damaged = await opened(path)
    expect(damaged.runs).toEqual([one, two, three])
    expect(damaged.notices).toMatch(/first line of the journal .*damaged.*3 runs.*kept.*journal\.jsonl\.1\.stale/)
    expect(readFileSync(`${path}.1.stale`, 'utf8')).toBe(text.replace('"workload":"p"', '"workload":"q"'))
    // Mended once, it is whole.
    expect((await opened(path)).notices).toBe('')

    const other = await Journal.open(path, { ...header, workload: 'q', spec: 't' }, { idOf })
    expect([other.size, other.notices.join()]).toEqual([
      0,
      expect.stringContaining('the spec changed since the journal was started'),
    ])
    await other.close()
  })

  it('keeps only runs whose id is the one that their request has in this study', async () => {
    const path = journalIn(folder())
    const strange = complete('00112233445566778899', request('seed 9', 9))
    const text = (await written(path, [one])).toString() + journalLine(strange)
    writeFileSync(path, text.replace('"journal":1', '"journal":3'))
    const { runs, notices } = await opened(path)
    expect(runs).toEqual([one])
    expect(notices).toContain('1 run in it')
  })

  it('with no run of this study behind it sets the file aside for that reason', async () => {
    const path = journalIn(folder())
    await written(path, [])
    writeFileSync(path, `{"journal":1,"work\n${journalLine(complete('aa'))}`)
    const { runs, notices, files } = await opened(path)
    expect([runs, files]).toEqual([[], ['journal.jsonl', 'journal.jsonl.1.stale']])
    expect(notices).toMatch(/cannot be read/)
  })
})

describe('damage anywhere else', () => {
  const lines = (text: string): string[] => text.split('\n')
  const nul = (n: number): string => '\0'.repeat(n)
  it.each([
    ['line breaks of an editor for Windows', (t: string) => t.replaceAll('\n', '\r\n'), [one, two, three], /^$/],
    ['a byte order mark', (t: string) => `\ufeff${t}`, [one, two, three], /^$/],
    [
      'a second header, as of two files in one',
      (t: string) => `${t}${lines(t)[0] ?? ''}\n${lines(t)[2] ?? ''}\n`,
      [one, two, three],
      /^$/,
    ],
    ['a second header of an old version', (t: string) => `${t}${oldHeader}`, [one, two, three], /^$/],
    ['no header at all', (t: string) => lines(t).slice(1).join('\n'), [one, two, three], /first line .* 3 runs/],
    [
      'a block of zeros for the end, as after a power cut',
      (t: string) => t.slice(0, -200) + nul(4096),
      [one, two],
      /last line .* torn/,
    ],
    ['a block of zeros after the end', (t: string) => t + nul(4096), [one, two, three], /last line .* torn/],
    [
      'a block of zeros over two lines',
      (t: string) => {
        const at = t.indexOf('\n') + 100
        return t.slice(0, at) + nul(lines(t)[1]?.length ?? 0) + t.slice(at + (lines(t)[1]?.length ?? 0))
      },
      [three],
      /damaged line/,
    ],
    [
      'zeros for the whole header',
      (t: string) => nul(t.indexOf('\n')) + t.slice(t.indexOf('\n')),
      [one, two, three],
      /first line .* 3 runs/,
    ],
    ['a line twice', (t: string) => `${t}${lines(t)[1] ?? ''}\n`, [one, two, three], /^$/],
    ['an empty line', (t: string) => t.replace('\n', '\n\n'), [one, two, three], /^$/],
  ] as const)('%s loses no more than the lines that are gone', async (_, damage, kept, said) => {
    const path = journalIn(folder())
    writeFileSync(path, damage((await written(path)).toString()))
    const { runs, notices } = await opened(path)
    expect([...runs].sort((a, b) => a.request.seed - b.request.seed)).toEqual(kept)
    expect(notices).toMatch(said)
    const again = await open(path)
    for (const run of [one, two, three]) if (!again.has(run.id)) await again.append(run)
    await again.close()
    expect((await opened(path)).runs).toHaveLength(3)
  })

  it('an empty file is begun anew, and nothing is set aside', async () => {
    const path = journalIn(folder())
    writeFileSync(path, '')
    const { runs, notices, files } = await opened(path)
    expect([runs, files, notices]).toEqual([[], ['journal.jsonl'], expect.stringContaining('empty')])
  })
})

describe('an output folder that is lost while the study runs', () => {
  it('is noticed at the next run, made again, and no run is lost', async () => {
    const where = join(folder(), 'out')
    mkdirSync(where)
    const path = journalIn(where)
    const journal = await open(path)
    await journal.append(one)
    rmSync(where, { recursive: true })
    await expect(journal.append(two)).rejects.toThrow(/the output folder was removed.*\n.*\n.*made again.*2 finished runs/)
    // Runs that were under way are kept as well, and the study still ends.
    await expect(journal.append(three)).rejects.toThrow('was removed')
    await journal.close()
    expect((await opened(path)).runs).toEqual([one, two, three])
  })

  it('is noticed where it was renamed, and what another process put in its place is left alone', async () => {
    const where = join(folder(), 'out')
    mkdirSync(where)
    const path = journalIn(where)
    const journal = await open(path)
    await journal.append(one)
    renameSync(where, `${where}-old`)
    mkdirSync(where)
    writeFileSync(path, 'of somebody else\n')
    await expect(journal.append(two)).rejects.toThrow(/journal\.jsonl\.1\.stale/)
    await journal.close()
    expect(readFileSync(path, 'utf8')).toBe('of somebody else\n')
    rmSync(path)
    renameSync(`${path}.1.stale`, path)
    expect((await opened(path)).runs).toEqual([one, two])
  })

  it('leaves the lock of another process alone when it ends', async () => {
    const path = journalIn(folder())
    const journal = await open(path)
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.ppid, started: null }))
    await journal.close()
    expect(existsSync(`${path}.lock`)).toBe(true)
  })

  it('says so where it cannot be made again', async () => {
    const where = join(folder(), 'out')
    mkdirSync(where)
    const journal = await open(journalIn(where))
    rmSync(where, { recursive: true })
    writeFileSync(where, '')
    await expect(journal.append(one)).rejects.toThrow(/cannot be made again/)
    await journal.close()
    expect(existsSync(journalIn(where))).toBe(false)
  })
})

describe('the time that a study has used', () => {
  const at = async (path: string): Promise<number> => {
    const journal = await open(path)
    await journal.close()
    return journal.elapsed
  }

  it('is on disk with every run, and again at the end', async () => {
    const path = journalIn(folder())
    const journal = await open(path)
    expect(journal.elapsed).toBe(0)
    let now = 1000
    journal.keepTime(() => now)
    await journal.append(one)
    const killed = readFileSync(path)
    now = 5000
    await journal.close()
    expect(await at(path)).toBe(5000)
    writeFileSync(path, killed)
    expect(await at(path)).toBe(1000)
    expect((await opened(path)).runs).toEqual([one])
  })

  it('never falls, and is believed only where its check is right', async () => {
    const path = journalIn(folder())
    const journal = await open(path)
    journal.keepTime(() => 7000)
    await journal.append(one)
    journal.keepTime(() => 3000)
    await journal.close()
    expect(await at(path)).toBe(7000)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"elapsed":7000', '"elapsed":9000'))
    expect(await at(path)).toBe(3000)
  })

  it('survives damage to the header, and ends with the study', async () => {
    const path = journalIn(folder())
    const journal = await open(path)
    journal.keepTime(() => 7000)
    await journal.append(one)
    await journal.close()
    writeFileSync(path, readFileSync(path, 'utf8').replace('"journal":1', '"journal":3'))
    expect(await at(path)).toBe(7000)
    const fresh = await Journal.open(path, header, { fresh: true })
    expect(fresh.elapsed).toBe(0)
    await fresh.close()
  })

  it('is not in the journal of a study without a budget of minutes', async () => {
    const path = journalIn(folder())
    await written(path)
    appendFileSync(path, '')
    expect(readFileSync(path, 'utf8')).not.toContain('elapsed')
  })
})
