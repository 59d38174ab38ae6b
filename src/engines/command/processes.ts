import { readdir, readFile } from 'node:fs/promises'

/** Sends a signal to every process of a group; nothing happens if none is left. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    // Windows has no groups; there, the process alone gets it.
    process.kill(process.platform === 'win32' ? group : -group, signal)
  } catch {
    // It has ended.
  }
}

/** Whether a process of the group is alive. */
export function groupLives(group: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? group : -group, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ids of all processes; none where the system is not Linux. */
const processIds = async (): Promise<number[]> =>
  (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number)

/** Resident memory of all processes of a group, in MiB; null where the system does not say. */
export async function groupMemoryMiB(group: number): Promise<number | null> {
  let kib = 0
  let seen = false
  for (const pid of await processIds()) {
    const stat = await text(`/proc/${pid}/stat`)
    // The name of a process stands in parentheses and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) !== group) continue
    const status = await text(`/proc/${pid}/status`)
    // The peak of the process itself, where the system keeps it.
    kib += Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0)
    seen = true
  }
  return seen ? kib / 1024 : null
}

/**
 * Ends processes that runs left behind outside of their group: those whose environment still names a run in the folder. Only
 * Linux says; elsewhere the group has to do.
 */
export async function endStrays(folder: string): Promise<number> {
  const mark = `TUNEGATE_RUN_FILE=${folder}/`
  let ended = 0
  for (const pid of await processIds()) {
    if (pid === process.pid) continue
    const environment = await text(`/proc/${pid}/environ`)
    if (!environment.split('\0').some((entry) => entry.startsWith(mark))) continue
    try {
      process.kill(pid, 'SIGKILL')
      ended += 1
    } catch {
      // It ended by itself.
    }
  }
  return ended
}

const text = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')
