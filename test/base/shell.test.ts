import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellCommand } from '../../src/base/shell.ts'
import { breakingName, breakingNames, harmIn, hidingName, hostileNames } from '../support/hostile.ts'
import { needs } from '../support/tools.ts'

const names = [breakingName, hidingName, ...breakingNames, ...hostileNames]

describe('attack 16: a command that a person may copy', () => {
  it('is one printable line', () => {
    for (const name of names) expect(harmIn(shellCommand('tunegate', 'run', name))).toEqual([])
    expect(shellCommand('tunegate', ...names)).not.toContain('\n')
  })

  it('gives a shell exactly the words that it was made of', (context) => {
    const bash = needs(context, 'bash')
    const { stdout, status } = spawnSync(bash, ['-c', shellCommand('printf', '%s\\0', ...names)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    })
    expect(status).toBe(0)
    expect(stdout.split('\0').slice(0, -1)).toEqual(names)
  })

  it('is plain where it may be', () => {
    expect(shellCommand('tunegate', 'run', 'a/b.yml', '--seeds', '3', 'with space', "it's", '')).toBe(
      "tunegate run a/b.yml --seeds 3 'with space' 'it'\\''s' ''",
    )
  })
})
