import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'vitest'
import { node24 } from './runner.ts'

/** The path of a program that a test needs, or the test is skipped with the reason why it is not here. */
export function needs(context: TestContext, name: string): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram)
  if (found) return found
  return context.skip(
    `${name} is not here: ${process.env[`MISSING_${name.toUpperCase().replaceAll('-', '_')}`] ?? 'not on the PATH'}`,
  )
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The machine's own Node, which is not the one of the tests, wherever npm puts that one on the PATH. */
export function machineNode(context: TestContext): string {
  const all = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  const isOther = (file: string): boolean =>
    statSync(file, { throwIfNoEntry: false })?.isFile() === true && realpathSync(file) !== realpathSync(node24)
  const found = all.find(isOther)
  return found ?? context.skip('there is no Node here but the one that runs the tests')
}
