import { printable } from '../base/printable.ts'
import { gateOf } from '../gates/index.ts'
import type { GateRule } from '../records/gates.ts'
import type { Plan, StageJob } from '../records/plan.ts'

/** A plan as a Mermaid flowchart, which GitHub renders: data, the stages in their order, the gates. */
export function renderPlanMermaid(plan: Plan): string {
  const { data, parameters } = plan.workload
  const first = plan.jobs[0]
  const last = plan.jobs.at(-1)
  return [
    'flowchart TD',
    `  data[("${escaped(plan.name)}<br/>${data.rows.train} training rows, ${parameters} weights")]`,
    ...plan.jobs.map((job) => `  ${nodeId(job.id)}["${escaped(job.id)}<br/>${label(job)}"]`),
    ...plan.gates.map((gate, i) => `  gate${i}{"${escaped(gate.gate)}<br/>${escaped(limitOf(gate))}"}`),
    ...(first ? [`  data --> ${nodeId(first.id)}`] : []),
    ...plan.jobs.flatMap((job) => job.needs.map((need) => `  ${nodeId(need)} --> ${nodeId(job.id)}`)),
    ...plan.gates.map((_, i) => `  ${nodeId(last?.id ?? 'data')} --> gate${i}`),
    '',
  ].join('\n')
}

const label = ({ estimate, templates }: StageJob): string =>
  [
    `up to ${estimate.runs} runs, ${estimate.steps} steps`,
    ...templates.map((t) => escaped(`${t.id}: ${t.trials} × ${t.seeds}`)),
  ].join('<br/>')

function limitOf(rule: GateRule): string {
  const gate = gateOf(rule)
  return `${gate.subject(rule)} ${gate.planLimit(rule)}`
}

/** `end` and words with dashes are not safe as node names in Mermaid. */
const nodeId = (name: string): string => `n_${name.replace(/[^A-Za-z0-9]/g, '_')}`

/** Mermaid reads entity codes: everything but letters, digits and harmless punctuation becomes one. */
const escaped = (text: string): string =>
  printable(text, 200).replace(/[^\p{L}\p{N} .,:+×_-]/gu, (c) => `#${c.codePointAt(0)};`)
