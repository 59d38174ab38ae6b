// `node .ci/node24.mjs .ci/prove-diagnose.ts` measures the rules of `src/diagnose` on real training and writes
// `test/prove/diagnose.md`: recall on injected faults, false alarms on healthy runs.
//
//   --keep FILE        trained runs as JSON lines; a later call with it trains only what is missing
//   --replicates N     groups of seeds a variant (default 2)
//   --seeds N          seeds a group (default 5)
//   --stdout           print the tables instead of writing them
//
// Node cannot load the tensor library's modules unbundled, so that the program is bundled first, as the worker is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { root } from '../test/support/architecture.ts'
import type * as Program from './prove-diagnose/main.ts'

const { values } = parseArgs({
  options: {
    keep: { type: 'string' },
    replicates: { type: 'string', default: '2' },
    seeds: { type: 'string', default: '5' },
    stdout: { type: 'boolean', default: false },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'prove-'))
try {
  const outfile = join(folder, 'main.mjs')
  await build({
    entryPoints: [join(root, '.ci/prove-diagnose/main.ts')],
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
  const { prove } = (await import(pathToFileURL(outfile).href)) as typeof Program
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  const text = await prove({
    root,
    replicates: Number(values.replicates),
    seeds: Number(values.seeds),
    cache: values.keep ?? null,
    version,
    date: new Date().toISOString().slice(0, 10),
    progress: (message) => process.stderr.write(`${message}\n`),
  })
  const file = join(root, 'test/prove/diagnose.md')
  if (values.stdout) process.stdout.write(text)
  else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
