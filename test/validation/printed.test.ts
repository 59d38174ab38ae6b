import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../support/architecture.ts'
import { printedCommands } from '../../validation/first-hour/printed.ts'

it('commands are read as a person copies them: whole lines, each once, without the comment behind them', () => {
  const text = [
    'Target: x; another: node /a/dist/cli/index.js init x.csv --target COLUMN',
    'Review it, then run:',
    '  node /a/dist/cli/index.js plan',
    '  node /a/dist/cli/index.js run    # tune it',
    '  node /a/dist/cli/index.js plan',
    'tunegate doctor',
  ].join('\n')
  expect(printedCommands(text)).toEqual([
    'node /a/dist/cli/index.js plan',
    'node /a/dist/cli/index.js run',
    'tunegate doctor',
  ])
})

it('the README begins with one that runs an example', () => {
  expect(printedCommands(readFileSync(join(root, 'README.md'), 'utf8'))[0]).toMatch(/run examples\/\S+\/tuning\.yml$/)
})
