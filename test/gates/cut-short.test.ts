import { describe, expect, it } from 'vitest'
import { lockBaseline, studyEvidence, type Setting } from '../../src/gates/baseline.ts'
import { judgeAt } from '../../src/gates/sequential.ts'
import type { AnyGateRule as GateRule } from '../../src/gates/index.ts'
import { buildReport } from '../../src/report/build.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { buildLock, lockText, parseLock } from '../../src/report/lock.ts'
import { fakeStudy } from '../support/study.ts'
import { evidence, seedsWith } from './evidence.ts'

const { input } = fakeStudy()
const whole = buildLock(buildReport(input))
const cut = buildLock(buildReport({ ...input, exhausted: 'trials', cutShort: true }))
const setting: Setting = {
  dataFingerprint: whole.fingerprints.data,
  specFingerprint: whole.fingerprints.spec,
  engine: whole.engine,
  objective: 'accuracy',
  tool: whole.tool,
  parameters: 9098,
}

describe('a lock of a study that time cut short', () => {
  it('says so, and the lock of a whole one has the bytes that it always had', () => {
    expect(lockText(cut)).toContain('\n  "cutShort": "minutes",\n')
    expect(lockText(cut).replace('  "cutShort": "minutes",\n', '')).toBe(lockText(whole))
    expect(parseLock(lockText(cut), 'tuning.lock.json')).toEqual(cut)
    expect(lockText(buildLock(buildReport({ ...input, exhausted: 'trials' })))).toBe(lockText(whole))
  })

  it('is written for a report of before, which says only what was exhausted', () => {
    const text = reportText(buildReport({ ...input, exhausted: 'minutes' }))
    expect(text).not.toContain('cutShort')
    expect(buildLock(parseReport(text, 'report.json')).cutShort).toBe('minutes')
    const both = reportText(buildReport({ ...input, exhausted: 'trials', cutShort: true }))
    expect(buildLock(parseReport(both, 'report.json')).cutShort).toBe('minutes')
  })

  it('is no baseline, and the gate says why', () => {
    expect(lockBaseline(whole, 'tuning.lock.json', setting)).toHaveProperty('runs')
    const refused = lockBaseline(cut, 'tuning.lock.json', { ...setting, dataFingerprint: 'other' })
    expect(refused).toEqual({
      reason: expect.stringMatching(
        /^tuning\.lock\.json was cut short by its time budget.*; and it was made from other data/,
      ) as string,
    })
    const held = studyEvidence(null, { lock: cut, source: 'tuning.lock.json' }, setting)
    const gate: GateRule = {
      gate: 'regression',
      metric: 'accuracy',
      split: 'test',
      margin: 0.01,
      paired: true,
      onInconclusive: 'fail',
    }
    const verdict = judgeAt([gate], { ...held, candidate: seedsWith('accuracy', [0.9, 0.91, 0.92]) }, [3])
    expect([verdict.status, verdict.gates[0]?.sentence]).toEqual(['inconclusive', expect.stringContaining('cut short')])
  })
})

describe('a verification that time cut short', () => {
  const open: GateRule = {
    gate: 'threshold',
    metric: 'accuracy',
    split: 'test',
    min: 0.905,
    max: null,
    onInconclusive: 'pass',
  }
  const plain: GateRule = { ...open, min: 0.5 }
  const found = evidence(seedsWith('accuracy', [0.9, 0.91, 0.92]))

  it('lets no gate through that more seeds could have decided', () => {
    expect(judgeAt([open], found, [5]).status).toBe('pass')
    const verdict = judgeAt([open], found, [5], true)
    expect([verdict.status, verdict.gates[0]?.blocks, verdict.gates[0]?.notes.join()]).toEqual([
      'inconclusive',
      true,
      expect.stringContaining('The time budget ended the verification'),
    ])
  })

  it('with no seed at all is not a pass either, whatever ended it', () => {
    expect(judgeAt([open], evidence([]), [5]).status).toBe('inconclusive')
    expect(judgeAt([open], evidence([]), [5], true).status).toBe('inconclusive')
    expect(judgeAt([open], evidence([]), [], true).status).toBe('inconclusive')
  })

  it('still passes what its seeds decide, and all planned seeds excuse as before', () => {
    expect(judgeAt([plain], found, [5], true)).toEqual(judgeAt([plain], found, [5]))
    expect(judgeAt([open], found, [3], true)).toEqual(judgeAt([open], found, [3]))
  })
})
