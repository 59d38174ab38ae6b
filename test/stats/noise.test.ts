import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { pooledSd, sampleSd } from '../../src/stats/describe.ts'
import { beatsNoise, beatsNoisePaired, pooledPairedSd } from '../../src/stats/noise.ts'
import { near, vectors } from './vectors.ts'

const question = {
  candidate: [0.95, 0.94, 0.96],
  incumbent: [0.9, 0.91, 0.92],
  pooledSd: 0.01,
  pooledDf: 8,
  higherIsBetter: true,
}
interface Case {
  a: number[]
  b: number[]
  df: number
  paired?: { t: number; p: { greater: number } }
}

describe('beating seed noise', () => {
  it('needs a gain beyond t standard errors, and says so in a sentence', () => {
    const verdict = beatsNoise(question)
    near(verdict.gain, 0.04, 1e-12)
    near(verdict.threshold, 1.8595480375228424 * 0.01 * Math.sqrt(2 / 3), 1e-9)
    expect(verdict.beats).toBe(true)
    expect(verdict.reason).toBe(
      'a gain of 0.04 exceeds the noise threshold 0.01518 ' + '(3 against 3 runs, noise SD 0.01 on 8 degrees of freedom)',
    )
    expect(beatsNoise({ ...question, pooledSd: 0.03 }).beats).toBe(false)
    expect(beatsNoise({ ...question, alpha: 1e-6 }).beats).toBe(false)
  })

  it('turns with the direction of the metric', () => {
    const { candidate, incumbent } = question
    expect(beatsNoise({ ...question, higherIsBetter: false }).beats).toBe(false)
    expect(beatsNoise({ ...question, candidate: incumbent, incumbent: candidate, higherIsBetter: false }).beats).toBe(true)
    near(beatsNoise({ ...question, higherIsBetter: false }).gain, -0.04, 1e-12)
  })

  it('is the equal-variance t test where the noise is that of the two alone', () => {
    for (const { a, b, paired, df } of vectors<Case[]>('t-tests')) {
      const { sd, df: pooledDf } = pooledSd([a, b])
      expect(pooledDf).toBeGreaterThanOrEqual(df - 1e-9)
      const verdict = beatsNoise({ candidate: a, incumbent: b, pooledSd: sd, pooledDf, higherIsBetter: true })
      expect(verdict.beats).toBe(verdict.pValue < 0.05)
      if (!paired) continue
      const own = pooledPairedSd([{ candidate: a, incumbent: b }])
      const same = beatsNoisePaired({ candidate: a, incumbent: b, pooledSd: own.sd, pooledDf: own.df, higherIsBetter: true })
      near(same.t, paired.t, 1e-8)
      near(same.pValue, paired.p.greater, 1e-8)
      expect(same.beats).toBe(paired.p.greater < 0.05)
    }
  })

  it.each([
    ['equal values', { candidate: [0.9, 0.9], incumbent: [0.8, 0.8], pooledSd: sampleSd([1, 1]) }, /to the last digit/],
    ['one seed each', { candidate: [0.9], incumbent: [0.8], pooledSd: NaN, pooledDf: 0 }, /noise of a seed is unknown/],
    ['a diverged seed', { candidate: [0.9, NaN, 0.8] }, /candidate holds NaN/],
    ['an infinite incumbent', { incumbent: [Infinity, 1, 2] }, /incumbent holds Infinity/],
    ['nothing', { candidate: [] }, /found 0/],
    ['infinite noise', { pooledSd: Infinity }, /not finite/],
    ['too large values', { candidate: [1.7e308, 1.7e308], incumbent: [-1.7e308, -1.7e308] }, /too large/],
    ['no level', { alpha: 0 }, /alpha/],
  ])('keeps the incumbent and explains: %s', (_name, change, reason) => {
    const verdict = beatsNoise({ ...question, ...change })
    expect(verdict.beats).toBe(false)
    expect(verdict.threshold).toBeNaN()
    expect(verdict.reason).toMatch(reason)
    expect(beatsNoisePaired({ ...question, ...change }).beats).toBe(false)
  })

  it('pairs need the same seeds', () => {
    expect(beatsNoisePaired({ ...question, candidate: [1, 2] }).reason).toMatch(/found 2 and 3/)
    expect(() => pooledPairedSd([question, { candidate: [1], incumbent: [] }])).toThrow('same seeds')
  })

  it('one seed a side can be judged by the noise of the others', () => {
    expect(beatsNoise({ ...question, candidate: [0.99], incumbent: [0.9] }).beats).toBe(true)
  })

  it('moves a lever that does nothing once in twenty times; the best of eight needs alpha / 8', () => {
    const random = stream(3, 'noise')
    const runs = 2000
    let [single, lucky, corrected] = [0, 0, 0]
    for (let i = 0; i < runs; i++) {
      const arms = Array.from({ length: 9 }, () => [random.normal(), random.normal(), random.normal()])
      const { sd, df } = pooledSd(arms)
      const noise = { incumbent: arms[0] ?? [], pooledSd: sd, pooledDf: df, higherIsBetter: true }
      const beats = (candidate: number[], alpha: number) => beatsNoise({ candidate, ...noise, alpha }).beats
      single += Number(beats(arms[1] ?? [], 0.05))
      lucky += Number(arms.slice(1).some((arm) => beats(arm, 0.05)))
      corrected += Number(arms.slice(1).some((arm) => beats(arm, 0.05 / 8)))
    }
    expect(Math.abs(single / runs - 0.05)).toBeLessThan(0.015)
    expect(lucky / runs).toBeGreaterThan(0.15)
    expect(corrected / runs).toBeLessThan(0.055)
  })
})
