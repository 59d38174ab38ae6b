import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, unreachable } from '../../../base/result.ts'
import type { Availability } from '../../definition.ts'
import { notUsable } from '../../install/problems.ts'
import { readInstalled, type InstallRecord } from '../../install/record.ts'
import { placeOf, type Given } from './recipe.ts'

/** The processors that the kernels are for, in words. */
export interface BuiltFor {
  readonly platform: string
  readonly vectors: string
}

/** The state of the cpu engine on this machine. */
export type KernelsState =
  | { readonly state: 'unsupported'; readonly why: Diagnostic }
  | { readonly state: 'absent' | 'damaged'; readonly folder: string; readonly target: BuiltFor; readonly why: string }
  | {
      readonly state: 'installed'
      readonly folder: string
      readonly target: BuiltFor
      readonly record: InstallRecord
    }

/** Runs nothing, so every start of a study can call it. */
export async function kernelsState(root: string, given: Given = {}): Promise<KernelsState> {
  const place = placeOf(root, given)
  if (!place.ok) return { state: 'unsupported', why: place.error }
  const { folder, key } = place.value
  const { platform, vectors } = place.value.target
  const target = { platform, vectors }
  const found = await readInstalled(folder, key)
  return found.ok ? { state: 'installed', folder, target, record: found.value } : { ...found.error, folder, target }
}

/** Whether the engine can train here, given this state. */
export function availabilityOf(found: KernelsState): Availability {
  switch (found.state) {
    case 'installed':
      return ok(found.folder)
    case 'unsupported':
      return err({ why: found.why.message, problems: [found.why] })
    case 'absent':
    case 'damaged':
      return err(notUsable('cpu', found, 'use --engine auto'))
    default:
      return unreachable(found, 'state')
  }
}
