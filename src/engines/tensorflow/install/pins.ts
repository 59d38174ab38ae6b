import { fingerprint } from '../../../base/hash.ts'
import data from './pins.json' with { type: 'json' }
import type { Platform } from './platform.ts'

/** A file to download, identified by its content. */
export interface Download {
  /** Name of the file, as the registry's client saves it. */
  readonly file: string
  readonly bytes: number
  /** 64 hexadecimal digits. */
  readonly sha256: string
}

export interface NpmPackage extends Download {
  readonly name: string
  readonly version: string
  /** Digest over the files that an engine keeps from it, by `digestOf`. */
  readonly unpacked: string
  /** Files to keep besides `package.json` and licenses; absent if all code is kept. */
  readonly keep?: readonly string[]
}

export interface Wheel extends Download {
  /** Project on PyPI. */
  readonly project: string
  readonly version: string
  /** Tags of the wheel, for pip: `cp312`, `manylinux_2_27_x86_64`. Only its native library is used, never Python. */
  readonly python: string
  readonly tag: string
  /** What is kept from it, also identified by content. */
  readonly libraries: readonly Member[]
  readonly headers: readonly Member[]
}

export interface Member {
  /** Path inside the wheel. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Everything that the native engine is made from, in exact versions. `scripts/pin-engine.ts` writes it. */
export interface Pins {
  readonly packages: readonly NpmPackage[]
  /** Headers that the addon is compiled with. */
  readonly headers: NpmPackage
  readonly wheels: Readonly<Record<Platform, Wheel>>
}

export const pins: Pins = data

export const addonPackage = '@tensorflow/tfjs-node'

export interface Versions {
  readonly tfjsNode: string
  readonly tensorflow: string
}

export function versionsOf({ packages, wheels }: Pins, platform: Platform): Versions {
  const addon = packages.find((p) => p.name === addonPackage)
  if (!addon) throw new Error(`the pins do not include ${addonPackage}`)
  return { tfjsNode: addon.version, tensorflow: wheels[platform].version }
}

/** All downloads for one platform: npm packages, headers and the wheel. */
export function downloadsOf({ packages, headers, wheels }: Pins, platform: Platform): Download[] {
  return [...packages, headers, wheels[platform]]
}

/** The archive determines what is unpacked, so that is not part of the name. */
const archiveOf = (one: NpmPackage) => ({ ...one, unpacked: undefined })

/**
 * Names one engine: versions and platform for a reader, and a digest over every pinned content and `recipe` (how it is
 * built), so that an engine with other pins or another recipe gets another folder.
 */
export function engineKey(given: Pins, platform: Platform, recipe: unknown): string {
  const { tfjsNode, tensorflow } = versionsOf(given, platform)
  const wheel = given.wheels[platform]
  const digest = fingerprint({ packages: given.packages.map(archiveOf), headers: archiveOf(given.headers), wheel, recipe })
  return `tfjs-node-${tfjsNode}-tensorflow-${tensorflow}-${platform}-${digest.slice(0, 12)}`
}
