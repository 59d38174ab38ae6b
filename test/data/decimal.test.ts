import { describe, expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { decimalAt } from '../../src/data/decimal.ts'

const parsed = (text: string): number => {
  const bytes = Buffer.from(`,${text},`)
  return decimalAt(bytes, 1, bytes.length - 1)
}

describe('a decimal in bytes', () => {
  it('is the double that JavaScript reads, or undecided', () => {
    const random = stream(0, 'decimal')
    const digits = (n: number): string => Array.from({ length: n }, () => random.integer(10)).join('')
    const ways = [
      () => String((random.uniform() - 0.5) * 10 ** (random.integer(20) - 8)),
      () => (random.uniform() * 100).toPrecision(17),
      () => (random.uniform() * 1000).toFixed(random.integer(16)),
      () => `-${digits(1 + random.integer(10))}.${digits(random.integer(10))}`,
      () => `${digits(1 + random.integer(8))}e${random.integer(40) - 20}`,
      // In the middle between two doubles.
      () => `${2n ** 54n + 2n * BigInt(random.integer(2 ** 30)) * 2n + 2n}.${digits(1)}`,
    ]
    let undecided = 0
    for (let i = 0; i < 120_000; i++) {
      const text = ways[i % ways.length]?.() ?? ''
      const value = parsed(text)
      if (Number.isNaN(value)) undecided++
      else if (!Object.is(value, Number(text))) expect([text, value]).toEqual([text, Number(text)])
    }
    expect(undecided).toBeLessThan(24_000)
  })

  it.each(['0', '-0', '+5', '.5', '5.', '5.e3', '007', '1E+2', '1e-3', '123456789012345678', '0.1234567890123456'])(
    'is read from %s',
    (text) => expect(parsed(text)).toBe(Number(text)),
  )

  it.each([
    '',
    '.',
    '-',
    '--1',
    '1.2.3',
    '1e',
    '1e+',
    'e5',
    '.e1',
    '1,5',
    '0x10',
    '1_0',
    ' 1',
    'NaN',
    'Infinity',
    '1d5',
    '٣',
  ])('is not %j', (text) => expect(parsed(text)).toBeNaN())
})
