import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

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
function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

/** Resident memory of all processes of a group, in MiB; null where the system does not say. */
export async function groupMemoryMiB(group: number): Promise<number | null> {
  let kib = 0
  let seen = false
  for (const pid of processIds()) {
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
 * Ends processes that runs left behind outside of their group: those whose environment still names the request of a run.
 * Only Linux says; elsewhere the group has to do.
 *
 * @param request how the paths of the requests begin
 * @param script that started them, if it is known: processes that are older need no look, which costs as much as a run does
 * @returns their number
 */
export function endStrays(request: string, script = 0): number {
  const mark = `TUNEGATE_RUN_FILE=${request}`
  let ended = 0
  // Numbers grow until they begin again at the lowest, so the latest one tells whether they have.
  const latest = latestProcess()
  if (script > 0 && latest === script) return 0
  const oldest = latest >= script ? script : 0
  for (const pid of processIds()) {
    if (pid <= oldest || pid === process.pid) continue
    const environment = textNow(`/proc/${pid}/environ`)
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

/** The number of the process that was started last; 0 where the system does not say. */
const latestProcess = (): number => Number(/(\d+)\s*$/.exec(textNow('/proc/loadavg'))?.[1] ?? 0)

function textNow(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

const text = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')
