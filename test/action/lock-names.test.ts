import { describe, expect, it } from 'vitest'
import { chooseBase, type BaseChoice, type BaseQuery } from '../../src/action/base-choice.ts'
import type { GateRule } from '../../src/records/gates.ts'
import { namedBaseline } from '../../src/study/baseline.ts'
import { locksIn } from '../../src/study/locks.ts'

const compares = { gate: 'regression', metric: 'accuracy', margin: 0.1 } as unknown as GateRule
const lock = (name: string): string => JSON.stringify({ version: 1, name })

/** What a change of `b.yml`, whose study is `b`, is compared with, by the files of its base and those in the workspace. */
const choice = (
  base: Readonly<Record<string, string>>,
  over: Partial<BaseQuery> = {},
  brought: readonly string[] = [],
): Promise<BaseChoice> =>
  chooseBase({
    specPath: 'b.yml',
    name: 'b',
    asked: namedBaseline(undefined),
    gates: [compares],
    without: 'jobs',
    locksAt: (named) => (named.endsWith('.json') ? [named] : locksIn(named, 'b.yml')),
    textAt: (path) => Promise.resolve(base[path] ?? null),
    isProvided: (paths) => brought.includes(paths.find((path) => brought.includes(path) || path in base) ?? ''),
    ...over,
  })

describe('attack 8: the lock of one spec among several of a folder', () => {
  it('is the one of its own name at the base commit, whatever the others say', async () => {
    const base = { 'b.lock.json': lock('b'), 'tuning.lock.json': lock('b'), 'a.lock.json': lock('a') }
    expect(await choice(base)).toEqual({ kind: 'lock', path: 'b.lock.json', text: lock('b') })
  })

  it('is the old name where the base has no other, if the base says that it is of this study', async () => {
    expect(await choice({ 'tuning.lock.json': lock('b') })).toMatchObject({ kind: 'lock', path: 'tuning.lock.json' })
    for (const other of [lock('a'), 'no lock', '{"name": 1}', 'null']) {
      expect(await choice({ 'tuning.lock.json': other })).toEqual({ kind: 'missing', path: 'b.lock.json' })
      expect(await choice({ 'tuning.lock.json': other }, { without: 'proposal' })).toMatchObject({ kind: 'retrained' })
    }
  })

  it('is never a file of the change: a lock that a step brought counts by its own name alone', async () => {
    const asked = namedBaseline('lock')
    expect(await choice({}, { asked }, ['b.lock.json'])).toEqual({ kind: 'provided', path: 'b.lock.json' })
    // The study would read `b.lock.json` first, which the change may commit beside it.
    expect(await choice({}, { asked }, ['tuning.lock.json'])).toEqual({ kind: 'missing', path: 'b.lock.json' })
    expect(await choice({}, {}, ['b.lock.json'])).toEqual({ kind: 'missing', path: 'b.lock.json' })
  })

  it('is in a folder that the workflow names under either name', async () => {
    const asked = namedBaseline('./best')
    for (const name of ['b.lock.json', 'tuning.lock.json'])
      expect(await choice({ [`best/${name}`]: lock('x') }, { asked })).toMatchObject({ kind: 'lock', path: `best/${name}` })
  })
})
