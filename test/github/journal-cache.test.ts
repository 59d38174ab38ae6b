import { expect, it } from 'vitest'
import { goesOn } from '../../src/github/journal-cache.ts'

const again = { runId: 77, runAttempt: 2 }

it.each([
  ['77-1-0123abcd-stopped', true],
  ['76-4-0123abcd-stopped', true],
  ['77-1-0123abcd-finished', true],
  ['77-2-0123abcd-finished', false],
  ['77-3-0123abcd-finished', false],
  ['76-1-0123abcd-finished', false],
  ['77-1-0123abcd-spent', false],
  ['77-1-0123abcd', false],
  ['77-1-0123abcd-stopped-', false],
  ['', false],
])('an attempt goes on from a study as it was left: %s', (rest, expected) => {
  expect(goesOn(rest, again)).toBe(expected)
})
