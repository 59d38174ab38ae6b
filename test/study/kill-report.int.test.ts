import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { sha256 } from '../../src/base/hash.ts'
import { root } from '../support/architecture.ts'
import { node24 } from '../support/runner.ts'
import { folder } from '../run/runs.ts'

function write(where: string, killAt?: number): { readonly signal: string | null; readonly operations: number } {
  const args = [join(root, 'test/support/worker-report.ts'), where, ...(killAt === undefined ? [] : [String(killAt)])]
  const { signal, stdout, stderr, status } = spawnSync(node24, args, { encoding: 'utf8' })
  if (signal === null && status !== 0) throw new Error(stderr)
  return { signal, operations: Number(stdout) }
}

/** What every file holds, temporary ones left out: a kill leaves its own, and the next report does not take it for one. */
function files(where: string): Record<string, string> {
  const names = readdirSync(where, { recursive: true, withFileTypes: true }).filter(
    (e) => e.isFile() && !/^\..*\.(tmp|replaced)$/.test(e.name),
  )
  return Object.fromEntries(
    names
      .map((e) => join(e.parentPath, e.name))
      .map((path) => [path.slice(where.length), sha256(readFileSync(path))])
      .sort(),
  )
}

it('a study that is killed while it writes its report is unfinished, and written again it is whole', () => {
  const whole = folder()
  const { operations } = write(whole)
  expect(operations).toBeGreaterThan(30)
  const expected = files(whole)

  const killed = folder()
  const random = stream(31, 'kills of the report')
  const isWhole = (): boolean => existsSync(join(killed, 'report.json'))
  // In the middle, then before report.json has its name: the last operation syncs the folder.
  for (const point of [2 + random.integer(operations - 6), operations - 1]) {
    expect(write(killed, point).signal, `before operation ${point}`).toBe('SIGKILL')
    expect(isWhole(), `before operation ${point}`).toBe(false)
  }
  write(killed)
  expect(files(killed)).toEqual(expected)
  // An earlier report is gone before the first of its files is: half of each would be taken for one.
  writeFileSync(join(killed, 'summary.md'), 'of an earlier run')
  for (const point of [2, 3, 20]) {
    write(killed, point)
    expect(isWhole(), `before operation ${point}`).toBe(false)
  }
  write(killed)
  expect(files(killed)).toEqual(expected)
})
