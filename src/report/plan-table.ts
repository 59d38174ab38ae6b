import { printable } from '../base/printable.ts'
import { declaredEffects } from '../gates/least-effect.ts'
import { gateOf } from '../gates/index.ts'
import type { GateRule } from '../records/gates.ts'
import { isTrainer, type Plan, type TrialTemplate } from '../records/plan.ts'

const header = ['stage', 'needs', 'what varies', 'trials × seeds', 'runs', 'steps'] as const

/** A plan for a terminal: one line per family of trials, totals per stage and overall, and what the budget reserves. */
export function renderPlanTable(plan: Plan): string {
  const rows = plan.jobs.flatMap((job) => [
    [job.id, job.needs.join(', ') || '–', '', '', counted(job.estimate.runs), counted(job.estimate.steps)],
    ...job.templates.map((t) => {
      const [what, runs] = [`${cut(`${t.title}${varies(t)}`)}${t.condition === null ? '' : ' *'}`, t.trials * t.seeds]
      return ['', '', what, `${t.trials} × ${t.seeds}`, counted(runs), counted(runs * t.stepsPerRun)]
    }),
  ])
  const total = ['total', '', '', '', counted(sum(plan, 'runs')), counted(sum(plan, 'steps'))]
  return [...lines([[...header], ...rows, total]), '', ...footer(plan), ''].join('\n')
}

function footer(plan: Plan): string[] {
  const { workload, budget, baseline } = plan
  const effects = declaredEffects(plan.leastEffect)
  const { train, validation, test } = workload.data.rows
  const rows = `${counted(train)} + ${counted(validation)} + ${counted(test)} rows (training + validation + test)`
  const what = isTrainer(workload)
    ? [`the script ${printable(workload.program.command.join(' '), 100)}`, ...(train > 0 ? [rows] : [])].join(', ')
    : `${counted(workload.parameters)} weights, ${rows}`
  const minutes = budget.minutes === null ? [] : [`${budget.minutes} minutes`]
  const limits = [...minutes, ...(budget.trials === null ? [] : [`${budget.trials} runs`])]
  return [
    `${printable(plan.name)}: ${what}, ${baseline.scheduling.epochs} epochs a run`,
    `stages compare validation ${workload.objective}`,
    ...(effects === null ? [] : [`the report calls a gain better from: ${effects}`]),
    ...(conditional(plan) ? ['* conditional (--format json shows the condition); the counts assume that it holds'] : []),
    `budget: ${limits.join(', ') || 'no limit'}; ${counted(budget.reservedForVerification)} runs reserved for verification`,
    `gates: ${plan.gates.map(gateName).join(', ') || 'none'}`,
    `plan ${plan.fingerprint.slice(0, 12)}`,
  ]
}

function gateName(rule: GateRule): string {
  const gate = gateOf(rule)
  return gate.measures(rule) === null ? gate.name : `${gate.name} on ${gate.subject(rule)}`
}

/** The levers, with their values if known. */
function varies({ varies: levers }: TrialTemplate): string {
  const known = levers.map(({ lever, values }) => (values === null ? lever : `${lever} ${values.map(String).join(', ')}`))
  return known.length === 0 ? '' : `: ${known.join('; ')}`
}

const widest = 72
const cut = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text)

/** Left-aligned texts, right-aligned numbers. */
function lines(shown: readonly (readonly string[])[]): string[] {
  const widths = header.map((_, column) => Math.max(...shown.map((row) => (row[column] ?? '').length)))
  return shown.flatMap((row, i) => {
    const line = row
      .map((cell, c) => (c < 3 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
      .join('  ')
      .trimEnd()
    const rule = widths.map((w) => '─'.repeat(w)).join('  ')
    return i === 0 ? [line, rule] : i === shown.length - 1 ? [rule, line] : [line]
  })
}

const conditional = (plan: Plan): boolean => plan.jobs.some((job) => job.templates.some((t) => t.condition !== null))
const sum = (plan: Plan, what: 'runs' | 'steps'): number => plan.jobs.reduce((total, job) => total + job.estimate[what], 0)

/** With a comma between thousands, the same on every machine. */
const counted = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
