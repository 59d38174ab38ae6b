import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { tunegate, withSpec, workFolder } from './support/cli.ts'
import { node24 } from './support/runner.ts'

const spec = `version: 1
name: bomb
task: classification
data: { source: bomb.csv.gz, target: y }
model: { layers: [dense: { units: classes }] }
stages: [verify: { seeds: 3 }]
gates: [threshold: { metric: accuracy, min: 0.5 }]
`

/** Gzip of a header and `times` megabytes of two-byte cells. */
async function bomb(times: number): Promise<Buffer> {
  const zip = createGzip({ level: 9 })
  const chunk = Buffer.from('1,0\n2,1\n'.repeat(2 ** 17))
  const packed: Buffer[] = []
  const done = new Promise((resolve) => zip.on('data', (part: Buffer) => packed.push(part)).on('end', resolve))
  zip.write('a,y\n')
  for (let i = 0; i < times; i++) if (!zip.write(chunk)) await new Promise((resolve) => zip.once('drain', resolve))
  zip.end()
  await done
  return Buffer.concat(packed)
}

describe('attack 18: the bundle', () => {
  it('refuses a small file that unpacks to half a gigabyte of tiny rows, soon and in little memory', async () => {
    const folder = withSpec(workFolder(), spec)
    const content = await bomb(500)
    expect(content.length).toBeLessThan(2_000_000)
    writeFileSync(join(folder, 'bomb.csv.gz'), content)
    const start = performance.now()
    const { code, err } = await tunegate(folder, ['validate', 'tuning.yml'], node24, {
      NODE_OPTIONS: '--max-old-space-size=256',
    })
    expect(err).toContain('error[data/too-many-lines] ')
    expect(err).toContain('allowed: at most 20,000,000 lines')
    expect(code).toBe(2)
    expect(performance.now() - start).toBeLessThan(120_000)
  })

  it('stops reading once the budget of minutes is used up, and says what took the time', async () => {
    const folder = withSpec(workFolder(), `${spec}budget: { minutes: 0.01 }\n`)
    writeFileSync(join(folder, 'bomb.csv.gz'), await bomb(30))
    const { code, err } = await tunegate(folder, ['run', 'tuning.yml', '--engine', 'wasm'], node24)
    expect(err).toContain('error[data/time] ')
    expect(err).toMatch(/found: +reading .*bomb\.csv\.gz: [\d.]+ s/)
    expect(code).toBe(2)
  })
})

describe('attack 20: the bundle', () => {
  const run = async (
    name: string,
    text: string,
    args: readonly string[],
  ): Promise<{ readonly code: number; readonly err: string }> => {
    const folder = workFolder()
    writeFileSync(join(folder, name), text)
    return tunegate(folder, args, node24)
  }

  it('refuses a lock nested a million deep, and one with 110,000 errors, as bad input', async () => {
    const wine = join(workFolder(), 'examples/wine')
    const good = JSON.parse(await readFile(join(wine, 'tuning.lock.json'), 'utf8')) as object
    const many = Object.fromEntries(Array.from({ length: 110_000 }, (_, i) => [`k${i}`, i]))
    const locks = [
      ['too-deep', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
      ['(too-many-values|invalid)', JSON.stringify({ ...good, ...many })],
      ['(too-many-values|invalid)', JSON.stringify({ ...good, seeds: Array(30_000).fill({}) })],
    ] as const
    for (const [kind, text] of locks) {
      const { code, err } = await run('bad.lock.json', text, [
        'run',
        'examples/wine/tuning.yml',
        '--baseline',
        'bad.lock.json',
        '--engine',
        'wasm',
      ])
      expect(err).toMatch(new RegExp(`error\\[lock/${kind}\\]`))
      expect(err).not.toMatch(/\n +at |defect/)
      expect(code).toBe(2)
    }
  })

  it('refuses a spec of 9,000 wrong layers, and a report and a log nested deep, as bad input', async () => {
    const layers = `${spec.replace('[dense: { units: classes }]', `[${Array(9000).fill('densee').join(', ')}]`)}`
    const nested = `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
    for (const [name, text, args] of [
      ['bad.yml', layers, ['validate', 'bad.yml', '--no-data']],
      ['report.json', nested, ['gate', 'report.json']],
      ['log.jsonl', nested, ['diagnose', 'log.jsonl']],
    ] as const) {
      const { code, err } = await run(name, text, args)
      expect(err, name).not.toMatch(/\n +at |defect/)
      expect(code, name).toBe(2)
    }
  })
})
