// Regenerates what is derived from other files: the gates in the schema of the spec, the TypeScript types of the spec, and
// the tables and examples of README.md and SECURITY.md.
// `--check` writes nothing, names what is out of date and exits with 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { program } from '../src/cli/program.ts'
import { commentWorkflow, noCommit } from '../src/cli/workflows/comment.ts'
import { gates } from '../src/gates/index.ts'
import { withGates } from './generate-gates-schema.ts'
import { actionTables, attackTable, cliTables, fenced, replaceBlocks, specTables } from './generate-tables.ts'
import { pageScript } from './generate-page.ts'
import { specTypes } from './generate-types.ts'
import { attacks } from '../test/support/attacks.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const exists = (path: string): boolean => existsSync(join(root, path))

const schemaText = withGates(read('schema/tuning.schema.json'), gates)
const schema = JSON.parse(schemaText)
const generated: { readonly path: string; readonly text: string }[] = [
  { path: 'schema/tuning.schema.json', text: schemaText },
  { path: 'src/dsl/tuning.gen.ts', text: await specTypes(schema) },
  { path: 'src/report/html/script.gen.ts', text: await pageScript(root) },
]
if (exists('examples/workflows')) {
  generated.push({ path: 'examples/workflows/tunegate-comment.yml', text: commentWorkflow({ spec: 'tuning.yml', uses: noCommit }) })
}
if (exists('README.md')) {
  generated.push({
    path: 'README.md',
    text: replaceBlocks(read('README.md'), {
      spec: specTables(schema),
      action: exists('action.yml') ? actionTables(read('action.yml')) : '',
      cli: cliTables(program(() => undefined)),
      workflow: fenced(read('examples/workflows/tune.yml'), 'yaml'),
      reusable: fenced(read('examples/workflows/tune-all.yml'), 'yaml'),
      comment: fenced(commentWorkflow({ spec: 'tuning.yml', uses: noCommit }), 'yaml'),
      example: fenced(read('examples/digits/tuning.yml'), 'yaml'),
    }),
  })
}
if (exists('SECURITY.md')) {
  generated.push({ path: 'SECURITY.md', text: replaceBlocks(read('SECURITY.md'), { attacks: attackTable(attacks) }) })
}

const stale = generated.filter(({ path, text }) => !exists(path) || read(path) !== text)
if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is out of date: run npm run generate and commit it`)
  if (stale.length === 0) console.log('generated files are current')
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const { path, text } of stale) writeFileSync(join(root, path), text)
  console.log(stale.length > 0 ? `written: ${stale.map((f) => f.path).join(', ')}` : 'generated files are current')
}
