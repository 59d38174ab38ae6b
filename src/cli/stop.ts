import { exitCodeOfSignal, stopSignals, type StopSignal } from './exit.ts'

/** Turns the first stop signal into an abort. A second signal, of any kind, ends the process at once. */
export class StopSwitch {
  private readonly controller = new AbortController()
  private readonly pull = (signal: StopSignal): void => {
    if (this.stoppedBy !== null) process.exit(exitCodeOfSignal(signal))
    this.stoppedBy = signal
    // A disk that takes its time keeps no process alive, and all workers may be gone.
    this.alive = setInterval(() => {}, 60_000)
    this.controller.abort()
  }
  private stoppedBy: StopSignal | null = null
  private armed = false
  private alive: NodeJS.Timeout | undefined

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Exit code of a process that was asked to stop. */
  get code(): number {
    return exitCodeOfSignal(this.stoppedBy ?? 'SIGINT')
  }

  /** Before this, a signal ends the process with the system's default action. */
  arm(): void {
    if (this.armed) return
    this.armed = true
    for (const signal of stopSignals) process.on(signal, this.pull)
  }

  disarm(): void {
    clearInterval(this.alive)
    for (const signal of stopSignals) process.off(signal, this.pull)
  }
}
