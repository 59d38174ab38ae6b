import { formatDiagnostic } from '../../base/diagnostics.ts'
import { prepare, readSpec } from '../../study/prepare.ts'
import { workspaceOf } from '../workspace.ts'
import { print } from '../output.ts'

export async function validateCommand(specPath: string, { data }: { readonly data: boolean }): Promise<number> {
  const source = { specPath, workspace: workspaceOf(specPath) }
  if (!data) {
    const { spec } = await readSpec(source)
    print(`${specPath}: valid by itself (${spec.stages.length} stages, ${spec.gates.length} gates); its data were not looked at\n`)
    return 0
  }
  const { plan, warnings } = await prepare(source)
  for (const warning of warnings) process.stderr.write(`${formatDiagnostic(warning)}\n`)
  const { train, validation, test } = plan.workload.data.rows
  print(`${specPath}: valid (${plan.jobs.length} stages, ${plan.gates.length} gates; ${train} + ${validation} + ${test} rows, ${plan.workload.parameters} parameters)\n`)
  return 0
}
