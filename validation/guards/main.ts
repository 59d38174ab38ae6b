// `npm run validate:guards [-- --attack N] [-- --only TEXT] [-- --shard I/N] [-- --from K]`: removes every guard in turn, in
// a copy of the tree, and checks that each test that the guard names then fails; of a table of cases, at least one. `--from`
// goes on with the guard of this number where a campaign ended. Ends with `N passed, N failed`.
import { parseArgs } from 'node:util'
import { guards } from './index.ts'
import type { Guard } from './guard.ts'
import { copyOfTree, type Ran, type Tree } from './tree.ts'

const { values } = parseArgs({
  options: { attack: { type: 'string' }, only: { type: 'string' }, shard: { type: 'string' }, from: { type: 'string' } },
})
const [shard, shards] = (values.shard ?? '1/1').split('/').map(Number) as [number, number]
const campaign = guards
  .filter(
    ({ attack, guard, file }) =>
      (values.attack === undefined || attack === Number(values.attack)) &&
      (values.only === undefined || `${guard} ${file}`.includes(values.only)),
  )
  .filter((_, index) => index % shards === shard - 1)
const from = Number(values.from ?? 1)
const chosen = campaign.slice(from - 1)

const tree = copyOfTree()
let failed = 0
try {
  tree.bundle()
  const broken = brokenTests(tree, chosen)
  for (const [index, guard] of chosen.entries()) {
    const problem = guard.tests.map(({ file }) => broken.get(file)).find((p) => p !== undefined) ?? removed(tree, guard)
    if (problem !== null) failed += 1
    const name = `${index + from}/${campaign.length} attack ${guard.attack}: ${guard.guard} (${guard.file})`
    console.log(problem === null ? `noticed  ${name}` : `UNNOTICED ${name}\n  ${problem}`)
  }
} finally {
  tree.remove()
}
console.log(`${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0

/**
 * Test files with what is wrong with them while every guard is in place: a test must pass before its failure says anything.
 */
function brokenTests(whole: Tree, all: readonly Guard[]): ReadonlyMap<string, string> {
  const tests = all.flatMap((g) => g.tests)
  const problems = [...new Set(tests.map((t) => t.file))].map((file) => {
    const names = [...new Set(tests.filter((t) => t.file === file).map((t) => t.name))]
    return [file, problemOf(whole.test(file, names), file, names)] as const
  })
  return new Map(problems.flatMap(([file, problem]) => (problem === null ? [] : [[file, problem] as const])))
}

function problemOf(ran: readonly Ran[], file: string, names: readonly string[]): string | null {
  const missing = names.filter((name) => !ran.some((r) => r.name.includes(name)))
  if (missing.length > 0) return `${file} has no test named: ${missing.join(' | ')}`
  const broken = ran.filter((r) => r.state === 'failed')
  return broken.length === 0
    ? null
    : `with every guard in place, this fails in ${file}: ${broken.map((r) => r.name).join(' | ')}`
}

/** Why the removal of a guard counts as not noticed; null where it was. */
function removed(whole: Tree, { file, find, replace, tests }: Guard): string | null {
  const restore = whole.change(file, find, replace)
  try {
    const compiler = whole.typeErrors()
    if (compiler !== null) return `without the guard the code does not compile: ${compiler}`
    if (tests.some((t) => t.file.endsWith('.int.test.ts'))) whole.bundle()
    for (const path of new Set(tests.map((t) => t.file))) {
      const names = tests.filter((t) => t.file === path).map((t) => t.name)
      const ran = whole.test(path, names).filter((r) => r.state !== 'skipped')
      for (const name of names) {
        const cases = ran.filter((r) => r.name.includes(name))
        if (cases.length === 0) return `no test ran for: ${name} (${path})`
        if (cases.every((r) => r.state === 'passed')) return `still passes: ${name} (${path})`
      }
    }
    return null
  } finally {
    restore()
  }
}
