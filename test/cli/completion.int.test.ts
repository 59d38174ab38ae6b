import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completion, shells, type Shell } from '../../src/cli/completion.ts'
import { program } from '../../src/cli/program.ts'
import { needs } from '../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
const scripts = mkdtempSync(join(tmpdir(), 'scripts-'))
const file = (shell: Shell): string => {
  const path = join(scripts, `tunegate.${shell}`)
  writeFileSync(
    path,
    completion(
      program(() => undefined),
      shell,
    ),
  )
  return path
}
writeFileSync(join(folder, 'tuning.yml'), '')

const typed: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['tunegate co', ['compare', 'compile', 'completion']],
  ['tunegate engine ', ['download', 'install', 'status']],
  ['tunegate run --engine w', ['wasm']],
  ['tunegate export out --to d', ['dvc']],
  ['tunegate completion z', ['zsh']],
  ['tunegate engine install --f', ['--force', '--from']],
  ['tunegate plan tun', ['tuning.yml']],
  ['tunegate nothing-known --zz', []],
]

describe('completion', () => {
  it.each(shells)('for %s is a script that the shell reads', (shell) => {
    const found = spawnSync(shell, ['-n', file(shell)], { encoding: 'utf8' })
    // Where the shell is not installed, the tests below say so.
    if (found.error === undefined) expect([found.status, found.stderr]).toEqual([0, ''])
  })

  it.each(typed)('in bash: %s', (line, offered) => {
    const words = line.split(' ')
    const script = `source ${file('bash')}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
      COMP_CWORD=${words.length - 1}; _tunegate; printf '%s\\n' "\${COMPREPLY[@]}" | grep -v '^-h$\\|^--help$'`
    const { stdout } = spawnSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' })
    expect(
      stdout
        .split('\n')
        .filter((word) => word !== '')
        .sort(),
    ).toEqual(offered)
  })

  it('in fish', (context) => {
    const fish = needs(context, 'fish')
    for (const [line, offered] of typed) {
      const script = `source ${file('fish')}; complete -C '${line}'`
      const { stdout } = spawnSync(fish, ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8' })
      const words = stdout.split('\n').flatMap((one) => one.split('\t')[0] || [])
      expect(words.sort(), line).toEqual(offered)
    }
  })

  it('in zsh, on a terminal', (context) => {
    const zsh = needs(context, 'zsh')
    const script = `zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z 'PS1=; autoload -U compinit; compinit -u -d ${scripts}/dump; source ${file('zsh')}; print "rea""dy"'
while zpty -r z line; do [[ $line = *ready* ]] && break; done
for line in 'tunegate engine ins' 'tunegate export out --to ten' 'tunegate completion f'; do
  zpty -w -n z "$line"$'\\t'; sleep 1; zpty -w -n z $'\\x15'; sleep 0.2
done
while zpty -r -t z line; do print -r -- "$line"; done`
    const { stdout } = spawnSync(zsh, ['-f', '-c', script], { cwd: folder, encoding: 'utf8', timeout: 60_000 })
    for (const whole of ['tunegate engine install', 'tunegate export out --to tensorboard', 'tunegate completion fish'])
      expect(stdout).toContain(whole)
  })
})
