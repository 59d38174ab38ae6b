import { describe, expect, it } from 'vitest'
import { renderPlanMermaid } from '../../src/report/plan-mermaid.ts'
import { renderPlanTable } from '../../src/report/plan-table.ts'
import { compiled, iris } from '../compile/support.ts'

const { plan } = compiled(
  `${iris}gates: [{ threshold: { metric: accuracy, min: 0.9 } }, { regression: { metric: f1, margin: 0.01 } }]
budget: { minutes: 5, trials: 120 }
`,
)

describe('a plan as a table', () => {
  const table = renderPlanTable(plan)
  const lines = table.split('\n')
  it('has a line for each stage and each family of trials, and their sums', () => {
    for (const job of plan.jobs) {
      const line = lines.find((l) => l.startsWith(`${job.id} `))
      expect(line).toMatch(new RegExp(`\\s${job.estimate.runs}\\s+${job.estimate.steps.toLocaleString('en')}$`))
    }
    const total = plan.jobs.reduce((sum, j) => sum + j.estimate.runs, 0)
    expect(lines.find((l) => l.startsWith('total'))).toMatch(new RegExp(`\\s${total}\\s`))
    expect(lines.filter((l) => l.startsWith('   ')).length).toBe(plan.jobs.flatMap((j) => j.templates).length)
  })
  it('says what the budget sets aside, which gates judge, and marks what is conditional', () => {
    expect(table).toContain('budget: 5 minutes, 120 runs; 10 runs reserved for verification')
    expect(table).toContain('gates: threshold on validation accuracy, regression on validation f1')
    expect(lines.filter((l) => / \* +\d/.test(l)).length).toBe(
      plan.jobs.flatMap((j) => j.templates).filter((t) => t.condition !== null).length,
    )
  })
  it('stays within 130 columns and ends with a line break', () => {
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThanOrEqual(160)
    expect(Math.max(...lines.slice(0, -6).map((l) => l.length))).toBeLessThanOrEqual(130)
    expect(table.endsWith('\n')).toBe(true)
  })
})

describe('a plan as Mermaid', () => {
  it('has a node for each stage and gate, and an edge for each need', () => {
    const text = renderPlanMermaid(plan)
    expect(text.startsWith('flowchart TD\n')).toBe(true)
    expect(text.match(/^ {2}n_\w+\["/gm)).toHaveLength(plan.jobs.length)
    expect(text.match(/^ {2}gate\d\{"/gm)).toHaveLength(plan.gates.length)
    expect(text.match(/ --> /g)).toHaveLength(1 + (plan.jobs.length - 1) + plan.gates.length)
    expect(text).toContain('n_lr_range --> n_batch')
  })
  it('escapes what would end a label or be markup', () => {
    const text = renderPlanMermaid({ ...plan, name: 'a"]; click x "javascript:alert(1)" <b>%%{init}%% `end` #1;' })
    const label = /data\[\("(.*?)<br\/>/.exec(text)?.[1] ?? ''
    expect(label).not.toMatch(/["<>\][;(){}%`](?<!#\d+;)/)
    expect(label.replace(/#\d+;/g, '')).not.toMatch(/[^\p{L}\p{N} .,:+×_-]/u)
    expect(text.split('\n')).toHaveLength(renderPlanMermaid(plan).split('\n').length)
  })
})
