import { diagnosticLines } from '../../base/diagnostics.ts'
import { unreachable } from '../../base/result.ts'
import type { Plan, StageName } from '../../records/plan.ts'
import { renderPlanMermaid } from '../../report/plan-mermaid.ts'
import { renderPlanTable } from '../../report/plan-table.ts'
import { prepare } from '../../study/prepare.ts'
import { err, out } from '../print.ts'
import { workspaceOf } from '../workspace.ts'

type Format = 'table' | 'json' | 'mermaid'

export async function planCommand(
  specPath: string,
  options: { readonly format: Format; readonly stages?: StageName[]; readonly seeds?: number },
): Promise<number> {
  const { format, ...overrides } = options
  const { plan, warnings } = await prepare({ specPath, workspace: workspaceOf(specPath), env: process.env, ...overrides })
  err.lines(...warnings.flatMap(diagnosticLines))
  out.document(rendered(plan, format))
  return 0
}

function rendered(plan: Plan, format: Format): string {
  switch (format) {
    case 'table':
      return renderPlanTable(plan)
    case 'json':
      return `${JSON.stringify(plan, null, 2)}\n`
    case 'mermaid':
      return renderPlanMermaid(plan)
    default:
      return unreachable(format, 'format')
  }
}
