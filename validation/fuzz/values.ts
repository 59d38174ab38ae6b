// `npm run fuzz:values -- [--cases N] [--seed N] [--target csv,parquet] [--python FILE] [--out FOLDER]`: damaged data files, read
// by tunegate and by pandas or pyarrow. No value may differ: a damaged file is refused, or read as the oracle reads it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { InputError } from '../../src/base/diagnostics.ts'
import { readSource } from '../../src/data/read-source.ts'
import type { Column } from '../../src/data/column.ts'
import { command, lastLine } from '../../bench/engines/peers.ts'
import { caseOf } from './campaign.ts'
import { targets } from './targets.ts'

/** Formats that an oracle reads too, by the ending of their files. */
const endings = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  json: 'json',
  npy: 'npy',
  npz: 'npz',
  parquet: 'parquet',
  arrow: 'arrow',
} as const

const { values: given } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: Object.keys(endings).join(',') },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string', default: 'build/fuzz/values' },
  },
})

/** What tunegate makes of a file: each column once as numbers and once as texts; null where a value is missing. */
interface Found {
  readonly file: string
  readonly header: boolean
  readonly delimiter: string | null
  readonly names: readonly string[]
  readonly numbers: readonly (readonly (number | null)[])[]
  readonly texts: readonly (readonly (string | null)[])[]
}

/** Null if the file is refused. */
async function readFile(path: string, file: string): Promise<Found | null> {
  try {
    const source = await readSource(path)
    const opened = await source.format.open(source, { header: 'auto', target: null, groupBy: null })
    const { header, delimiter, names } = opened
    const all = (want: 'double' | 'text') => opened.read(names.map(() => want))
    const [numbers, texts] = [all('double'), all('text')]
    const column = <T>(of: Column | null, cell: (of: Column, row: number) => T): T[] =>
      of === null ? [] : Array.from({ length: numbers.rows }, (_, row) => cell(of, row))
    return {
      file,
      header,
      delimiter,
      names,
      numbers: numbers.columns.map((one) => column(one, ({ at }, row) => (Number.isFinite(at(row)) ? at(row) : null))),
      texts: texts.columns.map((one) => column(one, ({ codes, levels }, row) => levels?.[codes?.[row] ?? -1] || null)),
    }
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

interface Compared {
  readonly compared: number
  readonly refused: number
  readonly differ: readonly { readonly file: string; readonly why: string }[]
}

console.log(
  '| Format | Cases | Read | Compared | Oracle refuses | Values that differ |\n| --- | --: | --: | --: | --: | --: |',
)
let failed = 0
for (const [name, ending] of Object.entries(endings)) {
  if (!given.target.split(',').includes(name)) continue
  const target = targets.find((one) => one.name === name)
  if (!target) throw new Error(`no target ${name}`)
  const folder = join(given.out, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const found: string[] = []
  for (let number = 0; number < Number(given.cases); number++) {
    const path = join(folder, `${number}.${ending}`)
    writeFileSync(path, caseOf(target, Number(given.seed), number))
    const read = await readFile(path, `${number}.${ending}`)
    if (read === null) rmSync(path)
    else found.push(JSON.stringify(read))
  }
  writeFileSync(join(folder, 'found.jsonl'), found.join('\n'))
  const { compared, refused, differ } = lastLine(
    command(given.python, [join(import.meta.dirname, 'values.py'), folder]),
  ) as Compared
  failed += differ.length
  console.log(`| ${name} | ${given.cases} | ${found.length} | ${compared} | ${refused} | ${differ.length} |`)
  for (const { file, why } of differ.slice(0, 12)) console.log(`\n${join(folder, file)}: ${why}\n`)
}
process.exitCode = failed === 0 ? 0 : 1
