// `npm run bench:reading -- [--rows N] [--columns N] [--repeats N] [--files A,B] [--cache DIR] [--python FILE]`: reading data
// files beside pandas and pyarrow, as ratios within one run. README.md explains it and holds the results.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { command, lastLine } from '../engines/peers.ts'
import { machineLine, markdownOf } from '../engines/results.ts'

/** Packages of the peers, as a scratch environment gets them. */
const packages = ['pandas==3.1.1', 'pyarrow==26.0.1']

interface Figures {
  /** Seconds of all processors together. */
  readonly processor: number
  readonly clock: number
  /** Largest memory of the process, in MiB. */
  readonly peak: number
  readonly rows: number
}

const { values: given } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '20' },
    repeats: { type: 'string', default: '3' },
    files: { type: 'string', default: 'short.csv,long.csv,texts.csv,short.parquet,texts.parquet' },
    cache: { type: 'string', default: join(homedir(), '.cache/tunegate-bench-reading') },
    python: { type: 'string' },
  },
})
const [rows, repeats] = [Number(given.rows), Number(given.repeats)]
const python = given.python ?? environment(given.cache)
const script = join(import.meta.dirname, 'peers.py')
const folder = join(given.cache, `${given.rows}x${given.columns}`)
if (!existsSync(join(folder, 'texts.feather'))) {
  mkdirSync(folder, { recursive: true })
  command(python, [script, 'make', folder, given.rows, given.columns])
}

const readers: Readonly<Record<string, (file: string) => string>> = {
  tunegate: (file) => command(process.execPath, [join(import.meta.dirname, 'read.ts'), file]),
  pandas: (file) => command(python, [script, 'read', 'pandas', file]),
  pyarrow: (file) => command(python, [script, 'read', 'pyarrow', file]),
}

const table: string[][] = []
for (const name of given.files.split(',')) {
  const row = measured(join(folder, name))
  console.error(row.join('  '))
  table.push(row)
}
const head = ['file', 'MB', 'tunegate s', 'pandas s', 'pyarrow s', '/ pandas', '/ pyarrow', 'peak MiB', 'pandas', 'pyarrow']
console.log(machineLine({}))
console.log(markdownOf({ title: `${given.rows} rows of ${given.columns} columns`, head, rows: table }))

/** The readers take turns, so that a busy moment of the machine meets all of them; the least of the repeats counts. */
function measured(file: string): string[] {
  const found = new Map<string, Figures[]>(Object.keys(readers).map((name) => [name, []]))
  for (let i = 0; i < repeats; i++) {
    for (const [name, read] of Object.entries(readers)) found.get(name)?.push(lastLine(read(file)) as Figures)
  }
  const least = [...found.values()].map((all) => {
    if (all.some((one) => one.rows !== rows)) throw new Error(`${file} was not read whole`)
    return { processor: Math.min(...all.map((one) => one.processor)), peak: Math.min(...all.map((one) => one.peak)) }
  })
  const seconds = least.map(({ processor }) => processor)
  const ratio = (i: number): string => ((seconds[0] ?? NaN) / (seconds[i] ?? NaN)).toFixed(2)
  const megabytes = (statSync(file).size / 1e6).toFixed(0)
  const peaks = least.map(({ peak }) => peak.toFixed(0))
  return [basename(file), megabytes, ...seconds.map((s) => s.toFixed(2)), ratio(1), ratio(2), ...peaks]
}

/** An environment with the peers, which is made when it is first needed. */
function environment(cache: string): string {
  const folder = join(cache, 'venv')
  const own = join(folder, 'bin/python')
  if (existsSync(own)) return own
  command('python3', ['-m', 'venv', folder])
  command(own, ['-m', 'pip', 'install', '--quiet', ...packages])
  return own
}
