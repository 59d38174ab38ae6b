import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/base/diagnostics.ts'
import { fileProblem } from '../../../src/engines/install/problems.ts'
import { lastWords, type Ended } from '../../../src/engines/install/process.ts'

describe('what went wrong is put in words', () => {
  const ended = (over: Partial<Ended>): Ended => ({
    how: 'started',
    ok: false,
    code: 1,
    killedBy: null,
    out: '',
    said: '',
    ...over,
  })

  it('for a disk that fills', () => {
    const full = fileProblem(
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }),
      '/x',
    )
    expect(full).toBeInstanceOf(InputError)
    expect(full?.diagnostics[0]).toMatchObject({ code: 'engine/no-space', hint: expect.stringContaining('--dir') as string })
    expect(fileProblem(new TypeError('ours'), '/x')).toBeUndefined()
  })

  it('by the words of npm, of a compiler, and of anything else', () => {
    const npm =
      'npm warn old\nnpm error code ECONNREFUSED\nnpm error syscall connect\nnpm error A complete log of this run can be found in: /x'
    expect(lastWords(ended({ said: npm }), 'first')).toBe('code ECONNREFUSED | syscall connect (exit code 1)')
    const compiler =
      'In file included from a.h\na.cc:1:2: error: no\n  1 | x\na.cc:2:2: error: and no\ncompilation terminated.\n'
    expect(lastWords(ended({ said: compiler }), 'errors')).toBe(
      'a.cc:1:2: error: no | a.cc:2:2: error: and no (exit code 1)',
    )
    expect(lastWords(ended({ said: 'a\nb\nc\nd\n\n', killedBy: 'SIGTERM' }))).toBe('b | c | d (ended by SIGTERM)')
    expect(lastWords(ended({ said: '' }))).toBe('exit code 1')
  })
})
