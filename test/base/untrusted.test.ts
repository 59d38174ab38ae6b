import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { didYouMean, InputError, type Diagnostic } from '../../src/base/diagnostics.ts'
import { readWithin } from '../../src/base/files.ts'
import { offsetOf } from '../../src/base/json-places.ts'
import { parseJson } from '../../src/base/json.ts'
import { sha256 } from '../../src/base/hash.ts'
import { foreignCurves } from '../../src/diagnose/read/foreign.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { logLimits } from '../../src/diagnose/read/raw.ts'
import { readPayload } from '../../src/github/comment/event.ts'
import { parseRequest } from '../../src/github/comment/request.ts'
import { parseResult } from '../../src/github/comment/result.ts'
import { readInstalled } from '../../src/engines/install/record.ts'
import { parseReport } from '../../src/report/json.ts'
import { parseLock } from '../../src/report/lock.ts'
import { runOfLine } from '../../src/run/journal-line.ts'
import { openShardBundle } from '../../src/run/shard-bundle.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { root } from '../support/architecture.ts'
import { fakeStudy } from '../support/study.ts'
import { cpuTime } from '../data/support.ts'
import { patiently } from '../support/slowness.ts'

const folder = mkdtempSync(join(tmpdir(), 'tunegate-untrusted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const written = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const lock = readFileSync(join(root, 'examples/wine/tuning.lock.json'), 'utf8')
const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
const nested = `{"run":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`

/** The problems of a call that must be refused within two seconds of processor time. */
async function refused(call: () => unknown): Promise<readonly Diagnostic[]> {
  let found: readonly Diagnostic[] = []
  const took = await cpuTime(() => {
    try {
      call()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      found = error.diagnostics
    }
  })
  expect(took).toBeLessThan(patiently(2))
  expect(found.length).toBeGreaterThan(0)
  return found
}

describe('attack 20: a document', () => {
  it('nested a million deep is refused as what it is', async () => {
    expect(await refused(() => parseLock(deep, 'tuning.lock.json'))).toMatchObject([
      { code: 'lock/too-deep', at: { line: 1, column: 65 } },
    ])
    expect(await refused(() => parseReport(deep, 'report.json'))).toMatchObject([{ code: 'report/too-deep' }])
    expect(await refused(() => parseRequest(nested))).toMatchObject([{ code: 'action/request' }])
    expect(parseResult(nested, { run: 1, sha: 'a' })).toEqual({
      ok: false,
      error: 'the result of the run does not have the shape of a result',
    })
    expect(readPayload({ GITHUB_EVENT_PATH: written('event.json', nested) })).toBeUndefined()
    expect(await refused(() => runOfLine(nested))).toMatchObject([{ code: 'journal/damaged' }])
    expect(
      await refused(() => foreignCurves(nested, 'log.jsonl', { classes: null, validationRows: null, targetLoss: null })),
    ).toMatchObject([{ code: 'diagnose/not-json-lines', hint: 'the line is nested too deeply' }])
    written('engine.json', nested)
    expect(await readInstalled(folder, 'key')).toMatchObject({ ok: false, error: { state: 'damaged' } })
  })

  it('with a key twice is refused, since a reviewer may read the other one', async () => {
    const twice = lock.replace('"name": "wine"', '"name": "wine", "levers": {}')
    expect(await refused(() => parseLock(twice, 'tuning.lock.json'))).toMatchObject([
      { code: 'lock/key-twice', message: 'the lock has the key "levers" twice in one map', at: { line: 13 } },
    ])
    const escaped = lock.replace('"name": "wine"', '"name": "wine", "n\\u0061me": "other"')
    expect(await refused(() => parseLock(escaped, 'tuning.lock.json'))).toMatchObject([{ code: 'lock/key-twice' }])
    const request = '{"command":"tune","command":"verify"}'
    expect(await refused(() => parseRequest(request))).toMatchObject([{ code: 'action/request' }])
  })

  it('with countless values is refused before any of them is made', async () => {
    const seeds = new Array<number>(400_001).fill(0)
    expect(await refused(() => parseLock(JSON.stringify({ version: 1, seeds }), 'tuning.lock.json'))).toMatchObject([
      { code: 'lock/too-many-values' },
    ])
    expect(await refused(() => parseLock(' '.repeat(4_000_001), 'tuning.lock.json'))).toMatchObject([
      { code: 'lock/too-large' },
    ])
    expect(parseJson('[1,2,3]', { bytes: 100, depth: 1, values: 3 })).toMatchObject({
      ok: false,
      error: { kind: 'too-many-values' },
    })
  })

  it('with countless errors is told twenty of them and that there are more', async () => {
    for (const change of [
      { seeds: Array.from({ length: 30_000 }, () => ({})) },
      { lineage: Array.from({ length: 9000 }, () => ({ a: 1 })) },
    ]) {
      const found = await refused(() => parseLock(JSON.stringify({ ...JSON.parse(lock), ...change }), 'tuning.lock.json'))
      expect(found.length).toBe(21)
      expect(found.at(-1)).toMatchObject({
        code: 'lock/more',
        message: expect.stringMatching(/^at least .* more problems not listed$/),
      })
    }
  })

  it('that is right for a long while and then is not is told so', async () => {
    const { seeds, ...rest } = JSON.parse(lock)
    const many = Array.from({ length: 1200 }, (_, i) => (i === 1100 ? { ...seeds[0], status: 'odd' } : seeds[0]))
    const found = await refused(() => parseLock(JSON.stringify({ ...rest, seeds: many }), 'tuning.lock.json'))
    expect(found.map(({ message }) => message)).toContain('there may be more problems')
    expect(found[0]?.message).toContain('seeds.1100')
  })

  it('of nine thousand wrong layers is refused in the time that their number asks for', async () => {
    const head = 'version: 1\nname: x\ndata: { source: a.csv, target: y }\ntask: classification\nmodel:\n  layers:\n'
    const inner = Array(40)
      .fill(`{residual: {layers: [${Array(200).fill('x').join(',')}]}}`)
      .join(', ')
    const texts = [`${head}${'    - densee\n'.repeat(9000)}`, `${head}    - residual: {layers: [${inner}]}\n`]
    for (const text of texts) {
      const took = await cpuTime(() => {
        const parsed = parseSpec(text, 'tuning.yml')
        const errors = parsed.ok ? [] : parsed.error
        expect([errors.length <= 101, errors.at(-1)?.code]).toEqual([true, 'spec/more'])
        // Only a part of the list was looked at, so their number is not known.
        expect(errors.at(-1)?.message).toMatch(/^(at least|there may be) /)
      })
      expect(took).toBeLessThan(patiently(8))
    }
  })

  it('of YAML with an error at every sign is refused, and none of them costs the whole line', async () => {
    const took = await cpuTime(() => {
      const parsed = parseSpec(`"${'\\x'.repeat(200_000)}"`, 'tuning.yml')
      // Explained are 99; the last says how many more there are.
      expect(parsed.ok ? [] : parsed.error).toHaveLength(100)
      expect(parsed.ok ? [] : parsed.error.at(-1)).toMatchObject({ code: 'spec/more' })
    })
    expect(took).toBeLessThan(patiently(15))
  })

  it('of thousands of keys is not compared key by key with itself', async () => {
    const keys = Array.from({ length: 4900 }, (_, i) => `k${i}: 1`).join('\n')
    expect(await cpuTime(() => parseSpec(`data:\n${keys.replace(/^/gm, '  ')}\n`, 'tuning.yml'))).toBeLessThan(patiently(4))
    const twice = parseSpec('version: 1\nversion: 1\n', 'tuning.yml')
    expect(twice.ok ? [] : twice.error).toMatchObject([
      { code: 'spec/duplicate-key', at: { line: 2, column: 1 }, found: 'version' },
    ])
  })

  it('from another job has no more lines than it may have, and they are counted before they are cut', async () => {
    const { workload } = fakeStudy({}).input.plan
    const binding = { run: '1', sha: 's', plan: 'p', content: 'c' }
    expect(await openShardBundle(gzipSync('\n'.repeat(3_000_000)), binding, workload)).toEqual({
      ok: false,
      error: 'it holds more than 20000 runs',
    })
  })

  it('of a journal that is right in its check and wrong in its form is a refusal', async () => {
    const run = '{"id":"ab","request":7}'
    const line = `{"id":"ab","check":"${sha256(`ab ${run}`).slice(0, 8)}","run":${run}}`
    expect(await refused(() => runOfLine(line))).toMatchObject([{ code: 'journal/damaged' }])
  })

  it('of an engine that lists what is no file is damaged, and nothing is looked up', async () => {
    for (const file of [{}, null, { path: 7, bytes: 1, sha256: 'x' }, { path: 'a\0b', bytes: 1, sha256: 'x' }]) {
      written('engine.json', JSON.stringify({ format: 1, key: 'key', files: [file] }))
      expect(await readInstalled(folder, 'key')).toMatchObject({
        ok: false,
        error: { why: 'engine.json belongs to another engine' },
      })
    }
  })

  it('is never read beyond its limit, whatever it says of its size', async () => {
    expect(await readWithin(written('ten', 'x'.repeat(10)), 9)).toBeUndefined()
    expect((await readWithin(written('ten', 'x'.repeat(10)), 10))?.toString()).toBe('x'.repeat(10))
    expect((await readWithin(written('none', ''), 10))?.length).toBe(0)
    if (process.platform === 'linux') expect(await readWithin('/proc/kallsyms', 10_000)).toBeUndefined()
  })
})

describe('attack 20: a log of training', () => {
  const facts = { classes: 10, validationRows: 100, targetLoss: null }

  it('of a hundred thousand rows is read in the time that their number asks for', async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i) => `${i >> 1},${i % 2 ? '' : 1 / (i + 1)},${i % 2 ? 1 / i : ''},${Math.floor(i / 60_000)}`,
    )
    const took = await cpuTime(() =>
      diagnose(foreignCurves(`step,loss,val_loss,epoch\n${rows.join('\n')}\n`, 'log.csv', facts)),
    )
    expect(took).toBeLessThan(patiently(20))
  })

  it('of one long epoch after another is ranked without comparing each step with each', async () => {
    const rows = Array.from({ length: 90_000 }, (_, i) => `${i + 1},${2 + Math.sin(i)},${Math.floor(i / 30_000)}`)
    const took = await cpuTime(() => diagnose(foreignCurves(`step,loss,epoch\n${rows.join('\n')}\n`, 'log.csv', facts)))
    expect(took).toBeLessThan(patiently(20))
  })

  it('of more rows than a log has is refused', async () => {
    expect(() => foreignCurves(`loss\n${'1\n'.repeat(logLimits.rows + 1)}`, 'log.csv', facts)).toThrow(/too many rows/)
  })

  it('with a wrong value in every cell is told one of a column and their count', async () => {
    const found = await refused(() => foreignCurves(`loss\n${'x\n'.repeat(500)}`, 'log.csv', facts))
    expect(found.map(({ message }) => message)).toEqual([
      'loss must be a number; 500 values are not, the first of them here',
    ])
  })
})

describe('places in JSON', () => {
  const text = '{ "a": [1, {"b\\"": null, "c": "]}"}, [[2], 3]],\n "a2": {}, "a": [0, {"c": "x"}, [[5], {"d": 6}]] }'
  it.each([
    [[], '{ "a"'],
    [['a'], '[0, {'],
    [['a', '0'], '0, {'],
    [['a', '1', 'c'], '"x"}'],
    [['a', '2', '0', '0'], '5], '],
    [['a', '2', '1', 'd'], '6}]]'],
    [['a2'], '{}, "'],
    [['a', '2', '7'], '[[5],'],
    [['a', 'x'], '[0, {'],
    [['no'], '{ "a"'],
  ])('%j', (path, begins) => {
    expect(text.slice(offsetOf(text, path)).slice(0, begins.length)).toBe(begins)
  })
})

it('long names are no slips of the fingers', async () => {
  const long = 'x'.repeat(3_000_000)
  expect(await cpuTime(() => didYouMean(long, [`${long}y`]))).toBeLessThan(patiently(0.5))
  expect(didYouMean('acuracy', [long, 'accuracy'])).toBe('accuracy')
  expect(didYouMean('x'.repeat(101), ['x'.repeat(102)])).toBeUndefined()
})
