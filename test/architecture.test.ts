import { describe, expect, it } from 'vitest'
import { cycle, folders, importProblem, importsOf, sources, withoutComments } from './support/architecture.ts'
import type { Import, Source } from './support/architecture.ts'

const src = sources('src')
const imports = src.flatMap(importsOf)
const around = ['test', 'bench', 'validation', 'scripts'].flatMap((folder) => sources(folder))
const entry = /^src\/(action|cli|worker)\.ts$|^src\/(action|cli)\//

/** `path:line: text` of every line of code, comments left out, that matches. */
function lines(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  )
}

describe('the folders of src', () => {
  it('import what the architecture allows and nothing else', () => {
    expect(imports.map(importProblem).filter((p) => p !== undefined)).toEqual([])
  })

  it('have no cycle of imports', () => {
    expect(cycle(imports)).toBeUndefined()
  })

  it('are found by the test: most have files, and their imports are seen', () => {
    const seen = new Set(src.map((s) => s.path.split('/')[1]))
    expect(Object.keys(folders).filter((f) => seen.has(f)).length).toBeGreaterThan(5)
    expect(imports.length).toBeGreaterThan(src.length)
  })

  it('leave the environment and the command line to the entries and to github', () => {
    const inner = src.filter((s) => !entry.test(s.path) && !s.path.startsWith('src/github/'))
    expect(lines(inner, /\bprocess\.(env|argv)\b|from 'node:process'/)).toEqual([])
  })

  it('attack 16: print in few places, each of which makes what it prints printable', () => {
    const found = (pattern: RegExp): string[] => [...new Set(lines(src, pattern).map((line) => line.split(':')[0] ?? ''))]
    // `cli.ts` speaks where the rest is not there; `worker.ts` is no program for a person; a child's script prints for its
    // parent.
    expect(found(/\bconsole\.|\bprocess\.std(out|err)\b|\{[^}]*\bstd(out|err)\b[^}]*\} = process/)).toEqual([
      'src/cli.ts',
      'src/cli/ask.ts',
      'src/cli/commands/run.ts',
      'src/cli/output.ts',
      'src/engines/tensorflow/install/layout.ts',
      'src/worker.ts',
    ])
    expect(found(/\bprocess\.std(out|err)\.write\b|\bwriteSync\((1|2)\b/)).toEqual([
      'src/cli.ts',
      'src/cli/ask.ts',
      'src/cli/output.ts',
      'src/engines/tensorflow/install/layout.ts',
    ])
    expect(found(/\bwrite(Output|Errors)\b/)).toEqual(['src/cli/output.ts', 'src/cli/print.ts'])
    expect(found(/\b(err|out)\.raw\b/)).toEqual(['src/cli/commands/run.ts'])
    expect(found(/\bcore\.(info|debug|notice|warning|error|startGroup|setFailed)\b|\bcore\[/)).toEqual([
      'src/github/annotations.ts',
      'src/github/log.ts',
    ])
    expect(found(/\bsetOutput\(|\bexportVariable\(/)).toEqual(['src/github/comment/inputs.ts', 'src/github/outputs.ts'])
    expect(found(/\bsummary\.(add|write)/)).toEqual(['src/github/summary.ts'])
  })

  it('attack 16: write every fence and every quoted word by the one function for it', () => {
    expect(lines(src, /(\\`){3}|['"]```/).filter((line) => !line.startsWith('src/report/escape.ts:'))).toEqual([])
    expect(lines(src, /'\\\\''|'\\'\\\\/).filter((line) => !line.startsWith('src/base/shell.ts:'))).toEqual([])
    expect(lines(src, /\\u001b|\\x1b|\\u009b/i).filter((line) => !line.startsWith('src/cli/live-area.ts:'))).toEqual([])
  })

  it('decide without a clock, the network or the file system where they decide', () => {
    const pure = src.filter((s) => /^src\/(layers|records|compile|stats|stages|diagnose|gates)\//.test(s.path))
    expect(
      lines(pure, /\bDate\.now\b|new Date\(\)|performance\.now|\bfetch\(|'node:(fs|http|https|net|child_process)/),
    ).toEqual([])
  })
})

describe('the code', () => {
  it('draws no random number outside of the seeded streams', () => {
    expect(lines(src, /\bMath\.random\b|\bcrypto\.random/)).toEqual([])
  })

  it('has no `as any` and no parameter or member of type any', () => {
    expect(
      lines(
        [...src, ...around].filter((s) => s.path !== 'test/architecture.test.ts'),
        /(\bas|[\w)\]?]:) any(?=\s*([),.;=\]}>|&]|$))|<any>|\bany\[\]/,
      ),
    ).toEqual([])
  })

  it('reads an element of a list as a number without a cast', () => {
    expect(lines(src, /\] as number\b/)).toEqual([])
  })

  it('has no file of the program over 250 lines that a person wrote', () => {
    const written = src.filter((s) => !/generated/i.test(s.text.slice(0, 300)))
    expect(written.filter((s) => s.text.split('\n').length > 251).map((s) => s.path)).toEqual([])
  })
})

describe('the rules themselves', () => {
  const one = (path: string, text: string): Import[] => importsOf({ path, text })
  const problems = (path: string, text: string): (string | undefined)[] => one(path, text).map(importProblem)

  it('see every form of import', () => {
    const text = [
      "import a, { b } from './a.ts'",
      "import type { T } from '../run/t.ts'",
      "import './c.ts'",
      "export * from './d.ts'",
      "export type { U } from './u.ts'",
      'import {',
      '  x,',
      "} from '../base/x.ts'",
      "const lazy = await import('./lazy.ts')",
      "// import('./not-me.ts')",
      "import data from '../../schema/s.json' with { type: 'json' }",
      "type V = typeof import('vega')",
    ].join('\n')
    expect(one('src/run/z.ts', text).map((i) => `${i.to}${i.typeOnly ? ' (type)' : ''}`)).toEqual([
      'src/run/a.ts',
      'src/run/t.ts (type)',
      'src/run/c.ts',
      'src/run/d.ts',
      'src/run/u.ts (type)',
      'src/base/x.ts',
      'schema/s.json',
      'src/run/lazy.ts',
    ])
  })

  it.each([
    ['src/base/x.ts', "import { a } from '../plan/a.ts'"],
    ['src/gate/x.ts', "import type { R } from '../report/r.ts'"],
    ['src/stages/x.ts', "import { train } from '../train/loop.ts'"],
    ['src/report/x.ts', "import { mean } from '../stats/describe.ts'"],
    ['src/train/loop.ts', "import wasm from '@tensorflow/tfjs-backend-wasm'"],
    ['src/stages/x.ts', "import * as tf from '@tensorflow/tfjs-core'"],
    ['src/action.ts', "import * as core from '@actions/core'"],
    ['src/run/x.ts', "import { main } from '../cli.ts'"],
    ['src/run/x.ts', "import type { Prepared } from '../study/prepare.ts'"],
    ['src/misc/x.ts', "import { a } from '../base/a.ts'"],
    ['src/base/x.ts', "import { a } from '../../test/support/a.ts'"],
  ])('refuse, in %s, %s', (path, text) => {
    expect(problems(path, text)).toEqual([expect.stringContaining(path)])
  })

  it.each([
    ['src/stages/x.ts', "import type { Engine } from '../train/engine.ts'"],
    ['src/report/x.ts', "import type { Interval } from '../stats/intervals.ts'"],
    ['src/cli.ts', "import { study } from './study.ts'"],
    ['src/engines/wasm/engine.ts', "import '@tensorflow/tfjs-backend-wasm'"],
    ['src/github/log.ts', "import * as core from '@actions/core'"],
  ])('allow, in %s, %s', (path, text) => {
    expect(problems(path, text)).toEqual([undefined])
  })

  it('find a cycle, also one of types', () => {
    const value = (from: string, to: string): Import => ({ from: `src/${from}`, to: `src/${to}`, typeOnly: false })
    expect(cycle([value('a', 'b'), value('b', 'c'), value('c', 'a')])).toEqual(['src/a', 'src/b', 'src/c', 'src/a'])
    expect(cycle([value('a', 'b'), { ...value('b', 'a'), typeOnly: true }])).toEqual(['src/a', 'src/b', 'src/a'])
    expect(cycle([value('a', 'b'), value('a', 'c'), value('b', 'c')])).toBeUndefined()
  })

  it('take comments for comments', () => {
    expect(
      lines([{ path: 'a', text: 'x // Math.random\n/* Math.random */\n * no\nMath.random()' }], /Math\.random/),
    ).toEqual(['a:4: Math.random()'])
  })
})
