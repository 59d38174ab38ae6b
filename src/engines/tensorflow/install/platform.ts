import { release } from 'node:os'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, type Result } from '../../../base/result.ts'

/** What the native engine can be built for. */
export const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64'] as const
export type Platform = (typeof platforms)[number]

/** What determines whether TensorFlow's library can be loaded. */
export interface Machine {
  /** The values of `process.platform` and `process.arch`. */
  readonly os: string
  readonly arch: string
  /** Version of the C library on Linux; null if it is not glibc (Alpine has musl), and elsewhere. */
  readonly glibc: string | null
  /** Version of the kernel: 21 is macOS 12. */
  readonly release: string
}

export function thisMachine(): Machine {
  const { platform: os, arch } = process
  return { os, arch, glibc: os === 'linux' ? glibcVersion() : null, release: release() }
}

function glibcVersion(): string | null {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime ?? null
}

/** Least versions that the pinned wheels are built for. */
const least = { glibc: '2.27', darwin: 21 } as const

/** The platform to build for, or why there is no native engine on this machine, which then trains on wasm. */
export function platformOf(machine: Machine): Result<Platform, Diagnostic> {
  const { os, arch, glibc } = machine
  const platform = platforms.find((p) => p === `${os}-${arch}`)
  if (!platform) return err(unsupported(machine, os === 'win32' ? 'Windows' : `${os} on ${arch}`))
  if (os === 'linux' && glibc === null) return err(unsupported(machine, 'Linux without glibc, such as Alpine'))
  if (os === 'linux' && glibc !== null && older(glibc, least.glibc))
    return err(unsupported(machine, `glibc older than ${least.glibc}`))
  if (os === 'darwin' && Number.parseInt(machine.release, 10) < least.darwin)
    return err(unsupported(machine, 'macOS older than 12'))
  return ok(platform)
}

function unsupported({ os, arch, glibc }: Machine, what: string): Diagnostic {
  return {
    code: 'engine/unsupported-platform',
    severity: 'error',
    message: `the tensorflow engine is not available for ${what}`,
    found: `${os} ${arch}${glibc === null ? '' : `, glibc ${glibc}`}`,
    allowed: `Linux on x64 or arm64 with glibc ${least.glibc} or newer, macOS 12 or newer on Apple silicon`,
    hint: 'use --engine auto or --engine wasm, which trains on WebAssembly and needs no installation',
  }
}

/** Compares the parts of two versions as numbers. */
function older(version: string, than: string): boolean {
  const [a, b] = [version, than].map((v) => v.split('.').map(Number))
  const at = (b ?? []).findIndex((part, i) => part !== (a?.[i] ?? 0))
  return at >= 0 && (a?.[at] ?? 0) < (b?.[at] ?? 0)
}
