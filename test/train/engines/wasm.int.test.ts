import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wasmFolder } from '../../support/tf-wasm.ts'

// A process of its own: the tensor library is global to one, and here it must fail to start.
const folder = mkdtempSync(join(tmpdir(), 'tunegate engine '))
const bundle = join(folder, 'engine.mjs')

beforeAll(async () => {
  const entry = `
    import { createWasmEngine } from './src/engines/wasm/engine.ts'
    const start = () => createWasmEngine({ wasmFolder: process.argv[2] })
    await start().then(
      ({ tf, label }) => console.log(label, tf.grad((x) => tf.square(x))(tf.scalar(3)).dataSync()[0]),
      (error) => console.log(error.name, error.diagnostics?.[0]?.code, error.message))`
  await build({
    stdin: { contents: entry, resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts' },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    banner: { js: "import { createRequire as bundled } from 'node:module'; const require = bundled(import.meta.url);" },
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (wasm: string): string => spawnSync(process.execPath, [bundle, wasm], { encoding: 'utf8' }).stdout.trim()

test('starts from a bundle in a folder with a space in its name', () => {
  expect(start(wasmFolder)).toBe('wasm 4.22.0 simd 6')
})

test('says which binary is missing and where it was looked for', () => {
  const [first, found] = start(folder).split('\n')
  expect(first).toMatch(/^InputError engine\/wasm-unusable .*the wasm engine has no tfjs-backend-wasm-simd\.wasm$/)
  expect(found).toContain(folder)
})
