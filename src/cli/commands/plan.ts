import { diagnosticLines } from '../../base/diagnostics.ts'
import { unreachable } from '../../base/result.ts'
import type { Plan, StageName } from '../../records/plan.ts'
import { renderPlanMermaid } from '../../report/plan-mermaid.ts'
import { renderPlanTable } from '../../report/plan-table.ts'
import { availableParallelism } from 'node:os'
import { duration } from '../../report/numbers.ts'
import type { Prepared } from '../../study/prepare.ts'
import { preview } from '../../study/preview.ts'
import { workerScript } from '../bundled-files.ts'
import { keptData } from '../cache-folder.ts'
import { engineFolder } from '../engine-folder.ts'
import { err, out } from '../print.ts'
import { workspaceOf } from '../workspace.ts'

type Format = 'table' | 'json' | 'mermaid'

export async function planCommand(
  specPath: string,
  options: { readonly format: Format; readonly stages?: StageName[]; readonly seeds?: number; readonly probe?: boolean },
): Promise<number> {
  const { format, probe, ...overrides } = options
  const source = { specPath, workspace: workspaceOf(specPath), env: process.env, ...overrides }
  const { plan, warnings, prepared } = await preview(source, keptData())
  err.lines(...warnings.flatMap(diagnosticLines))
  out.document(rendered(plan, format))
  if (format === 'table' && probe) out.lines(...(await estimateLines(await prepared())))
  return 0
}

/** What the study takes here, and whether its budget ends it first. */
async function estimateLines(prepared: Prepared): Promise<string[]> {
  const { engineHere } = await import('../../study/engine.ts')
  const { estimateStudy } = await import('../../study/estimate.ts')
  const choice = await engineHere('auto', engineFolder()).choose(Promise.resolve(prepared))
  const workers = availableParallelism()
  const found = await estimateStudy(prepared, { workerScript: workerScript(), workers, choice })
  if (!found.ok) return [`no estimate of the time: ${found.error}`]
  const { engine, workers: used, seconds, memoryBytes, diskBytes } = found.value
  const { minutes } = prepared.plan.budget
  return [
    `up to about ${duration(Math.max(1, Math.round(seconds)))} on ${engine} with ${used} ${used === 1 ? 'worker' : 'workers'}, measured for a second; ` +
      `${Math.ceil(memoryBytes / mebi)} MiB of memory a worker, ${Math.max(1, Math.ceil(diskBytes / mebi))} MiB of disk`,
    ...(minutes !== null && seconds > 60 * minutes
      ? [
          `the budget of ${minutes} minutes ends it first, and verification is reserved: raise budget.minutes, or leave stages out`,
        ]
      : []),
  ]
}

const mebi = 2 ** 20

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
