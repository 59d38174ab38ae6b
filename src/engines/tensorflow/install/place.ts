import type { Diagnostic } from '../../../base/diagnostics.ts'
import { ok, type Result } from '../../../base/result.ts'
import { placeBelow, type EnginePlace } from '../../install/place.ts'
import { compileFlags } from './build.ts'
import { loadText, smokeTestText } from './layout.ts'
import { engineKey, pins as ours, type Pins } from './pins.ts'
import { platformOf, thisMachine, type Machine, type Platform } from './platform.ts'

/** The location of one engine, and what is used on the way to it. */
export interface Place extends EnginePlace {
  readonly platform: Platform
  /** Checked downloads of an interrupted install; removed after a complete one. */
  readonly downloads: string
}

/** What differs in tests. */
export interface Given {
  readonly pins?: Pins
  readonly machine?: Machine
}

/** The place of the engine for this machine, or why there is none. */
export function placeOf(root: string, { pins = ours, machine = thisMachine() }: Given = {}): Result<Place, Diagnostic> {
  const platform = platformOf(machine)
  if (!platform.ok) return platform
  const recipe = { flags: compileFlags(platform.value), loadText, smokeTestText }
  const place = placeBelow(root, engineKey(pins, platform.value, recipe))
  return ok({ ...place, platform: platform.value, downloads: `${place.folder}.downloads` })
}
