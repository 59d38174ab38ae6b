import { openArrays } from './arrays.ts'
import { openDelimited } from './csv.ts'
import { openJsonLines } from './jsonl.ts'
import type { Source } from '../source.ts'
import type { OpenTable, TableUse } from '../table.ts'

/** Looks at the beginning of the file; InputError where it is not what its name says. */
export function openTable(source: Source, use: TableUse): OpenTable {
  switch (source.format) {
    case 'csv':
    case 'tsv':
      return openDelimited(source, use)
    case 'jsonl':
      return openJsonLines(source)
    case 'npy':
    case 'npz':
      return openArrays(source, use)
  }
}
