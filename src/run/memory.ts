import { readFileSync } from 'node:fs'

/** A step of a large batch may allocate a gigabyte in a tenth of a second. */
const lookEveryMs = 20

/**
 * Looks at the resident memory of a process and tells when it is over the limit; returns what ends the watch. A run may
 * allocate faster than it can look at itself, so its parent looks too. Only Linux shows it; elsewhere the run's own look
 * counts.
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

/** Null where the system does not tell, or the process is gone. */
export function residentMiB(pid: number | undefined): number | null {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Number(kib) / 1024
  } catch {
    return null
  }
}
