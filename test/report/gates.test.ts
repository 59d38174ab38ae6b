import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import planSchema from '../../schema/plan.schema.json' with { type: 'json' }
import { closing } from '../../src/cli/closing.ts'
import { gates, type AnyGateRule as GateRule } from '../../src/gates/index.ts'
import { buildReport } from '../../src/report/build.ts'
import { gateIntervals } from '../../src/report/charts/gates.ts'
import { renderComment } from '../../src/report/comment.ts'
import { gates as html, whatNow } from '../../src/report/html/verdict.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { renderSummary } from '../../src/report/markdown.ts'
import type { Report } from '../../src/report/model.ts'
import { byUrgency } from '../../src/report/phrases.ts'
import { renderPlanMermaid } from '../../src/report/plan-mermaid.ts'
import { renderPlanTable } from '../../src/report/plan-table.ts'
import { fakePlan, fakeStudy } from '../support/study.ts'

const base = { metric: 'accuracy', split: 'test', onInconclusive: 'fail' } as const
const every: readonly GateRule[] = [
  { ...base, gate: 'regression', margin: 0.0001, paired: false },
  { ...base, gate: 'seed-variance', maxStd: 0.5 },
  { ...base, gate: 'seed-variance', maxRatio: 1.01 },
  { ...base, gate: 'threshold', min: 0.1, max: null },
  { ...base, metric: 'nll', gate: 'calibration', margin: 0.5, paired: true },
  { ...base, gate: 'collapse', level: 0.5, maxShare: 0.5 },
  { gate: 'training-time', maxRatio: 1.5, onInconclusive: 'pass' },
  { gate: 'model-size', maxRatio: 1, onInconclusive: 'fail' },
]
const report: Report = buildReport(fakeStudy({ gates: every }).input)
/** As a reader sees it: no marks, no entities, blanks alone between words. */
const plain = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, c) => String.fromCharCode(Number(c)))
    .replace(/[\\*]/g, '')
    .replace(/\s+/g, ' ')
const rendered: Readonly<Record<string, string>> = {
  'summary.md': plain(renderSummary(report, new Map())),
  'report.html': plain(whatNow(report) + html(report, new Map())),
  'the terminal': plain(closing({ report, verdict: report.verdict, page: 'p', lockPath: 'l' }, 80).join('\n')),
}

it('are all of those of the registry, and each may stand in a report and in a plan', () => {
  expect(new Set(every.map(({ gate }) => gate))).toEqual(new Set(gates.map(({ name }) => name)))
  expect(parseReport(reportText(report), 'report.json').verdict.gates.map(({ rule }) => rule)).toEqual(every)
  const { gate } = planSchema.$defs
  const valid = new Ajv2020({ strict: false }).compile({ $defs: planSchema.$defs, ...gate })
  for (const one of every) expect(valid(one), `${one.gate}: ${JSON.stringify(valid.errors)}`).toBe(true)
})

describe.each(Object.keys(rendered))('%s', (where) => {
  const text = rendered[where] as string

  it('shows of every gate what it asks, and of an open one what would settle it', () => {
    const open = report.verdict.gates.filter((g) => g.status === 'inconclusive')
    expect(open.length).toBeGreaterThanOrEqual(2)
    for (const gate of report.verdict.gates) expect(text).toContain(plain(`${gate.rule.gate}: ${gate.asks}`))
    for (const gate of open) {
      // A report lists it for gates that block; the terminal has no such list.
      const beside = where === 'the terminal' || !gate.blocks
      expect(text).toContain(plain(`${beside ? 'To settle it:' : 'is open.'} ${gate.remedy}`))
    }
    expect(text).toMatch(/About \d+ seeds/)
    expect(text).toContain('More candidate seeds would not settle it.')
  })
})

/** The terminal leaves these to the report. */
describe.each(['summary.md', 'report.html'])('%s', (where) => {
  const text = rendered[where] as string

  it('shows what would change it, and what is shown beside it', () => {
    for (const gate of report.verdict.gates) {
      if (gate.change) expect(text).toContain(gate.change)
      for (const { sentence } of gate.evidence ?? []) expect(text).toContain(plain(sentence))
    }
    expect(text).toMatch(/shown beside .*not gated on/i)
  })
})

describe('the comment', () => {
  const text = plain(renderComment({ ...report, verdict: { ...report.verdict, gates: report.verdict.gates.slice(0, 3) } }))

  it('shows what each gate asks and what would settle it', () => {
    for (const gate of report.verdict.gates.slice(0, 3)) expect(text).toContain(plain(`${gate.rule.gate}: ${gate.asks}`))
    expect(text).toMatch(/To settle it: .*About \d+ seeds per side/)
  })
})

describe('the order of the gates', () => {
  it('is fail, what blocks, what is open, pass; and as declared among equals', () => {
    const [gate] = report.verdict.gates
    if (!gate) throw new Error('no gate')
    const of = [
      ['pass', false],
      ['inconclusive', false],
      ['inconclusive', true],
      ['fail', true],
      ['pass', false],
      ['fail', true],
    ] as const
    const sorted = byUrgency(of.map(([status, blocks]) => ({ ...gate, status, blocks })))
    expect(sorted.map((s) => s.position)).toEqual([3, 5, 2, 1, 0, 4])
  })
})

describe('a report with every gate', () => {
  it('survives its schema, and draws each gate that was estimated', () => {
    expect(parseReport(reportText(report), 'report.json')).toEqual(JSON.parse(reportText(report)))
    const charts = gateIntervals(report)
    expect(charts).toHaveLength(report.verdict.gates.filter((g) => g.estimate !== null).length)
    expect(charts.find((c) => c.id === 'gate-8-model-size')?.sentence).toContain('the thin line no change')
  })

  it('is of a plan that names them', () => {
    const plan = fakePlan({ gates: every })
    expect(renderPlanTable(plan)).toContain(
      'seed-variance on test accuracy, threshold on test accuracy, calibration on test nll, collapse on test accuracy, training-time, model-size',
    )
    expect(renderPlanMermaid(plan)).toContain('at most 1.5 × the baseline#39;s')
  })
})
