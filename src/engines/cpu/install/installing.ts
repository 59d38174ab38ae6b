import { basename } from 'node:path'
import { diagnosticLines } from '../../../base/diagnostics.ts'
import { ownCommand } from '../../../base/own-command.ts'
import { unreachable } from '../../../base/result.ts'
import { otherFolders } from '../../install/place.ts'
import { bytesOf } from '../../install/record.ts'
import type { EngineInstaller, InstallStatus } from '../../installer.ts'
import { installKernels } from './install.ts'
import { folderNames, placeOf } from './recipe.ts'
import { smokeTest } from './smoke-test.ts'
import { kernelsState, type BuiltFor, type KernelsState } from './status.ts'

/** Compiles the kernels that tunegate ships as sources. */
export const installing: Omit<EngineInstaller, 'summary'> = {
  placeOf: async (root) => placeOf(root),
  async install(options) {
    const { place, record, fresh } = await installKernels(options)
    return { folder: place.folder, title: titleOf(place.target), bytes: bytesOf(record), fresh }
  },
  async status(root) {
    const found = await kernelsState(root)
    const loads = found.state === 'installed' ? await smokeTest(found.folder) : null
    const others = await otherFolders(root, folderNames, found.state === 'unsupported' ? '' : basename(found.folder))
    return { found, lines: [...described(found), ...loadLines(loads)], loads, others }
  },
}

const titleOf = ({ platform, vectors }: BuiltFor): string => `kernels for ${platform} with ${vectors}`

function described(found: KernelsState): string[] {
  switch (found.state) {
    case 'unsupported':
      return [`cpu:        ${found.why.message} (found: ${found.why.found ?? ''})`]
    case 'absent':
    case 'damaged':
      return [
        `cpu:        ${found.state === 'absent' ? 'not installed' : `damaged: ${found.why}`}`,
        `to do:      ${ownCommand('engine', 'install', 'cpu')}`,
        `versions:   ${titleOf(found.target)}`,
        `folder:     ${found.folder}`,
      ]
    case 'installed': {
      const { installedAt, compiler } = found.record
      return [
        `cpu:        installed ${installedAt}`,
        `versions:   ${titleOf(found.target)}`,
        `compiled:   ${compiler}`,
        `folder:     ${found.folder} (${Math.round(bytesOf(found.record) / 2 ** 10)} KiB)`,
      ]
    }
    default:
      return unreachable(found, 'state')
  }
}

function loadLines(loads: InstallStatus['loads']): string[] {
  if (loads === null) return []
  if (!loads.ok) return ['loads:      no', ...diagnosticLines(loads.error)]
  return [`loads:      yes, in ${loads.value.loadMs} ms, and one product has the right numbers`]
}
