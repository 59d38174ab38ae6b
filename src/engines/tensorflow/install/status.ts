import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, type Result, unreachable } from '../../../base/result.ts'
import { otherFolders } from '../../install/place.ts'
import { notUsable } from '../../install/problems.ts'
import { readInstalled } from '../../install/record.ts'
import type { Availability } from '../../definition.ts'
import { versionsOf, pins as ours, type Versions } from './pins.ts'
import { placeOf, type Given } from './place.ts'
import type { EngineRecord } from './install.ts'
import { smokeTest, type SmokeTest } from './smoke-test.ts'

/** The state of the native engine on this machine. */
export type EngineState =
  /** No build for this machine. */
  | { readonly state: 'unsupported'; readonly why: Diagnostic }
  | { readonly state: 'absent' | 'damaged'; readonly folder: string; readonly versions: Versions; readonly why: string }
  | { readonly state: 'installed'; readonly folder: string; readonly record: EngineRecord }

/** Runs nothing, so every start of a study can call it. */
export async function engineState(root: string, given: Given = {}): Promise<EngineState> {
  const place = placeOf(root, given)
  if (!place.ok) return { state: 'unsupported', why: place.error }
  const { folder, key, platform } = place.value
  const found = await readInstalled<EngineRecord>(folder, key)
  if (found.ok) return { state: 'installed', folder, record: found.value }
  return { ...found.error, folder, versions: versionsOf(given.pins ?? ours, platform) }
}

/** Whether an installed engine loads and trains, tested in a separate process. */
export async function engineLoads(folder: string, signal?: AbortSignal): Promise<Result<SmokeTest, Diagnostic>> {
  return await smokeTest(folder, signal)
}

/** Other engines in the folder, for other versions of tunegate; the user may remove them. */
export async function otherEngines(root: string, own: string): Promise<string[]> {
  return await otherFolders(root, /^tfjs-node-.*-[0-9a-f]{12}$/, own)
}

/** Whether the engine can train here, given this state. */
export function availabilityOf(found: EngineState): Availability {
  switch (found.state) {
    case 'installed':
      return ok(found.folder)
    case 'unsupported':
      return err({ why: found.why.message, problems: [found.why] })
    case 'absent':
    case 'damaged':
      return err(notUsable('tensorflow', found, 'use --engine auto, which falls back to wasm'))
    default:
      return unreachable(found, 'state')
  }
}
