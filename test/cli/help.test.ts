import type { Command } from 'commander'
import { afterEach, describe, expect, it } from 'vitest'
import { startedAs } from '../../src/base/own-command.ts'
import { program } from '../../src/cli/program.ts'

const root = program(() => undefined)

function all(
  command: Command,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly command: Command }[] {
  const visible = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
  return [{ path, command }, ...visible.flatMap((one) => all(one, [...path, one.name()]))]
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp()
  return text
}

const isVisible = (above: Command, one: Command): boolean => above.createHelp().visibleCommands(above).includes(one)
const runs = all(root).filter(
  ({ command, path }) => path.length === 0 || command.commands.every((one) => !isVisible(command, one)),
)

afterEach(() => startedAs('tunegate'))

describe('the help', () => {
  it('knows compare and export at the top, and no longer shows them below report', () => {
    const paths = all(root).map(({ path }) => path.join(' '))
    expect(paths).toEqual(expect.arrayContaining(['compare', 'export', 'doctor', 'completion', 'engine install']))
    expect(paths).not.toContain('report compare')
    const report = root.commands.find((one) => one.name() === 'report')
    expect(report?.commands.map((one) => one.name())).toEqual(['compare', 'export'])
  })

  it.each(runs.map(({ path, command }) => [path.join(' ') || 'tunegate', path, command] as const))(
    '%s has examples, of itself and with options that it has',
    (_, path, command) => {
      const [, examples = ''] = helpOf(command).split('\nExamples:\n')
      const lines = examples.trimEnd().split('\n')
      expect(lines[0]).toMatch(/^ {2}tunegate /)
      for (const line of lines) {
        expect(line).toMatch(/ {2}# \S/)
        const words = (line.split('  #')[0] ?? '').trim().split(/\s+/).slice(1)
        expect(words.slice(0, path.length)).toEqual(path)
        const known = command.options.flatMap((option) => [option.short, option.long])
        const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
        for (const word of own.filter((w) => w.startsWith('-'))) expect(known, line).toContain(word)
      }
    },
  )

  it('starts its examples and its errors as the user started the program', () => {
    startedAs('node dist/cli/index.js')
    const again = program(() => undefined)
    const run = again.commands.find((one) => one.name() === 'run')
    expect(run && helpOf(run)).toMatch(/^Usage: node dist\/cli\/index\.js run \[options\] \[spec\]/)
    expect(run && helpOf(run)).toContain('\n  node dist/cli/index.js run ')
  })
})
