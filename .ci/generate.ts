// Regenerates what is derived from the schemas: the TypeScript types of the spec and the README's tables.
// `--check` writes nothing, names what is out of date and exits with 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { specTypes } from './generate-types.ts'
import { replaceTables } from './generate-tables.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const files: { readonly path: string; readonly text: string }[] = [
  { path: 'src/spec/tuning.gen.ts', text: await specTypes(JSON.parse(read('schema/tuning.schema.json'))) },
]
if (existsSync(join(root, 'README.md'))) {
  const action = existsSync(join(root, 'action.yml')) ? read('action.yml') : null
  files.push({ path: 'README.md', text: replaceTables(read('README.md'), JSON.parse(read('schema/tuning.schema.json')), action) })
}

const stale = files.filter(({ path, text }) => !existsSync(join(root, path)) || read(path) !== text)
if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is out of date: run npm run generate and commit it`)
  process.exit(stale.length > 0 ? 1 : 0)
}
for (const { path, text } of stale) writeFileSync(join(root, path), text)
console.log(stale.length > 0 ? `written: ${stale.map((f) => f.path).join(', ')}` : 'everything is current')
