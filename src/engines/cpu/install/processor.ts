import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { problem } from '../../install/problems.ts'

/** What determines whether the kernels can be compiled, and which processors can run them then. */
export interface Processor {
  /** The values of `process.platform` and `process.arch`. */
  readonly os: string
  readonly arch: string
  /** What code for this processor may use, in order: extensions of its instructions, or the models of its cores. */
  readonly features: readonly string[]
}

/** A processor that has kernels. */
export interface KernelTarget {
  /** `linux-x64`. */
  readonly platform: string
  /** The vector instructions that the kernels use, for a reader. */
  readonly vectors: string
  readonly features: readonly string[]
}

const { platform: os, arch } = process

export function thisProcessor(): Processor {
  const features = os === 'linux' ? featuresIn(cpuinfo(), arch) : [...new Set(cpus().map(({ model }) => model))]
  return { os, arch, features: features.sort() }
}

function cpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/** Flags besides these say nothing about compiled code, and an update of Linux may add some. */
const usedByCompilers =
  /^(sse|ssse|avx|amx|apx|fma|f16c|bmi|abm|popcnt|movbe|adx|gfni|aes|vaes|pclmul|vpclmul|sha|xop|tbm|3dnow)/

/** What `/proc/cpuinfo` says of the first core on x64; on arm64, of every kind of core. */
export function featuresIn(text: string, architecture: string): string[] {
  const values = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^${key}\\s*: *(.*)$`, 'gm'))].map(([, value = '']) => value)
  if (architecture === 'x64') return (values('flags')[0] ?? '').split(' ').filter((flag) => usedByCompilers.test(flag))
  const kinds = ['CPU implementer', 'CPU part', 'Features'].flatMap((key) => values(key).map((value) => `${key} ${value}`))
  return [...new Set(kinds)]
}

/** What to compile for, or why there are no kernels for this machine. */
export function targetOf({ os: system, arch: architecture, features }: Processor): Result<KernelTarget, Diagnostic> {
  const platform = `${system}-${architecture}`
  switch (platform) {
    case 'linux-arm64':
    case 'darwin-arm64':
      return ok({ platform, vectors: 'NEON', features })
    case 'linux-x64':
      return features.includes('avx2') && features.includes('fma')
        ? ok({ platform, vectors: features.includes('avx512f') ? 'AVX-512' : 'AVX2', features })
        : err(unsupported('a processor without AVX2 and FMA', platform))
    default:
      return err(unsupported(system === 'win32' ? 'Windows' : `${system} on ${architecture}`, platform))
  }
}

const unsupported = (what: string, found: string): Diagnostic =>
  problem('unsupported-processor', `the cpu engine is not available for ${what}`, {
    found,
    allowed: 'Linux on x64 with AVX2 and FMA, Linux on arm64, macOS on Apple silicon',
    hint: 'use --engine auto or --engine wasm, which trains on WebAssembly and needs no installation',
  })
