import { describe, expect, it } from 'vitest'
import { lockNameOf } from '../../src/report/lock-name.ts'

describe('the name of a lock', () => {
  it.each([
    ['tuning.yml', 'tuning.lock.json'],
    ['models/digits.yaml', 'digits.lock.json'],
    ['models\\wine.JSON', 'wine.lock.json'],
    ['../../etc/passwd', 'passwd.lock.json'],
    ['a\0b\n.yml', 'a_b_.lock.json'],
  ])('%j is %s', (spec, name) => {
    expect(lockNameOf(spec)).toBe(name)
  })

  it('fits a file system, and long names that differ at their end have locks of their own', () => {
    const names = ['a', 'b'].map((end) => lockNameOf(`${'ä'.repeat(124)}${end}.yml`))
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
    expect(names[0]).not.toBe(names[1])
  })
})
