import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../src/base/diagnostics.ts'
import { stream } from '../../src/base/random.ts'
import { mutated } from './mutate.ts'
import type { Outcome, Target } from './targets.ts'

export interface Crash {
  /** The same number under the same seed makes the same bytes. */
  readonly number: number
  readonly reason: string
  readonly bytes: Buffer
}

export interface Figures {
  readonly target: string
  readonly cases: number
  readonly read: number
  readonly refused: number
  readonly crashes: readonly Crash[]
  readonly slowest: { readonly number: number; readonly milliseconds: number; readonly bytes: number }
  /** Largest resident memory that was seen, in MiB. */
  readonly memory: number
}

/** Time that a case may take, in milliseconds: a share for each byte, and what a busy machine needs. */
export const mostMilliseconds = (bytes: number): number => 5000 + bytes / 20

/** The bytes of one case; the first ones of every target are its corpus as it is. */
export function caseOf({ name, corpus }: Target, seed: number, number: number): Buffer {
  const own = corpus[number]
  if (own !== undefined) return own
  const random = stream(seed, 'fuzz', name, number)
  const pick = (): Buffer => corpus[random.integer(corpus.length)] ?? Buffer.alloc(0)
  return mutated(pick(), pick(), random)
}

/** Feeds a parser; nothing but a value or an `InputError` may come of any case, within its time. */
export async function fuzz(
  target: Target,
  cases: number,
  seed: number,
  tell: (number: number) => void = () => {},
): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-fuzz-'))
  const count = { read: 0, refused: 0 }
  const crashes: Crash[] = []
  let slowest = { number: 0, milliseconds: 0, bytes: 0 }
  let memory = 0
  try {
    for (let number = 0; number < cases; number++) {
      tell(number)
      const bytes = caseOf(target, seed, number)
      const start = performance.now()
      const found = await outcomeOf(target, bytes, join(folder, 'case'))
      const milliseconds = performance.now() - start
      if (typeof found === 'string') count[found]++
      else crashes.push({ number, reason: reasonOf(found), bytes })
      if (milliseconds > slowest.milliseconds) slowest = { number, milliseconds, bytes: bytes.length }
      if (milliseconds > mostMilliseconds(bytes.length))
        crashes.push({ number, reason: `took ${Math.round(milliseconds)} ms`, bytes })
      if (number % 64 === 0) memory = Math.max(memory, process.memoryUsage.rss() / 2 ** 20)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { target: target.name, cases, ...count, crashes, slowest, memory }
}

async function outcomeOf(target: Target, bytes: Buffer, folder: string): Promise<Outcome | { readonly thrown: unknown }> {
  try {
    return await target.read(bytes, folder)
  } catch (error) {
    return error instanceof InputError && error.diagnostics.length > 0 ? 'refused' : { thrown: error }
  }
}

function reasonOf({ thrown }: { readonly thrown: unknown }): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
