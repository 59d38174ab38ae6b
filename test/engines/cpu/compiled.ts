import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../support/architecture.ts'
import { type Kernels, loadKernels } from '../../../src/engines/cpu/kernels.ts'

/** Flags of kernels for a kind of processor: this one, or one with narrower vectors. */
const widths = {
  'this machine': ['-march=native', '-mprefer-vector-width=512'],
  AVX2: ['-march=haswell'],
} as const
export type Width = keyof typeof widths

/** Why no kernels can be compiled here; undefined if they can. */
export function whyNoKernels(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the flags of these tests are for Linux on x64'
  if (spawnSync('c++', ['--version']).status !== 0) return 'no C++ compiler'
  return /\bavx2\b.*\bfma\b|\bfma\b.*\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
    ? undefined
    : 'the processor has no AVX2 with FMA'
}

const folders: string[] = []

/** The kernels, compiled for a kind of processor. */
export function compiledKernels(width: Width): Kernels {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'))
  folders.push(folder)
  const file = join(folder, 'kernels.node')
  const math = ['-fno-math-errno', '-fno-trapping-math', '-ffp-contract=off']
  const command = ['-O3', '-std=c++17', ...widths[width], ...math, '-shared', '-fPIC', '-fvisibility=hidden']
  const source = join(root, 'src/engines/cpu/kernels/addon.cc')
  const { status, stderr } = spawnSync('c++', [...command, '-Wall', '-Wextra', '-Werror', source, '-o', file], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr.slice(0, 3000))
  return loadKernels(file)
}

export function removeKernels(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
