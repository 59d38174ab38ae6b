import { describe, expect, it } from 'vitest'
import { verificationStatistics } from '../../src/gates/verification.ts'
import { studyEvidence } from '../../src/gates/baseline.ts'
import type { VerifiedRun, VerifyFindings } from '../../src/records/decision.ts'
import type { Lock } from '../../src/records/lock.ts'

const run = (id: string, accuracy: number | null): VerifiedRun =>
  accuracy === null
    ? { run: id, status: 'diverged', validation: null, test: null, weights: null }
    : {
        run: id,
        status: 'complete',
        validation: { accuracy, nll: 1 - accuracy },
        test: { accuracy, nll: 1 - accuracy },
        weights: id,
      }

const study = (baseline: readonly (number | null)[], candidate: readonly (number | null)[]): VerifyFindings => ({
  seeds: baseline.map((b, i) => ({ seed: i, baseline: run(`b${i}`, b), candidate: run(`c${i}`, candidate[i] ?? null) })),
})

// statistics.md's fixed vector: scipy ttest_rel(a, b, alternative='less') is .00016931, so two-sided .00033862.
const a = [0.912, 0.905, 0.917, 0.909, 0.914]
const b = [0.921, 0.918, 0.925, 0.919, 0.923]

describe('verification statistics', () => {
  it('claims an improvement with the paired p of SciPy, and the superiority of all 25 pairs', () => {
    const found = verificationStatistics(study(a, b), 'accuracy')
    const accuracy = found.find((m) => m.metric === 'accuracy' && m.split === 'test')
    expect(accuracy?.claim).toBe('better')
    expect(accuracy?.p).toBeCloseTo(0.00033862, 7)
    expect(accuracy?.probabilityBetter).toBe(1)
    expect(accuracy?.gain?.value).toBeCloseTo(0.0098, 12)
    expect(accuracy?.baseline.mean).toBeCloseTo(0.9114, 12)
    expect(accuracy?.sentence).toContain('better by more than noise')
    expect(found.map((m) => `${m.split} ${m.metric}`)).toEqual([
      'validation accuracy',
      'validation nll',
      'test accuracy',
      'test nll',
    ])
  })

  it('turns the direction for metrics where lower is better', () => {
    const nll = verificationStatistics(study(a, b), 'accuracy').find((m) => m.metric === 'nll' && m.split === 'test')
    expect(nll?.claim).toBe('better')
    expect(nll?.gain?.value).toBeCloseTo(0.0098, 12)
    expect(verificationStatistics(study(b, a), 'accuracy').every((m) => m.claim === 'worse')).toBe(true)
  })

  it('says not distinguishable, identical and undecidable', () => {
    const claim = (x: readonly (number | null)[], y: readonly (number | null)[]) =>
      verificationStatistics(study(x, y), 'accuracy')[0]?.claim
    expect(claim(a, [0.911, 0.907, 0.915, 0.91, 0.913])).toBe('not-distinguishable')
    expect(claim(a, a)).toBe('identical')
    // Beyond noise, since the pairs agree, but a twentieth of what another seed changes.
    expect(
      claim(
        a,
        a.map((value, i) => value + 0.0002 + 0.00002 * (i % 2)),
      ),
    ).toBe('negligible')
    expect(claim([0.9], [0.92])).toBe('undecidable')
  })

  it('pairs only seeds that both sides finished and counts each side by itself', () => {
    const [accuracy] = verificationStatistics(study([...a, null], [...b, 0.93]), 'accuracy')
    expect(accuracy?.pairs).toBe(5)
    expect([accuracy?.baseline.seeds, accuracy?.candidate.seeds]).toEqual([5, 6])
  })
})

describe('study evidence', () => {
  const lock = {
    fingerprints: { spec: 's', plan: 'p', data: 'd' },
    engine: 'wasm 4.22.0 simd',
    objective: 'nll',
    tool: 'tunegate 1',
    seeds: [],
  } as unknown as Lock
  const setting = {
    dataFingerprint: 'd',
    specFingerprint: 's',
    engine: 'wasm 4.22.0 simd',
    objective: 'nll',
    tool: 'tunegate 1',
    parameters: 100,
  } as const

  it('takes the lock where it fits, and never replaces one that does not by the easier comparison', () => {
    const fits = studyEvidence(study(a, b), { lock, source: 'tuning.lock.json' }, setting)
    expect(fits.baseline?.source).toBe('tuning.lock.json')
    const other = studyEvidence(study(a, b), { lock, source: 'tuning.lock.json' }, { ...setting, dataFingerprint: 'x' })
    expect(other.baseline).toBeNull()
    expect(other.missingBaselineReason).toContain('other data')
    const engine = studyEvidence(
      study(a, b),
      { lock, source: 'tuning.lock.json' },
      { ...setting, engine: 'wasm 5.0.0 simd' },
    )
    expect(engine.baseline?.notes).toEqual([expect.stringContaining('on wasm 5.0.0')])
    const otherClass = studyEvidence(
      study(a, b),
      { lock, source: 'tuning.lock.json' },
      { ...setting, engine: 'native 2.18.0' },
    )
    expect(otherClass.baseline).toBeNull()
    expect(otherClass.missingBaselineReason).toContain('could be the engine')
    const spec = studyEvidence(study(a, b), { lock, source: 'tuning.lock.json' }, { ...setting, specFingerprint: 'x' })
    expect(spec.baseline?.notes).toEqual([expect.stringContaining('The spec changed')])
  })

  it('names every reason why a lock is no baseline, at once', () => {
    const reasonFor = (over: object, of: Lock = lock) =>
      studyEvidence(study(a, b), { lock: of, source: 'tuning.lock.json' }, { ...setting, ...over }).missingBaselineReason
    expect(reasonFor({})).toBeNull()
    expect(reasonFor({ objective: 'accuracy' })).toMatch(
      /^tuning\.lock\.json chose its checkpoints by nll, this run by accuracy/,
    )
    expect(reasonFor({ objective: 'accuracy', engine: 'native 2.18.0', dataFingerprint: 'x' })).toMatch(
      /other data.*; and it chose its checkpoints by nll.*; and it was made on the engine wasm 4/,
    )
    const old = { ...lock, objective: undefined } as unknown as Lock
    expect(reasonFor({ objective: 'accuracy' }, old)).toBeNull()
  })

  it('notes another version of the tool', () => {
    const found = studyEvidence(study(a, b), { lock, source: 'tuning.lock.json' }, { ...setting, tool: 'tunegate 2' })
    expect(found.baseline?.notes).toEqual(['tuning.lock.json was written by tunegate 1; this run uses tunegate 2.'])
  })

  it('falls back to the declared levers, or says that there are none', () => {
    expect(studyEvidence(study(a, b), null, setting).baseline?.source).toContain('the declared levers')
    expect(studyEvidence(null, null, setting).missingBaselineReason).toContain('verify stage did not run')
  })
})
