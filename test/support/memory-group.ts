// Groups of processes with little memory, for tests of what the kernel does when there is none left.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { until } from '../run/runs.ts'

const groups = '/sys/fs/cgroup/memory'
/** What keeps this machine from making such a group: it takes Linux, version 1 of its control groups, and root. */
export const noGroups = ((): string | null => {
  try {
    mkdirSync(join(groups, `tunegate-try-${process.pid}`))
    const limited = existsSync(join(groups, `tunegate-try-${process.pid}/memory.limit_in_bytes`))
    rmdirSync(join(groups, `tunegate-try-${process.pid}`))
    return limited ? null : 'no limit of memory'
  } catch (error) {
    return (error as Error).message
  }
})()

/** The file that takes the number of a process into a new group. */
export function memoryGroup(mebi: number): string {
  const group = join(groups, `tunegate-${process.pid}-${mebi}`)
  mkdirSync(group)
  writeFileSync(join(group, 'memory.limit_in_bytes'), String(mebi * 2 ** 20))
  onTestFinished(async () => {
    await until(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '')
    rmdirSync(group)
  })
  return join(group, 'cgroup.procs')
}
