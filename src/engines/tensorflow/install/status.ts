import { ownCommand } from '../../../base/own-command.ts'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { otherFolders } from '../../install/place.ts'
import { problem } from '../../install/problems.ts'
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
  if (found.state === 'installed') return ok(found.folder)
  return err({ why: whyNot(found), problems: [found.state === 'unsupported' ? found.why : askedFor(found)] })
}

const askedFor = ({ state, folder, why }: Extract<EngineState, { readonly state: 'absent' | 'damaged' }>): Diagnostic =>
  problem(state === 'absent' ? 'not-installed' : 'damaged', 'the requested tensorflow engine cannot be used', {
    found: `${folder}: ${why}`,
    hint: `run \`${ownCommand('engine', 'install', 'tensorflow')}\`, or use --engine auto, which falls back to wasm`,
  })

function whyNot(found: Exclude<EngineState, { readonly state: 'installed' }>): string {
  switch (found.state) {
    case 'unsupported':
      return found.why.message
    case 'absent':
      return `the tensorflow engine is not installed (\`${ownCommand('engine', 'install', 'tensorflow')}\`)`
    case 'damaged':
      return `the installed tensorflow engine is damaged: ${found.why} (\`${ownCommand('engine', 'install', 'tensorflow')}\` repairs it)`
    default:
      throw new Error(`no reason for ${JSON.stringify(found satisfies never)}`)
  }
}
