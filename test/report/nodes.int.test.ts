import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineNode } from '../support/tools.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const script = `
  import { createHash } from 'node:crypto'
  import { buildReport } from './src/report/build.ts'
  import { reportFiles } from './src/report/files.ts'
  import { fakeStudy } from './test/support/study.ts'
  const study = fakeStudy()
  const sums = {}
  for await (const { path, text } of reportFiles(buildReport(study.input), study.runs())) {
    sums[path] = createHash('sha256').update(text).digest('hex')
  }
  console.log(JSON.stringify(sums))
`

describe('the report in a bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report nodes '))
  let outputs: Metafile['outputs'] = {}

  beforeAll(async () => {
    const { metafile } = await build({
      stdin: { contents: script, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      metafile: true,
      external: ['canvas'],
      banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
    })
    outputs = metafile.outputs
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const entry = (): string => join(folder, 'stdin.mjs')
  const sums = (node: string): unknown => {
    const done = spawnSync(node, [entry()], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stderr)
    return JSON.parse(done.stdout)
  }

  it('writes the same bytes twice', () => {
    const first = sums(process.execPath)
    expect(Object.keys(first as object).length).toBeGreaterThan(80)
    expect(sums(process.execPath)).toEqual(first)
  })

  it("writes the same bytes under the machine's own Node", (context) => {
    expect(sums(machineNode(context))).toEqual(sums(process.execPath))
  })

  it('loads the drawing libraries only to draw', () => {
    const [start] = Object.entries(outputs).find(([path]) => path.endsWith('stdin.mjs')) ?? []
    const eager = new Set<string>()
    const visit = (path: string): void => {
      if (eager.has(path)) return
      eager.add(path)
      for (const i of outputs[path]?.imports ?? []) if (i.kind === 'import-statement' && !i.external) visit(i.path)
    }
    visit(start ?? '')
    const inputs = [...eager].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    expect(inputs.length).toBeGreaterThan(10)
    expect(inputs.filter((p) => /node_modules\/(vega|d3-)/.test(p))).toEqual([])
    expect(
      Object.values(outputs)
        .flatMap((o) => Object.keys(o.inputs))
        .some((p) => p.includes('node_modules/vega-lite')),
    ).toBe(true)
  })
})
