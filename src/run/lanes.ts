export type OnWrite = (write: Promise<void>) => void

export interface Lanes<T> {
  readonly slots: number
  readonly items: readonly T[]
  readonly work: (item: T, onWrite: OnWrite) => Promise<void>
  /** Called whenever a slot has nothing left to do, with the number of such slots; that is 0 once all work is done. */
  readonly onIdle: (idle: () => number) => void
}

/** Works on as many items at a time as there are slots. The next begins while the previous result is still being written. */
export async function inLanes<T>({ slots, items, work, onIdle }: Lanes<T>): Promise<void> {
  const writes: Promise<void>[] = []
  const failures: unknown[] = []
  const noteFailure = (error: unknown): void => {
    failures.push(error)
  }
  const queue = items.values()
  let active = slots
  const idle = (): number => (active === 0 || failures.length > 0 ? 0 : slots - active)
  const lane = async (): Promise<void> => {
    // If one fails, for example because the disk is full, the others end too.
    for (const item of queue) {
      await work(item, (write) => writes.push(write.catch(noteFailure)))
      if (failures.length > 0) return
    }
  }
  const untilIdle = (): Promise<void> =>
    lane()
      .catch(noteFailure)
      .finally(() => {
        active -= 1
        onIdle(idle)
      })
  await Promise.all(Array.from({ length: slots }, untilIdle))
  await Promise.all(writes)
  if (failures.length > 0) throw failures[0]
}
