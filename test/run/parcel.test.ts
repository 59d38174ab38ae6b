import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { journalLine } from '../../src/run/journal-line.ts'
import { runIds } from '../../src/run/id.ts'
import { mostPackedBytes, mostParcelBytes, openParcel, type Binding } from '../../src/run/parcel.ts'
import type { RunResult } from '../../src/plan/run.ts'
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
  const opened = await openParcel(content, binding, workload)
  return opened.ok ? null : opened.error
}

describe('a parcel', () => {
  it('gives the runs that were packed', async () => {
    const runs = results.map(known)
    const opened = await openParcel(packed(runs), binding, workload)
    expect(opened.ok && opened.value.runs).toEqual(JSON.parse(JSON.stringify(runs)))
  })

  it.each([
    ['run', 'workflow run'], ['sha', 'commit'], ['plan', 'plan'], ['content', 'job'],
  ])('of another %s is not opened', async (key, word) => {
    expect(await reason(packed([], first({ [key]: 'other' })))).toBe(`it belongs to another ${word}`)
  })

  it('with a run under an id that is not its own is not opened', async () => {
    const [one, two] = results.map(known) as [RunResult, RunResult]
    expect(await reason(packed([{ ...one, id: idOf({ ...two.request, seed: 999 }) }]))).toContain('line 2 is not a run of this study')
    expect(await reason(packed([one, { ...two, engine: 'other' }]))).toContain('line 3')
  })

  it('with a run that has not the form of one is not opened', async () => {
    const one = known(results[0] as RunResult)
    const broken: unknown[] = [{ ...one, steps: { ...one.steps, loss: [] } }, { ...one, status: 'great' }, { ...one, timing: null }, { ...one, evaluations: [1] }]
    for (const run of broken) expect(await reason(packed([run as RunResult]))).toContain('line 2')
  })

  it('that is torn, no gzip, or empty is not opened', async () => {
    const whole = packed(results.map(known))
    expect(await reason(gzipSync(gunzipSync(whole).subarray(0, -3)))).toBe('its last line is torn')
    expect(await reason(whole.subarray(0, -9))).toContain('not gzipped')
    expect(await reason(new TextEncoder().encode('{}'))).toContain('not gzipped')
    expect(await reason(gzipSync(''))).not.toBeNull()
    expect(await reason(gzipSync('{"parcel":1}\n'))).toContain('first line')
  })

  it('that is packed larger than it may be is not even unpacked', async () => {
    expect(await reason(new Uint8Array(mostPackedBytes + 1))).toContain(`more than ${mostPackedBytes}`)
    expect(await reason(new Uint8Array(mostPackedBytes))).toContain(`more than ${mostParcelBytes}`)
  })
})
