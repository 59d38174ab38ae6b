import { ownCommand } from '../../../base/own-command.ts'
import { basename } from 'node:path'
import { diagnosticLines, InputError } from '../../../base/diagnostics.ts'
import { unreachable } from '../../../base/result.ts'
import { bytesOf } from '../../install/record.ts'
import type { EngineDownloads, EngineInstaller, InstallStatus } from '../../installer.ts'
import { downloadEngine } from './fetch.ts'
import { installEngine } from './install.ts'
import { placeOf } from './place.ts'
import { platformOf, platforms, thisMachine, type Platform } from './platform.ts'
import { renewEngine } from './renew.ts'
import { engineLoads, engineState, otherEngines, type EngineState } from './status.ts'
import { unpackEngine } from './unpack.ts'
import type { Versions } from './pins.ts'

/** Fetches tfjs-node and TensorFlow from npm and PyPI, and compiles the addon between the two. */
export const installing: Omit<EngineInstaller, 'summary' | 'downloads'> = {
  placeOf: async (root) => placeOf(root),
  async install(options) {
    const { folder, record, fresh } = await installEngine(options)
    return { folder, title: titleOf(record.versions), bytes: bytesOf(record), fresh }
  },
  async status(root) {
    const found = await engineState(root)
    const loads = found.state === 'installed' ? await engineLoads(found.folder) : null
    const others = await otherEngines(root, found.state === 'unsupported' ? '' : basename(found.folder))
    return { found, lines: [...described(found), ...loadLines(loads)], loads, others }
  },
}

export const downloads: Omit<EngineDownloads, 'platforms'> = {
  download: async ({ platform, ...options }) =>
    await downloadEngine({ ...options, platform: platforms.find((known) => known === platform) ?? ownPlatform() }),
  renew: renewEngine,
  async unpack(root, archive, signal) {
    const place = placeOf(root)
    if (!place.ok) throw new InputError([place.error])
    await unpackEngine(place.value, archive, signal)
  },
}

function ownPlatform(): Platform {
  const own = platformOf(thisMachine())
  if (!own.ok) throw new InputError([{ ...own.error, hint: 'choose the target machine with --platform' }])
  return own.value
}

const titleOf = ({ tfjsNode, tensorflow }: Versions): string => `tfjs-node ${tfjsNode} on TensorFlow ${tensorflow}`

function loadLines(loads: InstallStatus['loads']): string[] {
  if (loads === null) return []
  if (!loads.ok) return ['loads:      no', ...diagnosticLines(loads.error)]
  return [`loads:      yes, in ${loads.value.loadMs} ms, and one training step gives the right result`]
}

function described(found: EngineState): string[] {
  switch (found.state) {
    case 'unsupported':
      return [`tensorflow: ${found.why.message} (found: ${found.why.found ?? ''})`]
    case 'absent':
    case 'damaged':
      return [
        `tensorflow: ${found.state === 'absent' ? 'not installed' : `damaged: ${found.why}`}`,
        `to do:      ${ownCommand('engine', 'install', 'tensorflow')}`,
        `versions:   ${titleOf(found.versions)}`,
        `folder:     ${found.folder}`,
      ]
    case 'installed': {
      const { versions, installedAt, platform, compiler } = found.record
      return [
        `tensorflow: installed ${installedAt} for ${platform}`,
        `versions:   ${titleOf(versions)}`,
        `compiled:   ${compiler}`,
        `folder:     ${found.folder} (${Math.round(bytesOf(found.record) / 2 ** 20)} MiB)`,
      ]
    }
    default:
      return unreachable(found, 'state')
  }
}
