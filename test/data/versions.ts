import { gzipSync } from 'node:zlib'
import type { DataConfig } from '../../src/data/types.ts'
import { config, file, plainSplit } from './support.ts'

// A table of which a change makes another version, for tests of how two versions are compared and joined.

export const header = 'a,b,word,y'
/** Rows that no two are equal of. */
export const rows: readonly string[] = Array.from(
  { length: 100 },
  (_, i) => `${i * 1.5},${(i * i) % 97},w${i % 7},${i % 2 === 0 ? 'yes' : 'no'}`,
)

export const split = { ...plainSplit, stratify: true, seed: 1 } as const

export const configOf = (source: string, more: Partial<DataConfig> = {}): DataConfig =>
  config(source, { standardize: true, split, ...more })

/** The column of words divides the rows into segments and is no input. */
export const bySegment = {
  inputs: { kind: 'columns', numeric: ['a', 'b'], categorical: [], encoding: 'index' },
  segments: ['word'],
} as const

export function write(name: string, lines: readonly string[], head = header): string {
  const text = `${[head, ...lines].join('\n')}\n`
  return file(name, name.endsWith('.gz') ? gzipSync(text) : text)
}

/** The rows, some of them changed. */
export const edit = (at: Iterable<number>, change: (row: string) => string): string[] => {
  const chosen = new Set(at)
  return rows.map((row, i) => (chosen.has(i) ? change(row) : row))
}

export const relabel = (row: string): string => (row.endsWith('yes') ? row.replace(/yes$/, 'no') : row.replace(/no$/, 'yes'))
