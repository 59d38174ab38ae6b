import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'vitest'

/** The path of a program that a test needs, or the test is skipped with the reason why it is not here. */
export function needs(context: TestContext, name: string): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find(isProgram)
  if (found) return found
  return context.skip(`${name} is not here: ${process.env[`MISSING_${name.toUpperCase()}`] ?? 'not on the PATH'}`)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
