import { readFileSync } from 'node:fs'

/** A step with a large batch may allocate a gigabyte in a tenth of a second. */
const lookEveryMs = 20

/**
 * Watches the resident memory of a process and reports when it exceeds the limit; returns a function that ends the watch. A
 * run may allocate faster than it can check itself, so its parent checks too. Only Linux exposes this; elsewhere the run's
 * own check has to do.
 */
export function watchMemory(pid: number | undefined, limitMiB: number, onOver: (reason: string) => void): () => void {
  const look = (): void => {
    const resident = residentMiB(pid)
    if (resident === null || resident <= limitMiB) return
    onOver(`needs more memory than the limit: ${Math.ceil(resident)} MiB of ${limitMiB} MiB`)
  }
  const timer = setInterval(look, lookEveryMs)
  return () => clearInterval(timer)
}

/** Null if the system does not say, or the process is gone. */
export function residentMiB(pid: number | undefined): number | null {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Number(kib) / 1024
  } catch {
    return null
  }
}
