import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { deriveSeed } from '../../src/base/random.ts'
import type { LockedSeed } from '../../src/records/lock.ts'
import type { RunResult } from '../../src/records/run.ts'

/** What a trained run leaves in the bank: all that gates read. */
export interface Banked extends LockedSeed {
  readonly key: string
  readonly steps: number
}

/** What took long to make, by what it is; kept in a file of JSON lines, so that a proof that was stopped goes on. */
export class Kept<T extends { readonly key: string }> {
  private readonly known: Map<string, T>
  private readonly file: string | null

  constructor(file: string | null) {
    this.file = file
    this.known = new Map(readLines<T>(file).map((one) => [one.key, one]))
  }

  get(key: string, make: () => T): T {
    const found = this.known.get(key)
    if (found) return found
    const made = make()
    this.known.set(key, made)
    if (this.file !== null) appendFileSync(this.file, `${JSON.stringify(made)}\n`)
    return made
  }
}

function readLines<T>(file: string | null): T[] {
  if (file === null || !existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}

/** Trained runs. */
export class Bank extends Kept<Banked> {
  run(key: string, train: () => RunResult): Banked {
    return this.get(key, () => banked(key, train()))
  }
}

function banked(key: string, run: RunResult): Banked {
  const base = { key, seed: run.request.seed, status: run.status, steps: run.steps.loss.length }
  if (run.status !== 'complete') return { ...base, validation: null, test: null, weights: null }
  return { ...base, validation: run.best?.validation ?? null, test: run.best?.test ?? null, weights: run.weights }
}

/** The seeds of all proofs but that of the diagnostics: other ones than anything was developed under. */
export const proofSeeds = (count: number, purpose: string): number[] =>
  Array.from({ length: count }, (_, i) => deriveSeed(2026, purpose, i))
