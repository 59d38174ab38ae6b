import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../support/architecture.ts'
import { compileFlags } from '../../../src/engines/cpu/install/recipe.ts'
import { type Kernels, loadKernels } from '../../../src/engines/cpu/kernels.ts'

/** Kernels for a kind of processor: this one, or one with narrower vectors. */
export const widths = { 'this machine': 'native', AVX2: 'haswell' } as const
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

/** Compiles a source with the kernels for a kind of processor; returns the file. */
function compiled(source: string, width: Width, as: 'addon' | 'program'): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'))
  folders.push(folder)
  const file = join(folder, 'kernels.node')
  const installed = compileFlags('linux-x64')
    .filter((flag) => as === 'addon' || flag !== '-shared')
    .map((flag) => flag.replace('=native', `=${widths[width]}`))
  const flags = [...installed, '-Wall', '-Wextra', '-Wno-psabi', '-Werror', '-I', join(root, kernels)]
  const { status, stderr } = spawnSync('c++', [...flags, join(root, source), '-o', file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.slice(0, 3000))
  return file
}

const kernels = 'src/engines/cpu/kernels'

/** The kernels, compiled for a kind of processor. */
export const compiledKernels = (width: Width): Kernels => loadKernels(compiled(join(kernels, 'addon.cc'), width, 'addon'))

/** What a program of its own prints. */
export const printedBy = (source: string, width: Width): string =>
  spawnSync(compiled(source, width, 'program'), { encoding: 'utf8' }).stdout

export function removeKernels(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
