// A process that installs the miniature engine, for tests that kill it: node install-tiny.ts ROOT FROM PINS
import { readFileSync, writeSync } from 'node:fs'
import { installEngine } from '../../../../src/engines/tensorflow/install/install.ts'
import type { Pins } from '../../../../src/engines/tensorflow/install/pins.ts'

const [root = '', from = '', pins = ''] = process.argv.slice(2)
const { fresh } = await installEngine({
  root,
  from: from === '' ? null : from,
  force: false,
  pins: JSON.parse(readFileSync(pins, 'utf8')) as Pins,
  env: process.env,
  installedAt: '2026-11-01T00:00:00Z',
  listener: ({ type }) => {
    writeSync(1, `${type}\n`)
  },
})
writeSync(1, fresh ? 'fresh\n' : 'there\n')
