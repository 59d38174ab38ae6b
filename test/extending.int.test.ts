import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../scripts/quick-bundle.ts'
import { runNode } from './support/act.ts'
import { root } from './support/architecture.ts'
import { node24 } from './support/runner.ts'
import { copyTree } from './support/tree.ts'
import { edited, workedExamples } from './support/worked-examples.ts'

const examples = workedExamples('docs/extending.md')

let tree: string
beforeAll(() => {
  tree = copyTree()
  for (const { files, edits } of examples) {
    for (const [path, text] of Object.entries(files)) {
      if (existsSync(join(tree, path))) throw new Error(`${path} is there already`)
      mkdirSync(dirname(join(tree, path)), { recursive: true })
      writeFileSync(join(tree, path), text)
    }
    for (const [path, lines] of Object.entries(edits)) {
      writeFileSync(join(tree, path), edited(readFileSync(join(tree, path), 'utf8'), lines))
    }
  }
})
afterAll(() => rmSync(tree, { recursive: true, force: true }))

/** A script of the page, in which `tunegate` is the program of the copy. */
function script(text: string): string {
  const head = `tunegate() { "${node24}" dist/cli/index.js "$@"; }\n`
  const { stdout, stderr } = spawnSync('bash', ['-c', head + text], { cwd: tree, encoding: 'utf8' })
  return stdout + stderr
}

describe('the worked examples of docs/extending.md', () => {
  it('are there for each kind of plug-in, and each is one new file, or one new folder, and one registry', () => {
    expect(examples.map(({ title }) => title)).toEqual([
      'A gate',
      'A layer',
      'A stage',
      'A data format',
      'A data check',
      'A diagnostic rule',
      'An export',
      'An engine',
      'A compile target',
      'A preset',
    ])
    for (const { files, edits } of examples) {
      const folders = new Set(Object.keys(files).map(dirname))
      expect([folders.size, Object.keys(edits).length]).toEqual([1, 1])
      // Several files share a folder that is theirs alone.
      for (const folder of folders) expect(Object.keys(files).length === 1 || !existsSync(join(root, folder))).toBe(true)
    }
  })

  it('are all that is to be written by hand', () => {
    expect(runNode(tree, 'scripts/generate.ts')).toMatchObject({ status: 0, stderr: '' })
    expect(runNode(tree, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'scripts/tsconfig.build.json')).toMatchObject({
      status: 0,
      stdout: '',
    })
    bundle(tree, ['cli', 'worker'])
  })

  it.each(examples.map((example) => [example.title, example] as const))(
    'do what they say: %s',
    (_, { script: lines, prints }) => {
      const printed = script(lines)
      let from = 0
      for (const line of prints) {
        const at = printed.indexOf(line, from)
        expect(at, `${line}\n\nin\n\n${printed.slice(from)}`).toBeGreaterThanOrEqual(0)
        from = at + line.length
      }
    },
  )
})
