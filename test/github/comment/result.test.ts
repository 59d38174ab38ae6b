import { mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mostResultBytes, onlyFile, parseResult } from '../../../src/github/comment/result.ts'

const [sha, other] = ['a'.repeat(40), 'b'.repeat(40)]
const bound = { run: 77, sha, plan: null }
const good = { version: 1, bound, outcome: { kind: 'plan', text: 'one stage' } }
const read = (value: unknown): string => {
  const result = parseResult(typeof value === 'string' ? value : JSON.stringify(value), { run: 77, sha })
  return result.ok ? 'read' : result.error
}

// Attack 7: the result was written beside code of the pull request.
describe('attack 7: a result', () => {
  it('is read where it is bound to this run and commit', () => expect(read(good)).toBe('read'))

  it.each([
    [{ ...good, bound: { ...bound, run: 76 } }, 'another run or commit'],
    [{ ...good, bound: { ...bound, sha: other } }, 'another run or commit'],
    [{ ...good, bound: { ...bound, run: '77' } }, 'another run or commit'],
    [{ ...good, bound: { ...bound, plan: 'x' } }, 'another plan'],
    [{ ...good, version: 2 }, 'shape'],
    [{ ...good, outcome: null }, 'shape'],
    ['{', 'shape'],
    ['[]', 'shape'],
    ['null', 'shape'],
    ['', 'shape'],
    [{ ...good, outcome: { kind: 'plan' } }, 'no text'],
    [{ ...good, outcome: { kind: 'other', text: 'x' } }, 'no known kind'],
    [{ ...good, outcome: { kind: 'study', gateLines: [1.5], report: {} } }, 'lines'],
    [{ ...good, outcome: { kind: 'study', gateLines: [-1], report: {} } }, 'lines'],
    [{ ...good, outcome: { kind: 'study', gateLines: Array(1001).fill(1), report: {} } }, 'lines'],
    [
      { ...good, outcome: { kind: 'study', gateLines: [], report: { verdict: { status: 'pass' } } } },
      'report of the run does not have the shape',
    ],
    [
      { ...good, outcome: { kind: 'study', gateLines: [], report: '__proto__' } },
      'report of the run does not have the shape',
    ],
  ])('is refused: %j', (value, reason) => expect(read(value)).toContain(reason))

  it('shows at most so much text', () => {
    const result = parseResult(JSON.stringify({ ...good, outcome: { kind: 'problem', text: 'x'.repeat(30_000) } }), {
      run: 77,
      sha,
    })
    expect(result.ok && result.value.outcome.kind === 'problem' && result.value.outcome.text.length).toBe(20_000)
  })
})

describe('attack 7: the folder of a result', () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'result-'))

  it('holds one plain file', () => {
    const one = folder()
    writeFileSync(join(one, 'a.json'), 'text')
    expect(onlyFile(one)).toEqual({ ok: true, value: 'text' })
    writeFileSync(join(one, 'b.json'), 'text')
    expect(onlyFile(one)).toMatchObject({ ok: false })
    expect(onlyFile(folder())).toMatchObject({ ok: false })
  })

  it('holds no link and no folder', () => {
    const [link, nested] = [folder(), folder()]
    symlinkSync('/etc/hostname', join(link, 'a.json'))
    mkdirSync(join(nested, 'a.json'))
    expect([onlyFile(link).ok, onlyFile(nested).ok]).toEqual([false, false])
  })

  it('holds no more bytes than are read', () => {
    const large = folder()
    writeFileSync(join(large, 'a.json'), '')
    truncateSync(join(large, 'a.json'), mostResultBytes + 1)
    expect(onlyFile(large)).toMatchObject({ ok: false })
  })
})
