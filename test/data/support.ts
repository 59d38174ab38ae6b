import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputError } from '../../src/base/diagnostics.ts'
import type { Diagnostic } from '../../src/base/diagnostics.ts'
import type { DataConfig } from '../../src/data/types.ts'

/** One for all files of tests that a process runs: vitest loads this module once for them. */
const folder = mkdtempSync(join(tmpdir(), 'tunegate-data-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

export const digits = fileURLToPath(new URL('../../examples/digits/digits.csv.gz', import.meta.url))
export const wine = fileURLToPath(new URL('../../examples/wine/wine.csv', import.meta.url))
export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** Writes a file into a folder of these tests. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A config with plain defaults: target column y, types decided, 60 % train. */
export function config(source: string, more: Partial<DataConfig> = {}): DataConfig {
  return {
    source,
    target: 'y',
    header: 'auto',
    task: 'classification',
    inputs: { kind: 'auto' },
    standardize: false,
    split: { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 },
    ...more,
  }
}

export const plainSplit = { validation: 0.2, test: 0.2, stratify: false, groupBy: null, seed: 17 } as const

/** The diagnostics that a call ends with; fails if it succeeds or ends in any other way. */
export async function problemsOf(call: Promise<unknown>): Promise<readonly Diagnostic[]> {
  const error: unknown = await call.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (error instanceof InputError) return error.diagnostics
  throw error ?? new Error('an InputError was expected, and nothing was wrong')
}

/** `code line:column found` of each. */
export function brief(problems: readonly Diagnostic[]): string[] {
  return problems.map(({ code, at, found }) =>
    [code, at && `${at.line}:${at.column}`, found].filter((part) => part !== undefined).join(' '),
  )
}

/** A CSV of `rows` rows: a and b are numbers, c has three categories, y is one of two classes. */
export function smallCsv(rows: number, change: (cells: string[], row: number) => void = () => {}): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const colour = ['red', 'green', 'blue'][row % 3] ?? ''
    const cells = [String(row * 1.5), String((row * 7) % 11), colour, row % 2 ? 'yes' : 'no']
    change(cells, row)
    return cells.join(',')
  })
  return ['a,b,c,y', ...lines, ''].join('\n')
}

/** A .npy of version 1. `padded` is the length of its header with what comes before it. */
export function npy(type: string, shape: readonly number[], values: Uint8Array, padded = 128): Buffer {
  const sides = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `${`{'descr': '${type}', 'fortran_order': False, 'shape': ${sides}, }`.padEnd(padded - 11)}\n`
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0])
  return Buffer.concat([start, Buffer.from(header), values])
}

/** Processor time that a call takes, in milliseconds: what else the machine does hardly counts. */
export async function cpuTime(call: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Values of row `row`. */
export function rowOf({ inputs, features }: { inputs: Float32Array; features: readonly string[] }, row: number): number[] {
  return [...inputs.subarray(row * features.length, (row + 1) * features.length)]
}
