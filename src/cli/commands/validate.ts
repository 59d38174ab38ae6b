import { diagnosticLines } from '../../base/diagnostics.ts'
import { preview } from '../../study/preview.ts'
import { readSpec } from '../../study/read-spec.ts'
import { keptData } from '../cache-folder.ts'
import { err, out } from '../print.ts'
import { workspaceOf } from '../workspace.ts'

export async function validateCommand(specPath: string, { data }: { readonly data: boolean }): Promise<number> {
  const source = { specPath, workspace: workspaceOf(specPath), env: process.env }
  if (!data) {
    const { spec } = await readSpec(source)
    out.lines(`${specPath}: valid (${spec.stages.length} stages, ${spec.gates.length} gates); its data was not checked`)
    return 0
  }
  const { plan, warnings, notes } = await preview(source, keptData())
  err.lines(...warnings.flatMap(diagnosticLines))
  const { train, validation, test } = plan.workload.data.rows
  out.lines(
    `${specPath}: valid (${plan.jobs.length} stages, ${plan.gates.length} gates; ${train} + ${validation} + ${test} rows, ${plan.workload.parameters} parameters)`,
    ...notes.map((note) => `  Note: ${note}`),
  )
  return 0
}
