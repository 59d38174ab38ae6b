import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { journalLine } from '../../src/run/journal-line.ts'
import { runIds } from '../../src/run/id.ts'
import { mostPackedBytes, mostBundleBytes, openShardBundle, type Binding } from '../../src/run/shard-bundle.ts'
import type { RunResult } from '../../src/records/run.ts'
import { fakeStudy } from '../support/study.ts'

const { input, results } = fakeStudy({})
const { workload } = input.plan
const engine = 'wasm test'
const idOf = runIds(workload, engine)
const binding: Binding = { run: '77', sha: 'a'.repeat(40), plan: 'p', content: 'after-plan' }
const known = (run: RunResult): RunResult => ({ ...run, engine, id: idOf(run.request) })
const first = (more: object = {}): string => `${JSON.stringify({ parcel: 1, ...binding, engine, startedAt: 1, ...more })}\n`
const packed = (runs: readonly RunResult[], head = first()): Uint8Array => gzipSync(head + runs.map(journalLine).join(''))
const reason = async (content: Uint8Array): Promise<string | null> => {
  const opened = await openShardBundle(content, binding, workload)
  return opened.ok ? null : opened.error
}

describe('attack 7: a parcel', () => {
  it('gives the runs that were packed', async () => {
    const runs = results.map(known)
    const opened = await openShardBundle(packed(runs), binding, workload)
    expect(opened.ok && opened.value.runs).toEqual(JSON.parse(JSON.stringify(runs)))
  })

  it.each([
    ['run', 'workflow run'],
    ['sha', 'commit'],
    ['plan', 'plan'],
    ['content', 'job'],
  ])('of another %s is not opened', async (key, word) => {
    expect(await reason(packed([], first({ [key]: 'other' })))).toBe(`it belongs to another ${word}`)
  })

  it('with a run under an id that is not its own is not opened', async () => {
    const [one, two] = results.map(known) as [RunResult, RunResult]
    expect(await reason(packed([{ ...one, id: idOf({ ...two.request, seed: 999 }) }]))).toContain(
      'line 2 is not a run of this study',
    )
    expect(await reason(packed([one, { ...two, engine: 'other' }]))).toContain('line 3')
  })

  it('with a run that has not the form of one is not opened', async () => {
    const one = known(results[0] as RunResult)
    const broken: unknown[] = [
      { ...one, steps: { ...one.steps, loss: [] } },
      { ...one, status: 'great' },
      { ...one, timing: null },
      { ...one, evaluations: [1] },
    ]
    for (const run of broken) expect(await reason(packed([run as RunResult]))).toContain('line 2')
  })

  it.each([
    ['accuracy', 1.2],
    ['accuracy', -0.1],
    ['nll', -0.5],
    ['brier', 2.5],
  ])('attack 12: with a %s of %d is not opened', async (name, value) => {
    const one = results.map(known).find((r) => r.status === 'complete' && r.best !== null)
    if (one?.status !== 'complete' || one.best === null) throw new Error('the study has no run with a checkpoint')
    expect(await reason(packed([one]))).toBeNull()
    const best = { ...one.best, validation: { ...one.best.validation, [name]: value } }
    expect(await reason(packed([{ ...one, best }]))).toContain('line 2 is not a run of this study')
    const evaluations = one.evaluations.map((e) => ({ ...e, train: { ...e.train, [name]: value } }))
    expect(await reason(packed([{ ...one, evaluations }]))).toContain('line 2 is not a run of this study')
  })

  it('with a calibration that is none is not opened', async () => {
    const one = results.map(known).find((r) => r.status === 'complete' && r.best !== null)
    if (one?.status !== 'complete' || one.best === null) throw new Error('the study has no run with a checkpoint')
    const { best } = one
    const bin = { from: 0, to: 0.5, count: 3, confidence: 0.4, accuracy: 0.5 }
    const summary = {
      nll: 0.1,
      brier: 0.1,
      parts: { reliability: 0, resolution: 0, uncertainty: 0.1, withinBins: 0 },
      ece: 0.1,
      eceEqualMass: 0.1,
      bins: [bin],
    }
    const good = { split: 'test', rows: 3, asTrained: summary, ecePercentile95: 0.2, temperature: 1.5, scaled: summary }
    const withIt = (calibration: unknown): Uint8Array => packed([{ ...one, best: { ...best, calibration } } as RunResult])
    expect(await reason(withIt(good))).toBeNull()
    expect(await reason(withIt({ ...good, ecePercentile95: null, temperature: null, scaled: null }))).toBeNull()
    const bad: unknown[] = [
      null,
      1,
      [],
      {},
      { ...good, split: 'train' },
      { ...good, rows: -1 },
      { ...good, rows: 1.5 },
      { ...good, temperature: 0 },
      { ...good, temperature: null },
      { ...good, ecePercentile95: '0.2' },
      { ...good, asTrained: { ...summary, ece: 2 } },
      { ...good, asTrained: { ...summary, nll: null } },
      { ...good, asTrained: { ...summary, parts: {} } },
      { ...good, scaled: { ...summary, bins: '<script>' } },
      { ...good, scaled: { ...summary, bins: Array(16).fill(bin) } },
      { ...good, scaled: { ...summary, bins: [{ ...bin, accuracy: '<img src=x>' }] } },
      { ...good, scaled: { ...summary, bins: [{ ...bin, to: 0 }] } },
    ]
    for (const calibration of bad) expect(await reason(withIt(calibration)), JSON.stringify(calibration)).toContain('line 2')
  })

  it('that is torn, no gzip, or empty is not opened', async () => {
    const whole = packed(results.map(known))
    expect(await reason(gzipSync(gunzipSync(whole).subarray(0, -3)))).toBe('its last line is incomplete')
    expect(await reason(whole.subarray(0, -9))).toContain('not gzipped')
    expect(await reason(new TextEncoder().encode('{}'))).toContain('not gzipped')
    expect(await reason(gzipSync(''))).not.toBeNull()
    expect(await reason(gzipSync('{"parcel":1}\n'))).toContain('first line')
  })

  it('that is packed larger than it may be is not even unpacked', async () => {
    expect(await reason(new Uint8Array(mostPackedBytes + 1))).toContain(`more than ${mostPackedBytes}`)
    expect(await reason(new Uint8Array(mostPackedBytes))).toContain(`more than ${mostBundleBytes}`)
  })
})
